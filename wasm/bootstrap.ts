/**
 * Moving-block bootstrap of the displacement statistic (docs/methods.md 6, 9): in-control paths of T2 and how often
 * they cross a level. Random numbers are splitmix64 (Steele, Lea & Flood 2014), so a seed gives the same path in every
 * engine.
 */
import { below, reseed } from './random';

/**
 * Mean of T2 over a circular series of residuals, y having gone round once before: what a reference says of its own
 * spread and dependence.
 */
function roundScale(residuals: usize, k: i32, lambda: f64, rows: usize, count: i32, bias: usize, y: usize): f64 {
  for (let i = 0; i < k; i++) store<f64>(y + (<usize>i << 3), 0);
  let sum: f64 = 0;
  for (let lap = 0; lap < 2; lap++) {
    sum = 0;
    for (let j = 0; j < count; j++) {
      sum += step(y, residuals + <usize>load<i32>(rows + (<usize>j << 2)) * <usize>k * 4, bias, k, lambda);
    }
  }
  return sum / <f64>count;
}

/** y = (1 - lambda) y + lambda (r - bias); returns |y|^2. */
@inline
function step(y: usize, r: usize, bias: usize, k: i32, lambda: f64): f64 {
  let norm: f64 = 0;
  for (let i = 0; i < k; i++) {
    const p = <usize>i << 3;
    const v = load<f64>(y + p) * (1.0 - lambda) + lambda * (<f64>load<f32>(r + (<usize>i << 2)) - load<f64>(bias + p));
    store<f64>(y + p, v);
    norm += v * v;
  }
  return norm;
}

/**
 * Writes `length` values of T2 = (2 - lambda)/lambda |y|^2 under control, studentised.
 * Each run of `run` events takes one stream (drawn by its share of the reference) and draws a reference of as many
 * residuals in blocks. That gives the run its mean and its scale (`roundScale`), as the real reference gave them. Then
 * blocks of the real one follow, y from 0, T2 over the run's scale and times the real reference's. So the error of both
 * estimates is in the path: what a short reference cannot know of itself widens the limit.
 * @param residuals f32, rows x k, x - m_s, grouped by stream
 * @param starts i32, streams + 1 row offsets
 * @param scratch f64 2 k + streams, then i32 as many as the longest stream has rows
 * @param out f32, length
 */
export function bootstrapDisplacement(
  residuals: usize, starts: usize, streams: i32, k: i32, lambda: f64,
  block: i32, run: i32, seed: i32, scratch: usize, out: usize, length: i32,
): void {
  reseed(seed);
  const rows = load<i32>(starts + (<usize>streams << 2));
  const bias = scratch;
  const y = bias + (<usize>k << 3);
  const scales = y + (<usize>k << 3);
  const drawn = scales + (<usize>streams << 3);
  const factor = (2.0 - lambda) / lambda;
  for (let i = 0; i < k; i++) store<f64>(bias + (<usize>i << 3), 0);
  for (let s = 0; s < streams; s++) {
    const first = load<i32>(starts + (<usize>s << 2));
    const count = load<i32>(starts + (<usize>(s + 1) << 2)) - first;
    for (let j = 0; j < count; j++) store<i32>(drawn + (<usize>j << 2), first + j);
    store<f64>(scales + (<usize>s << 3), roundScale(residuals, k, lambda, drawn, count, bias, y));
  }
  for (let done = 0; done < length; done += run) {
    const row = below(rows);
    let s = 0;
    while (load<i32>(starts + (<usize>(s + 1) << 2)) <= row) s++;
    const first = load<i32>(starts + (<usize>s << 2));
    const count = load<i32>(starts + (<usize>(s + 1) << 2)) - first;
    const size = min(block, max(1, count >> 2));

    for (let i = 0; i < k; i++) store<f64>(bias + (<usize>i << 3), 0);
    let at = 0;
    for (let j = 0; j < count; j++) {
      if (j % size == 0) at = below(count);
      store<i32>(drawn + (<usize>j << 2), first + at);
      const r = residuals + (<usize>(first + at) * <usize>k << 2);
      for (let i = 0; i < k; i++) {
        store<f64>(bias + (<usize>i << 3), load<f64>(bias + (<usize>i << 3)) + <f64>load<f32>(r + (<usize>i << 2)));
      }
      if (++at == count) at = 0;
    }
    for (let i = 0; i < k; i++) store<f64>(bias + (<usize>i << 3), load<f64>(bias + (<usize>i << 3)) / <f64>count);
    const own = roundScale(residuals, k, lambda, drawn, count, bias, y);
    // A block drawn over and over has no spread; residuals without any have none to compare with.
    const scale = own > 0 ? (factor * load<f64>(scales + (<usize>s << 3))) / own : factor;

    for (let i = 0; i < k; i++) store<f64>(y + (<usize>i << 3), 0);
    const end = min(run, length - done);
    for (let j = 0; j < end; j++) {
      if (j % size == 0) at = below(count);
      const r = residuals + (<usize>(first + at) * <usize>k << 2);
      store<f32>(out + (<usize>(done + j) << 2), <f32>(scale * step(y, r, bias, k, lambda)));
      if (++at == count) at = 0;
    }
  }
}

/**
 * Counts episodes of a path at each of several levels: an episode opens above the level and closes below `rearm` times
 * it; runs are separate. Whatever a level has open, every lower one has too: one number says which are.
 * @param path f32, length
 * @param levels f64, levelCount, ascending
 * @param counts i32, levelCount, written
 */
export function countEpisodes(
  path: usize, length: i32, run: i32, rearm: f64, levels: usize, levelCount: i32, counts: usize,
): void {
  memory.fill(counts, 0, <usize>levelCount << 2);
  for (let start = 0; start < length; start += run) {
    const end = min(start + run, length);
    let open = 0;
    for (let i = start; i < end; i++) {
      const v = load<f32>(path + (<usize>i << 2));
      while (open > 0 && v < <f32>(rearm * <f64>level(levels, open - 1))) open--;
      while (open < levelCount && v > level(levels, open)) {
        const count = counts + (<usize>open << 2);
        store<i32>(count, load<i32>(count) + 1);
        open++;
      }
    }
  }
}

@inline
function level(levels: usize, l: i32): f32 {
  return <f32>load<f64>(levels + (<usize>l << 3));
}
