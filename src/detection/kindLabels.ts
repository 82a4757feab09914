import { KIND_FACES, type AlertKind } from './channels/table.ts';

/** The kind of an alert in words; files and SQL have the code. */
export const kindLabel = (kind: AlertKind): string => KIND_FACES[kind].label;
