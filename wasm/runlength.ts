/**
 * Run lengths to a false alarm of detectors over one number per event (docs/methods.md 9): a block bootstrap of the
 * in-control series of each stream, of given blocks or circular and moving (Künsch 1989; Politis & Romano 1992),
 * counted at a ladder of thresholds at once. Every threshold sees the same path (common random numbers).
 */
import { below, reseed } from './random';

/** S = min(2h, max(0, S + min(z, cap) - kappa)) alarms above h, until it is 0; a = kappa, b = cap. */
const CUSUM: i32 = 0;
/** Alarms at the a-th event in a row below -level, until the first that is not. */
const DWELL: i32 = 1;
/** Alarms above the level, until at or below b times it. */
const LEVEL: i32 = 2;

/** Events of a path held at a time. */
const CHUNK: i32 = 2048;
/** Levels: two a vector. */
const LANES: i32 = 2;

export function runLengthScratchBytes(levelCount: i32): usize {
  return (<usize>CHUNK << 3) + (<usize>levelCount * 40);
}

/**
 * Adds to `alarms` and `clear` what `events` bootstrapped events give, shared out over the streams by their length.
 * @param values f64, in-control values grouped by stream
 * @param starts i32, streams + 1 offsets
 * @param block length of moving blocks, cut to a quarter of a stream where that is shorter
 * @param pieces i32, the blocks to draw from by stream, [first value within the stream, length]; a stream without any
 * is left out; 0: moving blocks
 * @param pieceStarts i32, streams + 1 offsets into pieces
 * @param levels f64, levelCount, an even number
 * @param alarms f64 levelCount: alarms
 * @param clear f64 levelCount: events outside alarms, the one that alarms included
 */
export function runLengths(
  kind: i32, values: usize, starts: usize, streams: i32, block: i32, pieces: usize, pieceStarts: usize,
  events: i32, seed: i32,
  levels: usize, levelCount: i32, a: f64, b: f64, scratch: usize, alarms: usize, clear: usize,
): void {
  reseed(seed);
  const chunk = scratch;
  const state = chunk + (<usize>CHUNK << 3);
  const rows = load<i32>(starts + (<usize>streams << 2));
  for (let s = 0; s < streams; s++) {
    const first = load<i32>(starts + (<usize>s << 2));
    const count = load<i32>(starts + (<usize>(s + 1) << 2)) - first;
    if (count == 0) continue;
    const size = min(block, max(1, count >> 2));
    let given: usize = 0;
    let choices = count;
    if (pieces != 0) {
      const before = load<i32>(pieceStarts + (<usize>s << 2));
      given = pieces + (<usize>before << 3);
      choices = load<i32>(pieceStarts + (<usize>(s + 1) << 2)) - before;
      if (choices == 0) continue;
    }
    const own = <i32>(<f64>events * <f64>count / <f64>rows);
    memory.fill(state, 0, <usize>levelCount * 40);
    let at = 0;
    let left = 0;
    for (let done = 0; done < own; done += CHUNK) {
      const length = min(CHUNK, own - done);
      for (let j = 0; j < length; j++) {
        if (left == 0) {
          at = below(choices);
          left = size;
          if (pieces != 0) {
            const piece = given + (<usize>at << 3);
            at = load<i32>(piece);
            left = load<i32>(piece, 4);
          }
        }
        store<f64>(chunk + (<usize>j << 3), load<f64>(values + (<usize>(first + at) << 3)));
        if (++at == count) at = 0;
        left--;
      }
      if (kind == CUSUM) countCusum(chunk, length, levels, levelCount, a, b, state);
      else if (kind == DWELL) countDwell(chunk, length, levels, levelCount, <i64>a, state);
      else countLevel(chunk, length, levels, levelCount, b, state);
    }
    // State: five vectors a pair of levels, the third and fourth are events inside alarms and alarms.
    for (let l = 0; l < levelCount; l++) {
      const pair = state + <usize>(l / LANES) * 80 + <usize>(l % LANES) * 8;
      const out = <usize>l << 3;
      store<f64>(clear + out, load<f64>(clear + out) + <f64>(<i64>own - load<i64>(pair, 32)));
      store<f64>(alarms + out, load<f64>(alarms + out) + <f64>load<i64>(pair, 48));
    }
  }
}

/** State of a pair: [S f64x2][open mask][events inside][alarms][unused]. */
function countCusum(
  chunk: usize, length: i32, levels: usize, levelCount: i32, kappa: f64, cap: f64, state: usize,
): void {
  const zero = f64x2.splat(0);
  for (let l = 0; l < levelCount; l += LANES) {
    const own = state + <usize>(l / LANES) * 80;
    const h = v128.load(levels + (<usize>l << 3));
    const ceiling = f64x2.add(h, h);
    let s = v128.load(own);
    let open = v128.load(own, 16);
    let inside = v128.load(own, 32);
    let alarms = v128.load(own, 48);
    for (let j = 0; j < length; j++) {
      inside = i64x2.sub(inside, open);
      const z = f64x2.splat(min(load<f64>(chunk + (<usize>j << 3)), cap) - kappa);
      // pmin and pmax are one instruction each; nothing here is NaN.
      s = f64x2.pmin(ceiling, f64x2.pmax(zero, f64x2.add(s, z)));
      const over = f64x2.gt(s, h);
      alarms = i64x2.sub(alarms, v128.andnot(over, open));
      open = v128.and(v128.or(open, over), f64x2.gt(s, zero));
    }
    v128.store(own, s);
    v128.store(own, open, 16);
    v128.store(own, inside, 32);
    v128.store(own, alarms, 48);
  }
}

/** State of a level in its pair: the run of events below in the first vector. */
function countDwell(chunk: usize, length: i32, levels: usize, levelCount: i32, dwell: i64, state: usize): void {
  for (let l = 0; l < levelCount; l++) {
    const own = state + <usize>(l / LANES) * 80 + <usize>(l % LANES) * 8;
    const low = -load<f64>(levels + (<usize>l << 3));
    let run = load<i64>(own);
    let inside = load<i64>(own, 32);
    let alarms = load<i64>(own, 48);
    for (let j = 0; j < length; j++) {
      inside += i64(run >= dwell);
      run = load<f64>(chunk + (<usize>j << 3)) < low ? run + 1 : 0;
      alarms += i64(run == dwell);
    }
    store<i64>(own, run);
    store<i64>(own, inside, 32);
    store<i64>(own, alarms, 48);
  }
}

function countLevel(chunk: usize, length: i32, levels: usize, levelCount: i32, rearm: f64, state: usize): void {
  for (let l = 0; l < levelCount; l++) {
    const own = state + <usize>(l / LANES) * 80 + <usize>(l % LANES) * 8;
    const high = load<f64>(levels + (<usize>l << 3));
    const low = rearm * high;
    let open = load<i64>(own);
    let inside = load<i64>(own, 32);
    let alarms = load<i64>(own, 48);
    for (let j = 0; j < length; j++) {
      const v = load<f64>(chunk + (<usize>j << 3));
      inside += open;
      if (open) open = i64(v > low);
      else if (v > high) {
        open = 1;
        alarms++;
      }
    }
    store<i64>(own, open);
    store<i64>(own, inside, 32);
    store<i64>(own, alarms, 48);
  }
}
