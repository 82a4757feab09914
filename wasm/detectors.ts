import {
  EPISODE_BYTES, KIND_DRIFT, KIND_FRAME_WEIGHT_DEGRADATION, KIND_HOMOGENIZATION_FLOOR_NEAR, KIND_VOID, KINDS,
  LIMIT_CAP, LIMIT_DWELL, LIMIT_ENTROPY_CLEAR, LIMIT_H, LIMIT_HI, LIMIT_KAPPA,
  LIMIT_LO, LIMIT_M, LIMIT_S, LIMIT_TAU_MAX, LIMIT_TAU_MIN, LIMIT_TENSION_HIGH, LIMIT_TENSION_LOW, LIMIT_VOID_CLEAR,
  LIMIT_VOID_OPEN, NOTICE_FRICTION_SPIKE, NOTICE_KL_CEILING, NOTICE_TENSION_HIGH, NOTICE_TENSION_LOW,
  EVENT_STATE_ACCOMMODATION, EVENT_STATE_DRIFT, EVENT_STATE_FRAME_WEIGHT_DEGRADATION, EVENT_STATE_HOMOGENIZATION,
  EVENT_STATE_IN_FRAME, EVENT_STATE_VOID, EVENT_STATE_WARMING, EVENT_STATE_WATCH, STATE_BELOW, STATE_BELOW_ONSET,
  STATE_BELOW_ONSET_SEQ, STATE_BYTES, STATE_CUSUM, STATE_EPISODE_BYTES, STATE_EPISODES, STATE_ONSET, STATE_ONSET_SEQ,
  STATE_OPEN, STATE_WEIGHT,
} from './layout';
import { transformed } from './divergence';

/**
 * Detectors and states over columns (docs/methods.md 8).
 * State of a stream (layout.ts): the CUSUM, its onset, how long friction has been below its band and since when, a bit
 * for each open kind, the governance weight, and for each kind
 * [onset i32][onset seq i32][fired i32][fired seq i32][peak f64].
 * An episode is written to `episodes` when it closes:
 * [kind i32][stream i32][onset][onset seq][fired][fired seq][cleared][pad][peak f64];
 * those still open at the end stay in the state.
 */

let written: i32 = 0;

@inline
function open(state: usize, kind: i32, onset: i32, onsetSeq: i32, fired: i32, firedSeq: i32, peak: f64): void {
  const at = state + STATE_EPISODES + <usize>kind * STATE_EPISODE_BYTES;
  store<i32>(at, onset);
  store<i32>(at, onsetSeq, 4);
  store<i32>(at, fired, 8);
  store<i32>(at, firedSeq, 12);
  store<f64>(at, peak, 16);
  store<i32>(state, load<i32>(state, STATE_OPEN) | (1 << kind), STATE_OPEN);
}

function close(state: usize, kind: i32, stream: i32, cleared: i32, episodes: usize): void {
  const at = state + STATE_EPISODES + <usize>kind * STATE_EPISODE_BYTES;
  const out = episodes + <usize>written * EPISODE_BYTES;
  store<i32>(out, kind);
  store<i32>(out, stream, 4);
  store<i32>(out, load<i32>(at), 8);
  store<i32>(out, load<i32>(at, 4), 12);
  store<i32>(out, load<i32>(at, 8), 16);
  store<i32>(out, load<i32>(at, 12), 20);
  store<i32>(out, cleared, 24);
  store<f64>(out, load<f64>(at, 16), 32);
  written++;
  store<i32>(state, load<i32>(state, STATE_OPEN) & ~(1 << kind), STATE_OPEN);
}

/** Episodes written by the last call of `detectors`. */
export function episodesWritten(): i32 {
  return written;
}

/** S' = min(2h, max(0, S + min(z, cap) - kappa)) (Page 1954; winsorised after Hawkins 1993). */
@inline
function cusumStep(s: f64, z: f64, h: f64, kappa: f64, cap: f64): f64 {
  return min(2 * h, max(0, s + min(z, cap) - kappa));
}

/** The same of a stream's sum in each lane, for the score of that lane. */
@inline
function climb(own: usize, capped: v128, kappa: f64, most: v128): v128 {
  const sum = f64x2.sub(f64x2.add(v128.load64_splat(own), capped), f64x2.splat(kappa));
  return f64x2.pmin(most, f64x2.pmax(f64x2.splat(0), sum));
}

/**
 * While the sum is 0 the next event is the onset of whatever comes: the first after it last was 0. To be called before
 * the sum is stored.
 */
@inline
function settle(own: usize, event: i32, seq: i32): void {
  const onset = <u64><u32>event | (<u64><u32>seq << 32);
  store<u64>(own, select<u64>(onset, load<u64>(own, STATE_ONSET), load<f64>(own, STATE_CUSUM) == 0), STATE_ONSET);
}

/** Not 0 where an episode is open or the last event was below the friction band. */
@inline
function unsettled(own: usize): i32 {
  return load<i32>(own, STATE_BELOW) | load<i32>(own, STATE_OPEN);
}

/** Opens, follows or closes the drift of a stream whose CUSUM has become `sum`. */
@inline
function takeSum(own: usize, sum: f64, h: f64, divergence: f64, p: i32, e: i32, n: i32, episodes: usize): void {
  if (sum == 0) {
    if (load<i32>(own, STATE_OPEN) & (1 << KIND_DRIFT)) close(own, KIND_DRIFT, p, e, episodes);
  } else {
    if (load<i32>(own, STATE_OPEN) & (1 << KIND_DRIFT)) {
      const peak = own + STATE_EPISODES + <usize>KIND_DRIFT * STATE_EPISODE_BYTES + 16;
      store<f64>(peak, max(load<f64>(peak), divergence));
    } else if (sum > h) {
      open(own, KIND_DRIFT, load<i32>(own, STATE_ONSET), load<i32>(own, STATE_ONSET_SEQ), e, n, divergence);
    }
  }
}

/** Counts how long friction stays below its band, and the governance weight that this wears down. */
@inline
function takeFriction(
  own: usize, delta: f64, lo: f64, dwell: i32, p: i32, e: i32, n: i32, opened: i32, episodes: usize,
): void {
  const isOpen = opened & (1 << KIND_FRAME_WEIGHT_DEGRADATION);
  if (delta < lo) {
    const below = load<i32>(own, STATE_BELOW);
    store<i32>(own, below + 1, STATE_BELOW);
    if (below == 0) {
      store<i32>(own, e, STATE_BELOW_ONSET);
      store<i32>(own, n, STATE_BELOW_ONSET_SEQ);
    }
    if (below + 1 >= dwell) {
      if (!isOpen) {
        const onset = load<i32>(own, STATE_BELOW_ONSET);
        open(own, KIND_FRAME_WEIGHT_DEGRADATION, onset, load<i32>(own, STATE_BELOW_ONSET_SEQ), e, n, delta);
      }
      store<f64>(own, load<f64>(own, STATE_WEIGHT) + (lo - delta) / lo, STATE_WEIGHT);
    }
  } else {
    store<i32>(own, 0, STATE_BELOW);
    if (isOpen) close(own, KIND_FRAME_WEIGHT_DEGRADATION, p, e, episodes);
  }
}

@inline
function takeCoupling(
  own: usize, coupled: f64, voidOpen: f64, voidClear: f64, p: i32, e: i32, n: i32, episodes: usize,
): void {
  if (load<i32>(own, STATE_OPEN) & (1 << KIND_VOID)) {
    if (coupled > voidClear) close(own, KIND_VOID, p, e, episodes);
  } else if (coupled < voidOpen) {
    open(own, KIND_VOID, e, n, e, n, coupled);
  }
}

/** The state of an event, by what is open and what it is noticed for. */
@inline
function stateOf(silent: bool, kinds: i32, flags: i32, inZone: bool): i32 {
  if (silent || kinds & (1 << KIND_VOID)) return EVENT_STATE_VOID;
  if (kinds & (1 << KIND_DRIFT)) return EVENT_STATE_DRIFT;
  if (kinds & (1 << KIND_HOMOGENIZATION_FLOOR_NEAR)) return EVENT_STATE_HOMOGENIZATION;
  if (kinds & (1 << KIND_FRAME_WEIGHT_DEGRADATION)) return EVENT_STATE_FRAME_WEIGHT_DEGRADATION;
  if ((flags & (NOTICE_KL_CEILING | NOTICE_FRICTION_SPIKE)) != 0 && inZone) return EVENT_STATE_ACCOMMODATION;
  if ((flags & (NOTICE_TENSION_LOW | NOTICE_TENSION_HIGH)) != 0) return EVENT_STATE_WATCH;
  return EVENT_STATE_IN_FRAME;
}

/** CUSUM of a series from S = 0. */
export function cusum(n: i32, z: usize, h: f64, kappa: f64, cap: f64, out: usize): void {
  let s: f64 = 0;
  for (let i = 0; i < n; i++) {
    s = cusumStep(s, load<f64>(z + (<usize>i << 3)), h, kappa, cap);
    store<f64>(out + (<usize>i << 3), s);
  }
}

/**
 * Events [from, to). Stops early when fewer episodes than there are kinds fit into `capacity`.
 * Most events cross no limit, in streams without an open episode: those are taken two at a time, with the same
 * arithmetic.
 * @param base added to positions in the columns to give the event numbers that episodes state
 * @param limits f64: m, s, h, kappa, cap, tauMax, tauMin, entropyClear, lo, hi, dwell, voidOpen, voidClear, tensionLow,
 *   tensionHigh; a limit that is NaN keeps its detector silent
 * @param warmup i32 S: a stream is WARMING until its seq exceeds it and `referenceTo` is reached
 * @param boxCox the transform of `kl`, which itself is read only where it matters
 * @returns the event after the last one taken in
 */
export function detectors(
  from: i32, to: i32, base: i32, limits: usize, warmup: usize, referenceTo: i32,
  stream: usize, seq: usize, isVoid: usize,
  kl: usize, boxCox: usize, friction: usize, entropy: usize, rho: usize, tension: usize,
  state: usize, cusum: usize, eventState: usize, notice: usize, episodes: usize, capacity: i32,
): i32 {
  const m = load<f64>(limits, LIMIT_M);
  const s = load<f64>(limits, LIMIT_S);
  const h = load<f64>(limits, LIMIT_H);
  const kappa = load<f64>(limits, LIMIT_KAPPA);
  const cap = load<f64>(limits, LIMIT_CAP);
  const tauMax = load<f64>(limits, LIMIT_TAU_MAX);
  const tauMin = load<f64>(limits, LIMIT_TAU_MIN);
  const entropyClear = load<f64>(limits, LIMIT_ENTROPY_CLEAR);
  const lo = load<f64>(limits, LIMIT_LO);
  const hi = load<f64>(limits, LIMIT_HI);
  const dwell = <i32>load<f64>(limits, LIMIT_DWELL);
  const voidOpen = load<f64>(limits, LIMIT_VOID_OPEN);
  const voidClear = load<f64>(limits, LIMIT_VOID_CLEAR);
  const tensionLow = load<f64>(limits, LIMIT_TENSION_LOW);
  const tensionHigh = load<f64>(limits, LIMIT_TENSION_HIGH);
  const ceiling = tauMax <= 0 ? -Infinity : transformed(tauMax);
  const most = f64x2.splat(2 * h);
  let apart = from;
  written = 0;
  for (let i = from; i < to; i++) {
    if (written + KINDS > capacity) return i;
    const slot = <usize>i << 3;
    const p = load<i32>(stream + (<usize>i << 2));
    const n = load<i32>(seq + (<usize>i << 2));
    if (i >= apart) {
      apart = i + 2;
      if (i >= referenceTo && apart <= to) {
        const p1 = load<i32>(stream + (<usize>i << 2), 4);
        const n1 = load<i32>(seq + (<usize>i << 2), 4);
        const own0 = state + <usize>p * STATE_BYTES;
        const own1 = state + <usize>p1 * STATE_BYTES;
        const warming0 = <i32>(n <= load<i32>(warmup + (<usize>p << 2)));
        const warming1 = <i32>(n1 <= load<i32>(warmup + (<usize>p1 << 2)));
        if ((warming0 | warming1 | <i32>load<u16>(isVoid + <usize>i) | unsettled(own0) | unsettled(own1)) == 0) {
          const raw = v128.load(boxCox + slot);
          const score = f64x2.div(f64x2.sub(raw, f64x2.splat(m)), f64x2.splat(s));
          const delta = v128.load(friction + slot);
          const emd = v128.load(tension + slot);
          const evidence = v128.or(f64x2.ge(raw, f64x2.splat(ceiling)), f64x2.ne(score, score));
          const outOfBand = v128.or(f64x2.lt(delta, f64x2.splat(lo)), f64x2.gt(delta, f64x2.splat(hi)));
          const outOfZone = v128.or(f64x2.lt(emd, f64x2.splat(tensionLow)), f64x2.gt(emd, f64x2.splat(tensionHigh)));
          const alike = f64x2.lt(v128.load(entropy + slot), f64x2.splat(tauMin));
          const fallen = v128.or(alike, f64x2.lt(v128.load(rho + slot), f64x2.splat(voidOpen)));
          if (!v128.any_true(v128.or(v128.or(evidence, outOfBand), v128.or(outOfZone, fallen)))) {
            const capped = f64x2.pmin(f64x2.splat(cap), score);
            const sum0 = climb(own0, capped, kappa, most);
            if (f64x2.extract_lane(sum0, 0) <= h) {
              settle(own0, base + i, n);
              v128.store64_lane(own0, sum0, 0);
              v128.store64_lane(cusum + slot, sum0, 0);
              store<u16>(eventState + <usize>i, <u16>(EVENT_STATE_IN_FRAME * 0x0101));
              store<u16>(notice + <usize>i, 0);
              const sum1 = climb(own1, capped, kappa, most);
              if (f64x2.extract_lane(sum1, 1) <= h) {
                settle(own1, base + i + 1, n1);
                v128.store64_lane(own1, sum1, 1);
                v128.store64_lane(cusum + slot, sum1, 1, 8);
                i++;
              }
              continue;
            }
          }
        }
      }
    }
    if (i < referenceTo || n <= load<i32>(warmup + (<usize>p << 2))) {
      store<f64>(cusum + slot, NaN);
      store<u8>(eventState + <usize>i, <u8>EVENT_STATE_WARMING);
      store<u8>(notice + <usize>i, 0);
      continue;
    }
    const own = state + <usize>p * STATE_BYTES;
    const e = base + i;
    const silent = load<u8>(isVoid + <usize>i) != 0;
    let sum: f64 = NaN;
    let flags = 0;
    const emd = load<f64>(tension + slot);
    if (!silent) {
      const score = (load<f64>(boxCox + slot) - m) / s;
      const divergence = load<f64>(kl + slot);
      if (score == score) {
        const before = load<f64>(own);
        sum = cusumStep(before, score, h, kappa, cap);
        settle(own, e, n);
        store<f64>(own, sum);
        takeSum(own, sum, h, divergence, p, e, n, episodes);
      }
      const bits = load<f64>(entropy + slot);
      const opened = load<i32>(own, STATE_OPEN);
      if (opened & (1 << KIND_HOMOGENIZATION_FLOOR_NEAR)) {
        if (bits > entropyClear) close(own, KIND_HOMOGENIZATION_FLOOR_NEAR, p, e, episodes);
      } else if (bits < tauMin) {
        open(own, KIND_HOMOGENIZATION_FLOOR_NEAR, e, n, e, n, bits);
      }
      const delta = load<f64>(friction + slot);
      takeFriction(own, delta, lo, dwell, p, e, n, opened, episodes);
      flags = select(NOTICE_KL_CEILING, 0, divergence > tauMax) | select(NOTICE_FRICTION_SPIKE, 0, delta > hi)
        | select(NOTICE_TENSION_LOW, 0, emd < tensionLow) | select(NOTICE_TENSION_HIGH, 0, emd > tensionHigh);
    }
    takeCoupling(own, load<f64>(rho + slot), voidOpen, voidClear, p, e, n, episodes);
    const kinds = load<i32>(own, STATE_OPEN);
    const inZone = emd >= tensionLow && emd <= tensionHigh;
    store<f64>(cusum + slot, sum);
    store<u8>(eventState + <usize>i, <u8>stateOf(silent, kinds, flags, inZone));
    store<u8>(notice + <usize>i, <u8>flags);
  }
  return to;
}
