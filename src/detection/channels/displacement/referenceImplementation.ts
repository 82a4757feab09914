import { coordinatesOf, type StageReferenceImplementation } from '../referenceImplementation.ts';

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

export const displacementReference: StageReferenceImplementation = {
  eventsPerSecond: 1_000_000,
  run(of, _, out) {
    const {
      events: { stream, isVoid, streams },
      n,
      k,
      reference: { range, means },
      parameters: { mewma_lambda },
    } = of;
    const states = streams.map(() => new Float64Array(k));
    for (let i = range.to; i < n; i++) {
      const s = stream[i];
      if (isVoid[i]) continue;
      const mean = means.subarray(s * k, (s + 1) * k);
      out.mewma[i] = displacementStep(states[s], coordinatesOf(of, i), mean, mewma_lambda);
    }
  },
};
