import type { Bits, EventIndex, Milliseconds, Nats, Seq, StreamIndex } from '../core/units.ts';

/** Whitening projection of embeddings (spec 3): x = axes (e - mean). */
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

/** Signals of every event (spec 4-6), each of length n; NaN where not defined. Names are those of the golden files. */
export interface Signals {
  readonly n: number;
  readonly seq: Int32Array & { readonly unit?: Seq };
  /** || S_fast - S_slow ||_F */
  readonly friction: Float64Array;
  /** tr(S_fast - S_slow) / k */
  readonly trace: Float64Array;
  readonly kl: Float64Array & { readonly unit?: Nats };
  readonly entropy: Float64Array & { readonly unit?: Bits };
  readonly p95: Float64Array & { readonly unit?: Milliseconds };
  readonly window: Float64Array & { readonly unit?: Milliseconds };
  /** Off-diagonal coupling of the event's stream. */
  readonly rho: Float64Array;
  readonly tension: Float64Array;
  readonly shift: Float64Array;
  /** MEWMA T squared. */
  readonly mewma: Float64Array;
}

export const SIGNAL_NAMES = [
  'friction',
  'trace',
  'kl',
  'entropy',
  'p95',
  'window',
  'rho',
  'tension',
  'shift',
  'mewma',
] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** What the reference period fixes for the detectors (spec 7). */
export interface Calibration {
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
  /** Reference medians of tension and rho; NaN where undefined. */
  readonly tension: number;
  readonly rho: number;
  readonly wref: Milliseconds;
  /**
   * T2 limit of SHIFT over all streams, derived from `false_alarm_budget`; NaN where it cannot be derived. For display:
   * `shiftLimits` are in force.
   */
  readonly shiftLimit: number;
  /** T2 limit of SHIFT of each stream; `shiftLimit` where a stream has too few reference events for one of its own. */
  readonly shiftLimits: readonly number[];
  /** True where coupling is alarmed on (rho >= void_min_ref). */
  readonly phaseLocked: boolean;
}

export const ROUTES = [
  'WARMING',
  'VOID',
  'DRIFT',
  'HOMOGENIZATION',
  'FRAME_WEIGHT_DEGRADATION',
  'ACCOMMODATION',
  'WATCH',
  'IN_FRAME',
] as const;
export type Route = (typeof ROUTES)[number];

export const ALERT_KINDS = ['DRIFT', 'HOMOGENIZATION_FLOOR_NEAR', 'FRAME_WEIGHT_DEGRADATION', 'VOID', 'SHIFT'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** An episode (spec 8). Event positions index `EventColumns`; `cleared` is null while it is still open at the end. */
export interface Alert {
  readonly kind: AlertKind;
  readonly stream: StreamIndex;
  readonly onset: EventIndex;
  readonly fired: EventIndex;
  readonly cleared: EventIndex | null;
  readonly onsetSeq: Seq;
  readonly firedSeq: Seq;
  /** DRIFT: the largest KL of the episode; other kinds: the value at which they fired. */
  readonly peak: number;
  /** firedSeq - onsetSeq, in the stream's own events. */
  readonly lag: number;
}

/** Outcome of the decisions stage over n events. */
export interface Decisions {
  /** Index into ROUTES, per event. */
  readonly route: Uint8Array;
  /** Of a Detector's decisions: computed when first asked for, so ask while they are valid. */
  readonly z: Float64Array;
  readonly cusum: Float64Array;
  /** Bit flags per event: see NOTICE. */
  readonly notice: Uint8Array;
  /** Ordered by fired, then stream, then kind. */
  readonly alerts: readonly Alert[];
  /** Governance weight J of each stream at the end of the ledger. */
  readonly governanceWeight: Float64Array;
  readonly calibration: Calibration;
}

/** Bits of `Decisions.notice`. @public */
export const NOTICE = { KL_CEILING: 1, FRICTION_SPIKE: 2, TENSION_LOW: 4, TENSION_HIGH: 8 } as const;
