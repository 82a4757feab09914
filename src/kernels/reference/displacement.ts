/** MEWMA displacement of one stream, plain TypeScript (docs/methods.md 6; Lowry, Woodall, Champ & Rigdon 1992). */

/** y = (1 - lambda) y + lambda (x - mean); returns T2 = (2 - lambda) / lambda |y|^2. `y` starts at 0. */
export function displacementStep(
  y: Float64Array,
  x: ArrayLike<number>,
  mean: ArrayLike<number>,
  lambda: number,
): number {
  let square = 0;
  for (let a = 0; a < y.length; a++) {
    y[a] = (1 - lambda) * y[a] + lambda * (x[a] - mean[a]);
    square += y[a] ** 2;
  }
  return ((2 - lambda) / lambda) * square;
}
