import type { EventIndex, LedgerRow } from '../../../core/units.ts';
import { CHANNEL_TABLE } from '../../channels/table.ts';
import { SIGNAL_NAMES, type Alert, type SignalName } from '../../types.ts';
import type { InvestigationWindows } from '../types.ts';
import type { StretchRequest } from './stretch.ts';

const OF_LATENCY = CHANNEL_TABLE.latency.signals;
/** Every signal but those of latency, which an test of its own compares. */
export type InvestigatedSignal = Exclude<SignalName, (typeof OF_LATENCY)[number]>;
export const INVESTIGATED_SIGNALS = SIGNAL_NAMES.filter(
  (name): name is InvestigatedSignal => !(OF_LATENCY as readonly SignalName[]).includes(name),
);

/** What is investigated: an alert by its position in `AnalysisReport.alerts`, or any stretch of a stream. */
export type InvestigationSubject =
  { readonly kind: 'alert'; readonly alert: number } | { readonly kind: 'stretch'; readonly stretch: StretchRequest };

/**
 * What an investigation needs of the analysis: the events of one stream up to the end of what is compared, in order;
 * arrays of the same length.
 */
export interface InvestigationColumns {
  /** Null where a stretch is investigated. */
  readonly alert: Alert | null;
  readonly stream: string;
  readonly windows: InvestigationWindows;
  readonly index: Int32Array & { readonly unit?: EventIndex };
  readonly row: Int32Array & { readonly unit?: LedgerRow };
  /** 1 in the window, 0 in the baseline, -1 elsewhere. */
  readonly part: Int8Array;
  /** Epoch ms, NaN without timestamps. */
  readonly time: Float64Array;
  readonly latency: Float64Array;
  readonly isVoid: Uint8Array;
  readonly agent: Codes | null;
  readonly thread: Codes | null;
  readonly instantiation: Codes | null;
  /** NaN if not defined. */
  readonly signals: Readonly<Record<InvestigatedSignal, Float64Array>>;
  /** Alerts of the same stream that fired before this one; none of a stretch. */
  readonly earlier: readonly Alert[];
}
export interface Codes {
  /** -1 is null. */
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

/** A column of the database at the events with a part, in order. */
export interface FieldColumn {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly values: readonly unknown[];
}
