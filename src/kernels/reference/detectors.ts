import {
  KIND_DRIFT,
  KIND_FRAME_WEIGHT_DEGRADATION,
  KIND_HOMOGENIZATION_FLOOR_NEAR,
  KIND_VOID,
  KINDS,
  NOTICE_FRICTION_SPIKE,
  NOTICE_KL_CEILING,
  NOTICE_TENSION_HIGH,
  NOTICE_TENSION_LOW,
  EVENT_STATE_ACCOMMODATION,
  EVENT_STATE_DRIFT,
  EVENT_STATE_FRAME_WEIGHT_DEGRADATION,
  EVENT_STATE_HOMOGENIZATION,
  EVENT_STATE_IN_FRAME,
  EVENT_STATE_VOID,
  EVENT_STATE_WARMING,
  EVENT_STATE_WATCH,
} from '../layout.ts';

/** The detectors of one stream and the route of each event, plain TypeScript. Source: docs/methods.md 8. */

/** Limits in force; all numbers resolved (per-ledger calibration included). */
export interface DetectorLimits {
  readonly m: number;
  readonly s: number;
  readonly h: number;
  readonly kappa: number;
  readonly cap: number;
  readonly tauMax: number;
  readonly tauMin: number;
  readonly entropyClear: number;
  readonly lo: number;
  readonly hi: number;
  readonly dwell: number;
  /** NaN if coupling is not alarmed on. */
  readonly voidOpen: number;
  readonly voidClear: number;
  readonly tensionLow: number;
  readonly tensionHigh: number;
}

export interface Episode {
  readonly kind: number;
  readonly stream: number;
  readonly onset: number;
  readonly onsetSeq: number;
  readonly fired: number;
  readonly firedSeq: number;
  /** -1 while open. */
  resolved: number;
  peak: number;
}

export interface DetectorState {
  cusum: number;
  /** First event after the CUSUM last was 0, and its seq. */
  onset: number;
  onsetSeq: number;
  /** Events in a row below the friction band, and the first of them. */
  below: number;
  belowOnset: number;
  belowOnsetSeq: number;
  governanceWeight: number;
  /** The open episode of each kind, null if none is. */
  readonly open: (Episode | null)[];
}

export const createDetectorState = (): DetectorState => ({
  cusum: 0,
  onset: -1,
  onsetSeq: -1,
  below: 0,
  belowOnset: -1,
  belowOnsetSeq: -1,
  governanceWeight: 0,
  open: new Array<Episode | null>(KINDS).fill(null),
});

/** One event as the detectors see it; NaN if a signal is not defined. */
export interface DetectorInput {
  readonly index: number;
  readonly stream: number;
  readonly seq: number;
  readonly isVoid: boolean;
  readonly warming: boolean;
  readonly kl: number;
  readonly friction: number;
  readonly entropy: number;
  readonly rho: number;
  readonly tension: number;
}

/** Box-Cox transform with exponent -1/2, near normal for KL (docs/methods.md 7); -infinity at 0. */
export const boxCox = (v: number): number => (v ** -0.5 - 1) / -0.5;

/** S' = min(2h, max(0, S + min(z, cap) - kappa)) (Page 1954; winsorised after Hawkins 1993). */
export const cusumStep = (s: number, z: number, h: number, kappa: number, cap: number): number =>
  Math.min(2 * h, Math.max(0, s + Math.min(z, cap) - kappa));

/**
 * Takes in one event, returns S, route and notices; new episodes are pushed on `episodes`, which also holds the open
 * ones. A void event leaves every detector but VOID as it was; S is NaN there.
 */
export function detectorStep(
  l: DetectorLimits,
  state: DetectorState,
  e: DetectorInput,
  episodes: Episode[],
): { cusum: number; eventState: number; notice: number } {
  if (e.warming) return { cusum: Number.NaN, eventState: EVENT_STATE_WARMING, notice: 0 };
  const fire = (kind: number, onset: number, onsetSeq: number, peak: number) => {
    const episode: Episode = {
      kind,
      stream: e.stream,
      onset,
      onsetSeq,
      fired: e.index,
      firedSeq: e.seq,
      resolved: -1,
      peak,
    };
    state.open[kind] = episode;
    episodes.push(episode);
  };
  const close = (kind: number) => {
    const episode = state.open[kind];
    if (episode) episode.resolved = e.index;
    state.open[kind] = null;
  };
  const level = (kind: number, value: number, opens: boolean, closes: boolean) => {
    if (state.open[kind]) {
      if (closes) close(kind);
    } else if (opens) fire(kind, e.index, e.seq, value);
  };

  let notice = 0;
  if (!e.isVoid) {
    const z = (boxCox(e.kl) - l.m) / l.s;
    const before = state.cusum;
    state.cusum = cusumStep(before, z, l.h, l.kappa, l.cap);
    if (state.cusum === 0) close(KIND_DRIFT);
    else {
      if (before === 0) {
        state.onset = e.index;
        state.onsetSeq = e.seq;
      }
      const drift = state.open[KIND_DRIFT];
      if (drift) drift.peak = Math.max(drift.peak, e.kl);
      else if (state.cusum > l.h) fire(KIND_DRIFT, state.onset, state.onsetSeq, e.kl);
    }
    level(KIND_HOMOGENIZATION_FLOOR_NEAR, e.entropy, e.entropy < l.tauMin, e.entropy > l.entropyClear);
    if (e.friction < l.lo) {
      if (state.below++ === 0) {
        state.belowOnset = e.index;
        state.belowOnsetSeq = e.seq;
      }
      if (state.below >= l.dwell) {
        if (!state.open[KIND_FRAME_WEIGHT_DEGRADATION])
          fire(KIND_FRAME_WEIGHT_DEGRADATION, state.belowOnset, state.belowOnsetSeq, e.friction);
        state.governanceWeight += (l.lo - e.friction) / l.lo;
      }
    } else {
      state.below = 0;
      close(KIND_FRAME_WEIGHT_DEGRADATION);
    }
    if (e.kl > l.tauMax) notice |= NOTICE_KL_CEILING;
    if (e.friction > l.hi) notice |= NOTICE_FRICTION_SPIKE;
    if (e.tension < l.tensionLow) notice |= NOTICE_TENSION_LOW;
    if (e.tension > l.tensionHigh) notice |= NOTICE_TENSION_HIGH;
  }
  level(KIND_VOID, e.rho, e.rho < l.voidOpen, e.rho > l.voidClear);
  const inZone = e.tension >= l.tensionLow && e.tension <= l.tensionHigh;
  const eventState =
    e.isVoid || state.open[KIND_VOID]
      ? EVENT_STATE_VOID
      : state.open[KIND_DRIFT]
        ? EVENT_STATE_DRIFT
        : state.open[KIND_HOMOGENIZATION_FLOOR_NEAR]
          ? EVENT_STATE_HOMOGENIZATION
          : state.open[KIND_FRAME_WEIGHT_DEGRADATION]
            ? EVENT_STATE_FRAME_WEIGHT_DEGRADATION
            : (notice & (NOTICE_KL_CEILING | NOTICE_FRICTION_SPIKE)) !== 0 && inZone
              ? EVENT_STATE_ACCOMMODATION
              : (notice & (NOTICE_TENSION_LOW | NOTICE_TENSION_HIGH)) !== 0
                ? EVENT_STATE_WATCH
                : EVENT_STATE_IN_FRAME;
  return { cusum: e.isVoid ? Number.NaN : state.cusum, eventState, notice };
}
