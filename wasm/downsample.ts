// State of a line, 64 bytes: minimum and maximum of the bucket f64, their events i32, the first two events of the
// bucket i32, how many it has i32, points written i32, the stream's first and last event i32 counted from 1, and
// whether the last point written was a gap i32.
const STATE_BYTES: usize = 64;
const MIN: usize = 0, MAX: usize = 8, MIN_AT: usize = 16, MAX_AT: usize = 20;
const ONE: usize = 24, TWO: usize = 28, EVENTS: usize = 32, POINTS: usize = 36;
const FIRST: usize = 40, LAST: usize = 44, GAP: usize = 48;

/** Not valid in a stream code's place among the lines. */
const NOT_WANTED: i32 = -1;

/**
 * Min-max per bucket of x for several streams in one pass over events [0, n).
 * x f64 n ascending, or 0: x is `start` + index; y f64 n, NaN = gap; code i32 n; slotOf i32 codeCount: output line of a
 * stream code, -1 = not wanted; states 64 bytes a line, zeros; out f64 lines x (2 buckets + 2) x 2; lengths i32 lines,
 * receives the points of each line.
 */
export function downsample(
  x: usize, start: f64, y: usize, code: usize, n: i32, slotOf: usize, codeCount: i32,
  lines: i32, buckets: i32, states: usize, out: usize, lengths: usize,
): void {
  const capacity = (<usize>buckets * 2 + 2) << 4;
  findEnds(code, n, slotOf, codeCount, lines, states);
  const origin = n > 0 ? xOf(x, start, 0) : 0;
  const width = n > 0 ? xOf(x, start, n - 1) - origin : 0;
  const perUnit = width > 0 ? <f64>buckets / width : 0.0;
  const lastBucket = buckets - 1;
  let bucket = -1;
  for (let i = 0; i < n;) {
    // Never backwards, so that unsorted x cannot write more points than there is room for.
    bucket = max(bucket + 1, bucketOf(xOf(x, start, i) - origin, perUnit, lastBucket));
    const end = bucket >= lastBucket ? n : endOf(bucket, x, start, i, n, origin, perUnit, lastBucket);
    for (; i < end; i++) {
      const c = load<i32>(code + (<usize>i << 2));
      if (<u32>c >= <u32>codeCount) continue;
      const slot = load<i32>(slotOf + (<usize>c << 2));
      if (slot == NOT_WANTED) continue;
      const state = states + <usize>slot * STATE_BYTES;
      const yi = load<f64>(y + (<usize>i << 3));
      // The stream's ends are points of their own.
      if (i + 1 == load<i32>(state, LAST)) continue;
      const events = load<i32>(state, EVENTS);
      if (events < 2) {
        if (i + 1 == load<i32>(state, FIRST)) {
          emit(state, out + <usize>slot * capacity, xOf(x, start, i), yi);
          continue;
        }
        if (events == 0) {
          store<f64>(state, NaN, MIN);
          store<f64>(state, NaN, MAX);
          store<i32>(state, i, ONE);
        } else store<i32>(state, i, TWO);
      }
      store<i32>(state, events + 1, EVENTS);
      if (yi == yi) {
        if (!(load<f64>(state, MIN) <= yi)) {
          store<f64>(state, yi, MIN);
          store<i32>(state, i, MIN_AT);
        }
        if (!(load<f64>(state, MAX) >= yi)) {
          store<f64>(state, yi, MAX);
          store<i32>(state, i, MAX_AT);
        }
      }
    }
    for (let slot = 0; slot < lines; slot++) {
      const state = states + <usize>slot * STATE_BYTES;
      if (load<i32>(state, EVENTS) > 0) flush(state, out + <usize>slot * capacity, x, start, y);
    }
  }
  for (let slot = 0; slot < lines; slot++) {
    const state = states + <usize>slot * STATE_BYTES;
    const last = load<i32>(state, LAST) - 1;
    if (last >= 0) emit(state, out + <usize>slot * capacity, xOf(x, start, last), load<f64>(y + (<usize>last << 3)));
    store<i32>(lengths + (<usize>slot << 2), load<i32>(state, POINTS));
  }
}

@inline
function xOf(x: usize, start: f64, i: i32): f64 {
  return x ? load<f64>(x + (<usize>i << 3)) : start + <f64>i;
}

@inline
function bucketOf(distance: f64, perUnit: f64, lastBucket: i32): i32 {
  return <i32>min(<f64>lastBucket, Math.floor(distance * perUnit));
}

/**
 * Writes the first and the last event of every line's stream into its state: looks from both sides until all are found.
 */
function findEnds(code: usize, n: i32, slotOf: usize, codeCount: i32, lines: i32, states: usize): void {
  let missing = lines;
  for (let i = 0; i < n && missing > 0; i++) missing -= markEnd(code, i, slotOf, codeCount, states + FIRST);
  missing = lines - missing;
  for (let i = n - 1; i >= 0 && missing > 0; i--) missing -= markEnd(code, i, slotOf, codeCount, states + LAST);
}

@inline
function markEnd(code: usize, i: i32, slotOf: usize, codeCount: i32, ends: usize): i32 {
  const c = load<i32>(code + (<usize>i << 2));
  if (<u32>c >= <u32>codeCount) return 0;
  const slot = load<i32>(slotOf + (<usize>c << 2));
  if (slot == NOT_WANTED) return 0;
  const end = ends + <usize>slot * STATE_BYTES;
  if (load<i32>(end) != 0) return 0;
  store<i32>(end, i + 1);
  return 1;
}

/** The first event after `from` of a later bucket: x ascends, so that no event has to be placed on the way. */
function endOf(bucket: i32, x: usize, start: f64, from: i32, n: i32, origin: f64, perUnit: f64, lastBucket: i32): i32 {
  let low = from + 1;
  let high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bucketOf(xOf(x, start, middle) - origin, perUnit, lastBucket) <= bucket) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Writes the bucket's points: its events where there are two at most, else its extremes, else one gap. Leaves it empty.
 */
function flush(state: usize, line: usize, x: usize, start: f64, y: usize): void {
  const events = load<i32>(state, EVENTS);
  const one = load<i32>(state, ONE), two = load<i32>(state, TWO);
  if (events <= 2) {
    emit(state, line, xOf(x, start, one), load<f64>(y + (<usize>one << 3)));
    if (events == 2) emit(state, line, xOf(x, start, two), load<f64>(y + (<usize>two << 3)));
  } else {
    const low = load<f64>(state, MIN), lowAt = load<i32>(state, MIN_AT);
    const high = load<f64>(state, MAX), highAt = load<i32>(state, MAX_AT);
    if (low != low) {
      emit(state, line, xOf(x, start, one), NaN);
    } else if (low == high) {
      emit(state, line, xOf(x, start, lowAt), low);
    } else if (lowAt < highAt) {
      emit(state, line, xOf(x, start, lowAt), low);
      emit(state, line, xOf(x, start, highAt), high);
    } else {
      emit(state, line, xOf(x, start, highAt), high);
      emit(state, line, xOf(x, start, lowAt), low);
    }
  }
  store<i32>(state, 0, EVENTS);
}

/** Appends a point; of several gaps in a row the first only. */
@inline
function emit(state: usize, line: usize, x: f64, y: f64): void {
  const isGap = <i32>(y != y);
  if (isGap & load<i32>(state, GAP)) return;
  const points = load<i32>(state, POINTS);
  const at = line + (<usize>points << 4);
  store<f64>(at, x);
  store<f64>(at, y, 8);
  store<i32>(state, points + 1, POINTS);
  store<i32>(state, isGap, GAP);
}
