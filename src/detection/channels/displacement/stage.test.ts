import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMulberry32 as uniform } from '../../../core/random.ts';
import { testKernels } from '../../../kernels/testing.ts';
import {
  blocksOf,
  deviation,
  merged,
  normals,
  parts,
  pieces,
  shapes,
  testEvents,
  type TestEvents,
} from '../../../kernels/testEvents.ts';
import { displacementStep } from './referenceImplementation.ts';
import { displacementStage } from './stage.ts';

const shared = testKernels();

function wasm(
  e: TestEvents,
  means: Float64Array,
  referenceTo: number,
  cuts: readonly number[] = [],
  only?: Uint8Array,
): Float64Array {
  const kernels = shared.fork();
  const blocks = blocksOf(kernels, e, only);
  const columns = { mewma: kernels.arena.f64From(new Float64Array(e.n).fill(-1)) };
  const stage = displacementStage.open(kernels, e, { lambda: 0.1, referenceTo, means });
  for (const [from, to] of pieces(e.n, cuts)) stage.run({ blocks, columns, origin: 0 }, from, to);
  return columns.mewma.view();
}

describe('displacement kernel', () => {
  it('equals its reference implementation, however the run is cut', () => {
    fc.assert(
      fc.property(
        shapes(150),
        fc.constantFrom(0, 30),
        fc.array(fc.nat(150), { maxLength: 3 }),
        (shape, referenceTo, cuts) => {
          const e = testEvents(shape);
          const means = normals(e.streams * e.k, uniform(3));
          const mewma = wasm(e, means, referenceTo, cuts);
          const states = Array.from({ length: e.streams }, () => new Float64Array(e.k));
          const wanted = Float64Array.from(e.stream, (s, i) =>
            e.isVoid[i] || i < referenceTo
              ? Number.NaN
              : displacementStep(
                  states[s],
                  e.x.subarray(i * e.k, (i + 1) * e.k),
                  means.subarray(s * e.k, (s + 1) * e.k),
                  0.1,
                ),
          );
          expect(deviation(mewma, wanted)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives the same bits where the streams are computed in two parts', () => {
    fc.assert(
      fc.property(shapes(150), fc.constantFrom(0, 30), fc.nat(127), (shape, referenceTo, bits) => {
        const e = testEvents(shape);
        const means = normals(e.streams * e.k, uniform(3));
        const chosen = parts(e.streams, bits);
        expect(
          merged(
            e,
            chosen,
            chosen.map((only) => wasm(e, means, referenceTo, [], only)),
            -1,
          ),
        ).toEqual([...wasm(e, means, referenceTo)]);
      }),
      { numRuns: 40 },
    );
  });
});
