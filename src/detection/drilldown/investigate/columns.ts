import type { EventIndex, LedgerRow } from '../../../core/units.ts';
import type { Alert } from '../../types.ts';
import type { InvestigationWindows } from '../types.ts';

export const INVESTIGATED_SIGNALS = ['friction', 'trace', 'kl', 'entropy', 'rho', 'tension', 'shift', 'mewma'] as const;
export type InvestigatedSignal = (typeof INVESTIGATED_SIGNALS)[number];

/**
 * What an investigation needs of the analysis: the events of the alert's stream up to the end of the window, in order;
 * arrays of the same length.
 */
export interface InvestigationColumns {
  readonly alert: Alert;
  readonly stream: string;
  readonly windows: InvestigationWindows;
  readonly index: Int32Array & { readonly unit?: EventIndex };
  readonly row: Int32Array & { readonly unit?: LedgerRow };
  /** 1 in the window, 0 in the baseline, -1 before or between them. */
  readonly part: Int8Array;
  /** Epoch ms, NaN without timestamps. */
  readonly time: Float64Array;
  readonly latency: Float64Array;
  readonly isVoid: Uint8Array;
  readonly agent: Codes | null;
  readonly thread: Codes | null;
  readonly instantiation: Codes | null;
  /** NaN where not defined. */
  readonly signals: Readonly<Record<InvestigatedSignal, Float64Array>>;
  /** Alerts of the same stream that fired before this one. */
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
