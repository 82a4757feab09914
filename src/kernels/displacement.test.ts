import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displacementState, runDisplacement } from './displacement.ts';
import { testKernels } from './testing.ts';
import { blocksOf, deviation, normals, pieces, shapes, testEvents, uniform } from './testEvents.ts';
import { displacementStep } from './twin/displacement.ts';

const shared = testKernels();

describe('displacement kernel', () => {
  it('equals its twin, however the run is cut', () => {
    fc.assert(fc.property(shapes(150), fc.constantFrom(0, 30), fc.array(fc.nat(150), { maxLength: 3 }), (shape, referenceTo, cuts) => {
      const e = testEvents(shape);
      const kernels = shared.fork();
      const means = normals(e.streams * e.k, uniform(3));
      const events = blocksOf(kernels, e);
      const state = displacementState(kernels, e.streams, e.k);
      const mewma = kernels.arena.f64(e.n);
      const options = { lambda: 0.1, referenceTo, means: kernels.arena.f64From(means) };
      for (const [from, to] of pieces(e.n, cuts)) runDisplacement(kernels, events, options, state, mewma, from, to);
      const states = Array.from({ length: e.streams }, () => new Float64Array(e.k));
      const wanted = Float64Array.from(e.stream, (s, i) => (e.isVoid[i] || i < referenceTo
        ? Number.NaN
        : displacementStep(states[s], e.x.subarray(i * e.k, (i + 1) * e.k), means.subarray(s * e.k, (s + 1) * e.k), 0.1)));
      expect(deviation(mewma.view(), wanted)).toBeLessThan(1e-12);
    }), { numRuns: 40 });
  });
});
