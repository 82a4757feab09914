import { couplingStep, createCouplingState } from '../../../kernels/reference/coupling.ts';
import { resolveSync } from '../../reference.ts';
import type { StageReferenceImplementation } from '../referenceImplementation.ts';

export const couplingReference: StageReferenceImplementation = {
  eventsPerSecond: 500_000,
  run({ events, n, k, reference, parameters: p }, { residual, window }, out) {
    const options = {
      k,
      streams: events.streams.length,
      lambda: p.lambda_slow,
      sync: resolveSync(p, reference.hasLatency),
      turnWindow: p.turn_window,
    };
    const state = createCouplingState(options);
    for (let i = 0; i < n; i++) {
      const own = events.isVoid[i] ? null : residual.subarray(i * k, (i + 1) * k);
      out.rho[i] = couplingStep(options, state, events.stream[i], own, events.time[i], window[i], events.thread[i]);
    }
  },
};
