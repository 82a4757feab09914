/**
 * Moving-block bootstrap of the displacement statistic (spec 6, 9): in-control paths of T2 and how often they cross a level.
 * Random numbers are splitmix64 (Steele, Lea & Flood 2014), so a seed gives the same path in every engine.
 */
import { below, reseed } from './random';

/**
 * Writes `length` values of T2 = (2 - lambda)/lambda |y|^2 under control.
 * Runs of `run` events each take one stream (drawn by its share of the reference), re-estimate its mean from as many resampled residuals as the
 * reference held (so that the estimation error of the mean is in the limit), start from y = 0 and take in resampled blocks.
 * @param residuals f32, rows x k, x - m_s, grouped by stream
 * @param starts i32, streams + 1 row offsets
 * @param scratch f64, 2 k
 * @param out f32, length
 */
export function bootstrapDisplacement(
  residuals: usize, starts: usize, streams: i32, k: i32, lambda: f64, block: i32, run: i32, seed: i32, scratch: usize, out: usize, length: i32,
): void {
  reseed(seed);
  const rows = load<i32>(starts + (<usize>streams << 2));
  const bias = scratch;
  const y = scratch + (<usize>k << 3);
  const scale = (2.0 - lambda) / lambda;
  for (let done = 0; done < length; done += run) {
    const row = below(rows);
    let s = 0;
    while (load<i32>(starts + (<usize>(s + 1) << 2)) <= row) s++;
    const first = load<i32>(starts + (<usize>s << 2));
    const count = load<i32>(starts + (<usize>(s + 1) << 2)) - first;
    const size = min(block, max(1, count >> 2));

    for (let i = 0; i < k; i++) {
      store<f64>(bias + (<usize>i << 3), 0);
      store<f64>(y + (<usize>i << 3), 0);
    }
    let at = 0;
    for (let j = 0; j < count; j++) {
      if (j % size == 0) at = below(count);
      const r = residuals + (<usize>(first + at) * <usize>k << 2);
      for (let i = 0; i < k; i++) store<f64>(bias + (<usize>i << 3), load<f64>(bias + (<usize>i << 3)) + <f64>load<f32>(r + (<usize>i << 2)));
      if (++at == count) at = 0;
    }
    for (let i = 0; i < k; i++) store<f64>(bias + (<usize>i << 3), load<f64>(bias + (<usize>i << 3)) / <f64>count);

    const end = min(run, length - done);
    for (let j = 0; j < end; j++) {
      if (j % size == 0) at = below(count);
      const r = residuals + (<usize>(first + at) * <usize>k << 2);
      let norm: f64 = 0;
      for (let i = 0; i < k; i++) {
        const p = <usize>i << 3;
        const v = load<f64>(y + p) * (1.0 - lambda) + lambda * (<f64>load<f32>(r + (<usize>i << 2)) - load<f64>(bias + p));
        store<f64>(y + p, v);
        norm += v * v;
      }
      store<f32>(out + (<usize>(done + j) << 2), <f32>(scale * norm));
      if (++at == count) at = 0;
    }
  }
}

/**
 * Counts episodes of a path at each of several levels: an episode opens above the level and closes below `rearm` times it; runs are separate.
 * @param path f32, length
 * @param levels f64, levelCount
 * @param counts i32, levelCount, written
 */
export function countEpisodes(path: usize, length: i32, run: i32, rearm: f64, levels: usize, levelCount: i32, counts: usize): void {
  for (let l = 0; l < levelCount; l++) {
    const high = <f32>load<f64>(levels + (<usize>l << 3));
    const low = <f32>(rearm * <f64>high);
    let count = 0;
    for (let start = 0; start < length; start += run) {
      const end = min(start + run, length);
      let open = false;
      for (let i = start; i < end; i++) {
        const v = load<f32>(path + (<usize>i << 2));
        if (open) {
          if (v < low) open = false;
        } else if (v > high) {
          open = true;
          count++;
        }
      }
    }
    store<i32>(counts + (<usize>l << 2), count);
  }
}
