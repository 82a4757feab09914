import { describe, expect, it } from 'vitest';
import type { EventColumns } from '../../../core/columns.ts';
import { boxMuller, splitmix64 } from '../../../core/random.ts';
import { bootstrapDisplacement } from '../../../kernels/bootstrap.ts';
import { testKernels } from '../../../kernels/testing.ts';
import { displacementPath, episodeCount } from '../../../kernels/reference/bootstrap.ts';
import { alignFalseAlarms, shiftFalseAlarms, shiftLimit, shiftLimits } from './limit.ts';

const normals = (n: number, seed: number): Float32Array => {
  const random = splitmix64(seed);
  return Float32Array.from({ length: n }, () => boxMuller(1 - random(), random()));
};

/** A ledger of `streams` independent standard normal streams in turn. */
function gaussian(n: number, streams: number, k: number, seed: number) {
  const events = {
    n,
    streams: Array.from({ length: streams }, (_, s) => `s${s}`),
    stream: Int32Array.from({ length: n }, (_, i) => i % streams),
    isVoid: new Uint8Array(n),
  } as unknown as EventColumns;
  return { events, coordinates: { k, x: normals(n * k, seed) }, range: { from: 0, to: n } };
}

describe('block bootstrap of the displacement', () => {
  it.each([1, 3, 8])('equals its reference implementation at k = %i', (k) => {
    const residuals = normals(200 * k, 5);
    const starts = Int32Array.of(0, 70, 200);
    const options = { residuals, starts, k, lambda: 0.1, block: 50, run: 300, seed: 7, rearm: 0.5 };
    const { levels, counts, events } = bootstrapDisplacement(testKernels(), { ...options, runs: 10 }, 6);
    const path = displacementPath(options, 3000);
    expect(events).toBe(3000);
    // Rounding to float32 may move a value that sits on a level by one count.
    levels.forEach((level, i) =>
      expect(Math.abs(counts[i] - episodeCount(path, 300, level, 0.5))).toBeLessThanOrEqual(1),
    );
    expect(counts[0]).toBeGreaterThan(10);
  });
});

describe('SHIFT limit', () => {
  it('grows with the budget', () => {
    const counts = shiftFalseAlarms(testKernels(), gaussian(2000, 4, 8, 11), { mewma_lambda: 0.1 });
    const limits = [200, 1000, 10_000, 100_000, 1_000_000].map((budget) => shiftLimits(counts, budget, 4));
    for (let i = 1; i < limits.length; i++) {
      expect(limits[i].pooled).toBeGreaterThan(limits[i - 1].pooled);
      limits[i].streams.forEach((limit, s) => expect(limit).toBeGreaterThan(limits[i - 1].streams[s]));
    }
  });

  it.each([0, 0.6])(
    'meets its budget on new data of the same kind, AR(1) with %d, however short the reference',
    (phi) => {
      const kernels = testKernels();
      const budget = 250;
      for (const length of [80, 1000]) {
        let episodes = 0;
        let events = 0;
        // Many references, each of one stream, and after each new data of the same kind: what a ledger meets.
        for (let seed = 1; seed <= (length < 100 ? 30 : 6); seed++) {
          const fresh = length < 100 ? 400 : 2000;
          const x = autoregressive(length + fresh, 4, phi, seed);
          const events_ = {
            n: length,
            streams: ['a'],
            stream: new Int32Array(length),
            isVoid: new Uint8Array(length),
          } as unknown as EventColumns;
          const reference = {
            events: events_,
            coordinates: { k: 4, x: x.subarray(0, length * 4) },
            range: { from: 0, to: length },
          };
          const [limit] = shiftLimits(shiftFalseAlarms(kernels, reference, { mewma_lambda: 0.1 }), budget, 1).streams;
          episodes += episodeCount(displacementOf(x, length, 4), fresh, limit, 0.5);
          events += fresh;
        }
        const rate = (episodes * budget) / events;
        // 48 episodes are expected: three standard deviations of their number, and what blocks of a quarter of the
        // reference cannot know of dependence.
        expect(rate).toBeLessThan(1.45);
        expect(rate).toBeGreaterThan(0.2);
      }
    },
    20_000,
  );

  it("is each stream's own, and the pooled one for a stream with too few reference events", () => {
    const { events, coordinates, range } = gaussian(1000, 2, 3, 5);
    // Stream 1 varies three times as much; stream 2 has ten events.
    for (let i = 1; i < 1000; i += 2) for (let a = 0; a < 3; a++) coordinates.x[i * 3 + a] *= 3;
    const stream = events.stream.slice();
    for (let i = 0; i < 20; i += 2) stream[i] = 2;
    const counts = shiftFalseAlarms(
      testKernels(),
      { events: { ...events, streams: ['a', 'b', 'c'], stream }, coordinates, range },
      { mewma_lambda: 0.1 },
    );
    const { pooled, streams } = shiftLimits(counts, 2000, 3);
    expect(streams[1] / streams[0]).toBeGreaterThan(6);
    expect(streams[1] / streams[0]).toBeLessThan(13);
    expect(streams[2]).toBe(pooled);
    expect(pooled).toBeGreaterThan(streams[0]);
    const moved = shiftLimits(alignFalseAlarms(counts, ['a', 'b', 'c'], ['b', 'x']), 2000, 2);
    expect(moved.streams).toEqual([streams[1], pooled]);
  });

  it('is not derived from too little', () => {
    const few = gaussian(40, 4, 2, 3);
    expect(shiftFalseAlarms(testKernels(), few, { mewma_lambda: 0.1 })).toBeNull();
    expect(shiftLimits(null, 1000, 2)).toEqual({ pooled: Number.NaN, streams: [Number.NaN, Number.NaN] });
    expect(shiftLimit(null, 1000)).toBeNaN();
  });

  it('of a reference without any spread is not a number', () => {
    const still = gaussian(400, 2, 2, 3);
    still.coordinates.x.fill(1);
    expect(shiftLimits(shiftFalseAlarms(testKernels(), still, { mewma_lambda: 0.1 }), 1000, 2).streams).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });
});

/** Stationary AR(1) of variance 1 on each of k axes, n x k. */
function autoregressive(n: number, k: number, phi: number, seed: number): Float32Array {
  const noise = normals(n * k, seed);
  for (let i = k; i < n * k; i++) noise[i] = phi * noise[i - k] + Math.sqrt(1 - phi * phi) * noise[i];
  return noise;
}

/** T2 (lambda 0.1) of the events after the reference, against its mean. */
function displacementOf(x: Float32Array, reference: number, k: number): Float32Array {
  const mean = Float64Array.from({ length: k }, (_, a) => {
    let sum = 0;
    for (let i = 0; i < reference; i++) sum += x[i * k + a];
    return sum / reference;
  });
  const y = new Float64Array(k);
  return Float32Array.from({ length: x.length / k - reference }, (_, i) => {
    let square = 0;
    for (let a = 0; a < k; a++) {
      y[a] = 0.9 * y[a] + 0.1 * (x[(reference + i) * k + a] - mean[a]);
      square += y[a] ** 2;
    }
    return 19 * square;
  });
}
