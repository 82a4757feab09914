import { transformed } from './tracker';

/**
 * Detectors and routes over columns (spec 8).
 * State of a stream, 160 bytes: [cusum f64][onset i32][onset seq i32][below i32][below onset i32][below onset seq
 * i32][open kinds, bits i32] [governance weight f64] and for each of five kinds [onset i32][onset seq i32][fired
 * i32][fired seq i32][peak f64]. An episode is written to `episodes` when it closes: [kind i32][stream
 * i32][onset][onset seq][fired][fired seq][cleared][pad][peak f64], 40 bytes; those still open at the end stay in the
 * state.
 */

const STATE_BYTES: usize = 160;
const EPISODES_AT: usize = 40;
const EPISODE_BYTES: usize = 40;

/** Kinds, in the order of ALERT_KINDS. */
const DRIFT: i32 = 0;
const HOMOGENIZATION: i32 = 1;
const FRAME_WEIGHT: i32 = 2;
const VOID: i32 = 3;
const SHIFT: i32 = 4;

let written: i32 = 0;

@inline
function open(state: usize, kind: i32, onset: i32, onsetSeq: i32, fired: i32, firedSeq: i32, peak: f64): void {
  const at = state + EPISODES_AT + <usize>(kind * 24);
  store<i32>(at, onset);
  store<i32>(at, onsetSeq, 4);
  store<i32>(at, fired, 8);
  store<i32>(at, firedSeq, 12);
  store<f64>(at, peak, 16);
  store<i32>(state, load<i32>(state, 28) | (1 << kind), 28);
}

function close(state: usize, kind: i32, stream: i32, cleared: i32, episodes: usize): void {
  const at = state + EPISODES_AT + <usize>(kind * 24);
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
  store<i32>(state, load<i32>(state, 28) & ~(1 << kind), 28);
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
  store<u64>(own, select<u64>(onset, load<u64>(own, 8), load<f64>(own) == 0), 8);
}

/** Not 0 where an episode is open or the last event was below the friction band. */
@inline
function unsettled(own: usize): i32 {
  return load<i32>(own, 16) | load<i32>(own, 28);
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
 * Events [from, to). Stops early when fewer than five more episodes fit into `capacity`.
 * Most events cross no limit, in streams without an open episode: those are taken two at a time, with the same
 * arithmetic.
 * @param base added to positions in the columns to give the event numbers that episodes state
 * @param limits f64: m, s, h, kappa, cap, tauMax, tauMin, entropyClear, lo, hi, dwell, voidOpen, voidClear, tensionLow,
 *   tensionHigh; a limit that is NaN keeps its detector silent
 * @param shiftLimits f64 S: T2 above which SHIFT opens in each stream; it closes below half of it
 * @param warmup i32 S: a stream is WARMING until its seq exceeds it and `referenceTo` is reached
 * @param boxCox the transform of `kl`, which itself is read only where it matters
 * @returns the event after the last one taken in
 */
export function detectors(
  from: i32, to: i32, base: i32, limits: usize, shiftLimits: usize, warmup: usize, referenceTo: i32, stream: usize, seq: usize, isVoid: usize,
  kl: usize, boxCox: usize, friction: usize, entropy: usize, rho: usize, tension: usize, mewma: usize,
  state: usize, cusum: usize, route: usize, notice: usize, episodes: usize, capacity: i32,
): i32 {
  const m = load<f64>(limits);
  const s = load<f64>(limits, 8);
  const h = load<f64>(limits, 16);
  const kappa = load<f64>(limits, 24);
  const cap = load<f64>(limits, 32);
  const tauMax = load<f64>(limits, 40);
  const tauMin = load<f64>(limits, 48);
  const entropyClear = load<f64>(limits, 56);
  const lo = load<f64>(limits, 64);
  const hi = load<f64>(limits, 72);
  const dwell = <i32>load<f64>(limits, 80);
  const voidOpen = load<f64>(limits, 88);
  const voidClear = load<f64>(limits, 96);
  const tensionLow = load<f64>(limits, 104);
  const tensionHigh = load<f64>(limits, 112);
  const ceiling = tauMax <= 0 ? -Infinity : transformed(tauMax);
  const most = f64x2.splat(2 * h);
  let apart = from;
  written = 0;
  for (let i = from; i < to; i++) {
    if (written + 5 > capacity) return i;
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
        const warming = <i32>(n <= load<i32>(warmup + (<usize>p << 2))) | <i32>(n1 <= load<i32>(warmup + (<usize>p1 << 2)));
        if ((warming | <i32>load<u16>(isVoid + <usize>i) | unsettled(own0) | unsettled(own1)) == 0) {
          const raw = v128.load(boxCox + slot);
          const score = f64x2.div(f64x2.sub(raw, f64x2.splat(m)), f64x2.splat(s));
          const delta = v128.load(friction + slot);
          const emd = v128.load(tension + slot);
          const shift = v128.load64_lane(shiftLimits + (<usize>p1 << 3), v128.load64_zero(shiftLimits + (<usize>p << 3)), 1);
          const evidence = v128.or(f64x2.ge(raw, f64x2.splat(ceiling)), f64x2.ne(score, score));
          const outOfBand = v128.or(f64x2.lt(delta, f64x2.splat(lo)), f64x2.gt(delta, f64x2.splat(hi)));
          const outOfZone = v128.or(f64x2.lt(emd, f64x2.splat(tensionLow)), f64x2.gt(emd, f64x2.splat(tensionHigh)));
          const fallen = v128.or(f64x2.lt(v128.load(entropy + slot), f64x2.splat(tauMin)), f64x2.lt(v128.load(rho + slot), f64x2.splat(voidOpen)));
          const moved = f64x2.gt(v128.load(mewma + slot), shift);
          if (!v128.any_true(v128.or(v128.or(v128.or(evidence, outOfBand), v128.or(outOfZone, fallen)), moved))) {
            const capped = f64x2.pmin(f64x2.splat(cap), score);
            const sum0 = climb(own0, capped, kappa, most);
            if (f64x2.extract_lane(sum0, 0) <= h) {
              settle(own0, base + i, n);
              v128.store64_lane(own0, sum0, 0);
              v128.store64_lane(cusum + slot, sum0, 0);
              store<u16>(route + <usize>i, 0x0707);
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
      store<u8>(route + <usize>i, 0);
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
        if (sum == 0) {
          if (load<i32>(own, 28) & (1 << DRIFT)) close(own, DRIFT, p, e, episodes);
        } else {
          if (load<i32>(own, 28) & (1 << DRIFT)) {
            const peak = own + EPISODES_AT + 16;
            store<f64>(peak, max(load<f64>(peak), divergence));
          } else if (sum > h) {
            open(own, DRIFT, load<i32>(own, 8), load<i32>(own, 12), e, n, divergence);
          }
        }
      }
      const bits = load<f64>(entropy + slot);
      const opened = load<i32>(own, 28);
      if (opened & (1 << HOMOGENIZATION)) {
        if (bits > entropyClear) close(own, HOMOGENIZATION, p, e, episodes);
      } else if (bits < tauMin) {
        open(own, HOMOGENIZATION, e, n, e, n, bits);
      }
      const delta = load<f64>(friction + slot);
      if (delta < lo) {
        const below = load<i32>(own, 16);
        store<i32>(own, below + 1, 16);
        if (below == 0) {
          store<i32>(own, e, 20);
          store<i32>(own, n, 24);
        }
        if (below + 1 >= dwell) {
          if (!(opened & (1 << FRAME_WEIGHT))) open(own, FRAME_WEIGHT, load<i32>(own, 20), load<i32>(own, 24), e, n, delta);
          store<f64>(own, load<f64>(own, 32) + (lo - delta) / lo, 32);
        }
      } else {
        store<i32>(own, 0, 16);
        if (opened & (1 << FRAME_WEIGHT)) close(own, FRAME_WEIGHT, p, e, episodes);
      }
      const displacement = load<f64>(mewma + slot);
      const shiftLimit = load<f64>(shiftLimits + (<usize>p << 3));
      if (opened & (1 << SHIFT)) {
        if (displacement < 0.5 * shiftLimit) close(own, SHIFT, p, e, episodes);
      } else if (displacement > shiftLimit) {
        open(own, SHIFT, e, n, e, n, displacement);
      }
      flags = <i32>(divergence > tauMax) | (<i32>(delta > hi) << 1) | (<i32>(emd < tensionLow) << 2) | (<i32>(emd > tensionHigh) << 3);
    }
    const coupled = load<f64>(rho + slot);
    if (load<i32>(own, 28) & (1 << VOID)) {
      if (coupled > voidClear) close(own, VOID, p, e, episodes);
    } else if (coupled < voidOpen) {
      open(own, VOID, e, n, e, n, coupled);
    }
    const kinds = load<i32>(own, 28);
    const inZone = emd >= tensionLow && emd <= tensionHigh;
    let taken = 7;
    if (silent || kinds & (1 << VOID)) taken = 1;
    else if (kinds & (1 << DRIFT)) taken = 2;
    else if (kinds & (1 << HOMOGENIZATION)) taken = 3;
    else if (kinds & (1 << FRAME_WEIGHT)) taken = 4;
    else if ((flags & 3) != 0 && inZone) taken = 5;
    else if ((flags & 12) != 0) taken = 6;
    store<f64>(cusum + slot, sum);
    store<u8>(route + <usize>i, <u8>taken);
    store<u8>(notice + <usize>i, <u8>flags);
  }
  return to;
}
