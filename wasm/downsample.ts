// State of one stream, 8 doubles: bucket, events in it, minimum, its x, maximum, its x, points written, flags (bit 0: last point written was a gap).
// Two raw points follow (x, y, x, y): the first two events of the bucket, for buckets so small that they are kept as they are. Then x and y of the newest event.
const STATE_BYTES: usize = 14 * 8;
const BUCKET: usize = 0, EVENTS: usize = 8, MIN: usize = 16, MIN_X: usize = 24, MAX: usize = 32, MAX_X: usize = 40, POINTS: usize = 48, GAP: usize = 56;
const FIRST: usize = 64, SECOND: usize = 80, NEWEST: usize = 96;

/**
 * Min-max per bucket of x for several streams in one pass over events [0, n).
 * x f64 n ascending, or 0: x is `start` + index; y f64 n, NaN = gap; code i32 n; slotOf i32 codeCount: output line of a stream code, -1 = not wanted;
 * states 14 f64 a line, zeros; out f64 lines x (2 buckets + 2) x 2; lengths i32 lines, receives the points of each line.
 */
export function downsample(
  x: usize, start: f64, y: usize, code: usize, n: i32, slotOf: usize, codeCount: i32, lines: i32, buckets: i32, states: usize, out: usize, lengths: usize,
): void {
  if (n > 0) {
    const capacity = (<usize>buckets * 2 + 2) << 4;
    const first = x ? load<f64>(x) : start;
    const last = x ? load<f64>(x + (<usize>(n - 1) << 3)) : start + <f64>(n - 1);
    const perUnit = last > first ? <f64>buckets / (last - first) : 0.0;
    const lastBucket = <f64>(buckets - 1);
    for (let i: i32 = 0; i < n; i++) {
      const c = load<i32>(code + (<usize>i << 2));
      if (<u32>c >= <u32>codeCount) continue;
      const slot = load<i32>(slotOf + (<usize>c << 2));
      if (slot < 0) continue;
      const xi = x ? load<f64>(x + (<usize>i << 3)) : start + <f64>i;
      const yi = load<f64>(y + (<usize>i << 3));
      const state = states + <usize>slot * STATE_BYTES;
      const line = out + <usize>slot * capacity;
      const events = load<f64>(state, EVENTS);
      if (events == 0) {
        // The stream's first event is a point of its own; from then on EVENTS counts the bucket's events plus one.
        emit(state, line, xi, yi);
        store<f64>(state, 1, EVENTS);
        continue;
      }
      // The newest event is held back until the next one comes: the last of all is a point of its own.
      if (events > 1) admit(state, line, perUnit, first, lastBucket);
      else store<f64>(state, 2, EVENTS);
      store<f64>(state, xi, NEWEST);
      store<f64>(state, yi, NEWEST + 8);
    }
    for (let slot: i32 = 0; slot < lines; slot++) {
      const state = states + <usize>slot * STATE_BYTES;
      const line = out + <usize>slot * capacity;
      if (load<f64>(state, EVENTS) > 1) {
        flush(state, line);
        emit(state, line, load<f64>(state, NEWEST), load<f64>(state, NEWEST + 8));
      }
    }
  }
  for (let slot: i32 = 0; slot < lines; slot++) {
    store<i32>(lengths + (<usize>slot << 2), <i32>load<f64>(states + <usize>slot * STATE_BYTES, POINTS));
  }
}

/** Moves the event held back into its bucket. EVENTS is 2 + the events in the bucket. */
function admit(state: usize, line: usize, perUnit: f64, first: f64, lastBucket: f64): void {
  const x = load<f64>(state, NEWEST);
  const y = load<f64>(state, NEWEST + 8);
  const bucket = Math.min(lastBucket, Math.floor((x - first) * perUnit));
  // Never backwards, so that unsorted x cannot write more points than there is room for.
  if (bucket > load<f64>(state, BUCKET)) {
    flush(state, line);
    store<f64>(state, bucket, BUCKET);
  }
  const inBucket = load<f64>(state, EVENTS) - 2;
  if (inBucket == 0) {
    store<f64>(state, NaN, MIN);
    store<f64>(state, NaN, MAX);
  }
  if (inBucket < 2) {
    const raw = state + (inBucket == 0 ? FIRST : SECOND);
    store<f64>(raw, x);
    store<f64>(raw, y, 8);
  }
  if (y == y) {
    const low = load<f64>(state, MIN);
    if (!(low <= y)) {
      store<f64>(state, y, MIN);
      store<f64>(state, x, MIN_X);
    }
    const high = load<f64>(state, MAX);
    if (!(high >= y)) {
      store<f64>(state, y, MAX);
      store<f64>(state, x, MAX_X);
    }
  }
  store<f64>(state, inBucket + 3, EVENTS);
}

/** Writes the bucket's points: its events where there are two at most, else its extremes, else one gap. Leaves it empty. */
function flush(state: usize, line: usize): void {
  const inBucket = load<f64>(state, EVENTS) - 2;
  if (inBucket > 0 && inBucket <= 2) {
    emit(state, line, load<f64>(state, FIRST), load<f64>(state, FIRST + 8));
    if (inBucket == 2) emit(state, line, load<f64>(state, SECOND), load<f64>(state, SECOND + 8));
  } else if (inBucket > 2) {
    const low = load<f64>(state, MIN), lowX = load<f64>(state, MIN_X);
    const high = load<f64>(state, MAX), highX = load<f64>(state, MAX_X);
    if (low != low) {
      emit(state, line, load<f64>(state, FIRST), NaN);
    } else if (low == high) {
      emit(state, line, lowX, low);
    } else if (lowX < highX) {
      emit(state, line, lowX, low);
      emit(state, line, highX, high);
    } else {
      emit(state, line, highX, high);
      emit(state, line, lowX, low);
    }
  }
  store<f64>(state, 2, EVENTS);
}

/** Appends a point; of several gaps in a row the first only. */
@inline
function emit(state: usize, line: usize, x: f64, y: f64): void {
  const isGap = y != y;
  if (isGap && load<f64>(state, GAP) != 0) return;
  const points = load<f64>(state, POINTS);
  const at = line + (<usize>points << 4);
  store<f64>(at, x);
  store<f64>(at, y, 8);
  store<f64>(state, points + 1, POINTS);
  store<f64>(state, isGap ? 1 : 0, GAP);
}
