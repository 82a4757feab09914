import { describe, expect, it } from 'vitest';
import type { EventColumns } from '../core/columns.ts';
import { bootstrapDisplacement } from '../kernels/bootstrap.ts';
import { testKernels } from '../kernels/testing.ts';
import { displacementPath, episodeCount, splitmix64 } from '../kernels/twin/bootstrap.ts';
import { shiftFalseAlarms, shiftLimit } from './shiftLimit.ts';

const normals = (n: number, seed: number): Float32Array => {
  const random = splitmix64(seed);
  return Float32Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
};

/** A ledger of `streams` independent standard normal streams in turn. */
function gaussian(n: number, streams: number, k: number, seed: number) {
  const events = {
    n, streams: Array.from({ length: streams }, (_, s) => `s${s}`), stream: Int32Array.from({ length: n }, (_, i) => i % streams), isVoid: new Uint8Array(n),
  } as unknown as EventColumns;
  return { events, coordinates: { k, x: normals(n * k, seed) }, range: { from: 0, to: n } };
}

describe('block bootstrap of the displacement', () => {
  it.each([1, 3, 8])('equals its twin at k = %i', (k) => {
    const residuals = normals(200 * k, 5);
    const starts = Int32Array.of(0, 70, 200);
    const options = { residuals, starts, k, lambda: 0.1, block: 50, run: 300, seed: 7, rearm: 0.5 };
    const { levels, counts, events } = bootstrapDisplacement(testKernels(), { ...options, runs: 10 }, 6);
    const path = displacementPath(options, 3000);
    expect(events).toBe(3000);
    // Rounding to float32 may move a value that sits on a level by one count.
    levels.forEach((level, i) => expect(Math.abs(counts[i] - episodeCount(path, 300, level, 0.5))).toBeLessThanOrEqual(1));
    expect(counts[0]).toBeGreaterThan(10);
  });
});

describe('SHIFT limit', () => {
  it('grows with the budget', () => {
    const counts = shiftFalseAlarms(testKernels(), gaussian(2000, 4, 8, 11), { mewma_lambda: 0.1 });
    const limits = [200, 1000, 10_000, 100_000, 1_000_000].map((budget) => shiftLimit(counts, budget));
    for (let i = 1; i < limits.length; i++) expect(limits[i]).toBeGreaterThan(limits[i - 1]);
  });

  it('meets its budget on new data of the same kind', () => {
    const kernels = testKernels();
    const budget = 1000;
    const limit = shiftLimit(shiftFalseAlarms(kernels, gaussian(4000, 4, 4, 21), { mewma_lambda: 0.1 }), budget);
    // Held out: a path drawn from fresh residuals instead of the reference's, long enough for some 200 false episodes.
    const fresh = { residuals: normals(200_000 * 4, 31), starts: Int32Array.of(0, 200_000), k: 4, lambda: 0.1, block: 50, run: 200_000, seed: 1 };
    const episodes = episodeCount(displacementPath(fresh, 200_000), 200_000, limit, 0.5);
    const expected = 200_000 / budget;
    // Poisson noise of the count (3 sd) and the spread of a limit learnt from 1000 events a stream.
    expect(episodes).toBeGreaterThan(0.5 * expected - 3 * Math.sqrt(expected));
    expect(episodes).toBeLessThan(1.3 * expected + 3 * Math.sqrt(expected));
  });

  it('is not derived from too little', () => {
    const few = gaussian(40, 4, 2, 3);
    expect(shiftFalseAlarms(testKernels(), few, { mewma_lambda: 0.1 })).toBeNull();
    expect(shiftLimit(null, 1000)).toBeNaN();
  });
});
