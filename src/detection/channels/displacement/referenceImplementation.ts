import { displacementStep } from '../../../kernels/reference/displacement.ts';
import { coordinatesOf, type StageReferenceImplementation } from '../referenceImplementation.ts';

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
