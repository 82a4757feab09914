/**
 * P95 latency over a sliding window, and the adaptive window (docs/methods.md 5).
 * State: [count i32][head i32][ring f64 x size][sorted f64 x size]: `head` is the ring slot of the oldest latency.
 */

const HEADER: usize = 16;

export function latencyStateBytes(size: i32): usize {
  return HEADER + (<usize>size << 4);
}

/** First slot of `sorted` (n values) that is not below `value`; branch-free halving. */
@inline
function lowerBound(sorted: usize, n: i32, value: f64): i32 {
  let base = 0;
  let length = n;
  while (length > 0) {
    const half = length >> 1;
    const below = load<f64>(sorted + (<usize>(base + half) << 3)) < value;
    base = select<i32>(base + half + 1, base, below);
    length = select<i32>(length - half - 1, half, below);
  }
  return base;
}

/**
 * Events [from, to): p95 = nearest-rank 95th percentile of the last `size` present latencies, the event's own included;
 * NaN before the first. window = max(minimum, factor * p95); the minimum where `adaptive` is 0 or there is no p95.
 * @param latency f64 per event, NaN = none
 */
export function latency(
  from: i32, to: i32, latency: usize, size: i32, factor: f64, minimum: f64,
  adaptive: i32, state: usize, p95: usize, window: usize,
): void {
  let count = load<i32>(state);
  let head = load<i32>(state, 4);
  const ring = state + HEADER;
  const sorted = ring + (<usize>size << 3);
  for (let i = from; i < to; i++) {
    const value = load<f64>(latency + (<usize>i << 3));
    if (value == value) {
      if (count < size) {
        const at = lowerBound(sorted, count, value);
        const slot = sorted + (<usize>at << 3);
        memory.copy(slot + 8, slot, <usize>(count - at) << 3);
        store<f64>(slot, value);
        store<f64>(ring + (<usize>count << 3), value);
        count++;
      } else {
        const oldest = load<f64>(ring + (<usize>head << 3));
        const out = lowerBound(sorted, count, oldest);
        let at = lowerBound(sorted, count, value);
        if (at > out) {
          at--;
          const hole = sorted + (<usize>out << 3);
          memory.copy(hole, hole + 8, <usize>(at - out) << 3);
        } else {
          const slot = sorted + (<usize>at << 3);
          memory.copy(slot + 8, slot, <usize>(out - at) << 3);
        }
        store<f64>(sorted + (<usize>at << 3), value);
        store<f64>(ring + (<usize>head << 3), value);
        head = head + 1 == size ? 0 : head + 1;
      }
    }
    const rank = <i32>Math.ceil(0.95 * <f64>count) - 1;
    const quantile = count > 0 ? load<f64>(sorted + (<usize>max(0, rank) << 3)) : NaN;
    store<f64>(p95 + (<usize>i << 3), quantile);
    store<f64>(window + (<usize>i << 3), adaptive != 0 && count > 0 ? max(minimum, factor * quantile) : minimum);
  }
  store<i32>(state, count);
  store<i32>(state, head, 4);
}
