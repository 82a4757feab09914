import type { EventIndex, Milliseconds, Seq, StreamIndex } from '../core/units.ts';
import type { ChannelCalibrations } from './channels/reference.ts';
import { NOTICES, type AlertKind, type SignalName } from './channels/table.ts';

export { ALERT_KINDS, EVENT_STATES, SIGNAL_NAMES } from './channels/table.ts';
export type { AlertKind, EventState, SignalName } from './channels/table.ts';

/** Whitening projection of embeddings (docs/methods.md 3): x = axes (e - mean). */
export interface Projection {
  readonly dimension: number;
  readonly k: number;
  /** Mean of all reference embeddings, length D. */
  readonly mean: Float64Array;
  /** Row-major k x D; row i is lambda_i^(-1/2) v_i, the largest-magnitude entry of v_i positive. */
  readonly axes: Float64Array;
  /** The k largest eigenvalues of the pooled within-stream covariance, descending. */
  readonly eigenvalues: Float64Array;
}

/**
 * Signals of every event, each of length n; NaN if not defined. Names are those of the golden files, in the order of
 * the channels; what they are and their units stand in `CHANNELS`. Source: docs/methods.md 4 to 6.
 */
export type Signals = {
  readonly n: number;
  readonly seq: Int32Array & { readonly unit?: Seq };
} & Readonly<Record<SignalName, Float64Array>>;

/** What the reference period fixes for the detectors (docs/methods.md 7). */
export interface Calibration extends ChannelCalibrations {
  /** Number of reference rows. */
  readonly ref: number;
  readonly k: number;
  /** Mean and standard deviation of Box-Cox KL. */
  readonly m: number;
  readonly s: number;
  /** Mean and standard deviation of ln friction. */
  readonly fm: number;
  readonly fs: number;
  /** Friction band. */
  readonly lo: number;
  readonly hi: number;
  /** Reference medians of tension and rho; NaN if undefined. */
  readonly tension: number;
  readonly rho: number;
  readonly wref: Milliseconds;
  /** True if coupling is alarmed on (rho >= void_min_ref). */
  readonly phaseLocked: boolean;
}

/**
 * An episode (docs/methods.md 8). Event positions index `EventColumns`; `cleared` is null while it is still open at the
 * end.
 */
export interface Alert {
  readonly kind: AlertKind;
  readonly stream: StreamIndex;
  readonly onset: EventIndex;
  readonly fired: EventIndex;
  readonly resolved: EventIndex | null;
  readonly onsetSeq: Seq;
  readonly firedSeq: Seq;
  /** DRIFT: the largest KL of the episode; other kinds: the value at which they fired. */
  readonly peak: number;
  /** firedSeq - onsetSeq, in the stream's own events. */
  readonly lag: number;
}

/** Outcome of the decisions stage over n events. */
export interface Decisions {
  /** Index into EVENT_STATES, per event. */
  readonly eventState: Uint8Array;
  /** Of a Detector's decisions: computed when first asked for, so ask while they are valid. */
  readonly z: Float64Array;
  readonly cusum: Float64Array;
  /** Governance weight J of the event's stream after it; computed when first asked for, as z is. */
  readonly J: Float64Array;
  /** Bit flags per event: see NOTICE. */
  readonly notice: Uint8Array;
  /** Ordered by fired, then stream, then kind. */
  readonly alerts: readonly Alert[];
  /** Governance weight J of each stream at the end of the ledger. */
  readonly governanceWeight: Float64Array;
  readonly calibration: Calibration;
}

/** Bits of `Decisions.notice`. @public */
export const NOTICE = Object.fromEntries(NOTICES.map((name, bit) => [name, 1 << bit])) as Readonly<
  Record<(typeof NOTICES)[number], number>
>;
