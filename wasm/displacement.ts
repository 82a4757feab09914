/** MEWMA displacement from the reference mean (Lowry, Woodall, Champ & Rigdon 1992; docs/methods.md 6). */

/**
 * Events [from, to): y = (1 - lambda) y + lambda (x - m), T2 = (2 - lambda) / lambda |y|^2; NaN before `referenceTo`
 * and for void events.
 * @param only u8 per stream: 0 = its events are passed over and nothing is written for them; a null pointer = all
 * streams
 * @param means f64 S x k, reference mean of each stream
 * @param state y, f64 S x k, 0 at first
 */
export function displacement(
  from: i32, to: i32, k: i32, x: usize, stream: usize, only: usize,
  isVoid: usize, referenceTo: i32, means: usize, lambda: f64,
  state: usize, mewma: usize,
): void {
  const scale = (2.0 - lambda) / lambda;
  const keep = 1.0 - lambda;
  const width = <usize>k;
  for (let i = from; i < to; i++) {
    const code = <usize>load<i32>(stream + (<usize>i << 2));
    if (only != 0 && load<u8>(only + code) == 0) continue;
    let square = NaN;
    if (i >= referenceTo && load<u8>(isVoid + <usize>i) == 0) {
      const s = code * width << 3;
      let y = state + s;
      let m = means + s;
      let at = x + (<usize>i * width << 2);
      const end = at + (width << 2);
      square = 0;
      while (at < end) {
        const value = keep * load<f64>(y) + lambda * (<f64>load<f32>(at) - load<f64>(m));
        store<f64>(y, value);
        square += value * value;
        y += 8;
        m += 8;
        at += 4;
      }
      square *= scale;
    }
    store<f64>(mewma + (<usize>i << 3), square);
  }
}
