import { KINDS } from './channels/index.ts';
import type { KindFacts } from './channels/channel.ts';
import type { AlertKind } from './types.ts';

/** The kind of an alert in words; files and SQL have the code. */
export const kindLabel = (kind: AlertKind): string => KINDS[kind].label;

/** What the peak of an alert of this kind measures. */
export const peakOf = (kind: AlertKind): KindFacts['peak'] => KINDS[kind].peak;
