import { boxCox } from '../../../kernels/reference/detectors.ts';
import { createTrackerState, trackerStep } from '../../../kernels/reference/tracker.ts';
import { coordinatesOf, type StageReferenceImplementation } from '../referenceImplementation.ts';

export const trackerReference: StageReferenceImplementation = {
  eventsPerSecond: 50_000,
  run(of, { window }, out) {
    const {
      events: { stream, isVoid, instantiation, streams },
      n,
      k,
      reference: { range, means, windowReference },
      parameters: p,
    } = of;
    const options = {
      k,
      lambdaFast: p.lambda_fast,
      lambdaSlow: p.lambda_slow,
      shrinkage: p.shrinkage,
      anchored: p.anchor === 'reference',
    };
    const states = streams.map(() => createTrackerState(k));
    const residual = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      if (isVoid[i]) continue;
      const s = stream[i];
      const inside = i >= range.from && i < range.to;
      const relax = inside || !p.adaptive ? 1 : Math.min(1, windowReference / window[i]);
      const mean = means.subarray(s * k, (s + 1) * k);
      const step = trackerStep(options, states[s], coordinatesOf(of, i), relax, instantiation[i], mean, residual);
      out.residual.set(residual, i * k);
      out.friction[i] = step.friction;
      out.trace[i] = step.trace;
      out.kl[i] = step.kl;
      out.boxCox[i] = boxCox(step.kl);
      out.entropy[i] = step.entropy;
    }
  },
};
