import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitmix64Words } from '../core/random.ts';
import {
  createGenerator,
  GENERATOR_AXES,
  GENERATOR_DIMENSION,
  generateBlocks,
  generateEvents,
  SCHEDULE_FIELDS,
} from './generator.ts';
import { testKernels } from './testing.ts';
import { exactExp, exactLn, generateReference, normals, xoshiro256 } from './reference/generator.ts';

const kernels = testKernels();

/** The same plan in every slot: no faults, latency log-normal about 60 ms. */
function steady(slots: number, shared = Math.sqrt(0.72), own = Math.sqrt(0.28)): Float64Array {
  const slot = [1, 1, 60, 0.3, 950, ...Array.from({ length: 4 }, () => [1, shared, own]).flat()];
  return Float64Array.from({ length: slots * SCHEDULE_FIELDS }, (_, i) => slot[i % SCHEDULE_FIELDS]);
}

describe('random numbers', () => {
  it('are splitmix64 and xoshiro256** as published', () => {
    // Reference outputs of the authors' C programs.
    expect(Array.from({ length: 5 }, splitmix64Words(1234567n))).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
    const next = xoshiro256([1n, 2n, 3n, 4n]);
    expect(Array.from({ length: 6 }, next)).toEqual([
      11520n,
      0n,
      1509978240n,
      1215971899390074240n,
      1216172134540287360n,
      607988272756665600n,
    ]);
  });

  it('take exp and ln to the last few bits', () => {
    fc.assert(
      fc.property(fc.double({ min: -600, max: 600, noNaN: true }), (x) => {
        expect(Math.abs(exactExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(exactLn(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
      }),
    );
  });

  it('are normal: Kolmogorov-Smirnov and the tail beyond the last layer', () => {
    const draw = normals(xoshiro256(Array.from({ length: 4 }, splitmix64Words(11n))));
    const n = 200_000;
    const z = Float64Array.from({ length: n }, draw).sort();
    let distance = 0;
    z.forEach((v, i) => {
      const p = normalCdf(v);
      distance = Math.max(distance, p - i / n, (i + 1) / n - p);
    });
    // P(D sqrt(n) > 1.95) = 0.001.
    expect(distance * Math.sqrt(n)).toBeLessThan(1.95);
    const tail = z.filter((v) => Math.abs(v) > 3.6541528853610088).length;
    const expected = n * 2 * (1 - normalCdf(3.6541528853610088));
    expect(Math.abs(tail - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });
});

describe('generator kernel', () => {
  it('equals its reference implementation bit for bit, whatever the schedule', () => {
    const weight = fc.double({ min: 0, max: 3, noNaN: true });
    const slot = fc.tuple(
      weight,
      weight,
      fc.double({ min: 1, max: 400, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 100, max: 999, noNaN: true }),
      ...Array.from({ length: 12 }, () => weight),
    );
    fc.assert(
      fc.property(
        fc.nat(Number.MAX_SAFE_INTEGER),
        fc.array(slot, { minLength: 1, maxLength: 40 }),
        weight,
        (seed, slots, scale) => {
          const schedule = Float64Array.from(slots.flat());
          const expected = generateReference(seed, scale, 0.01, schedule, slots.length);
          kernels.arena.scope(() => {
            const blocks = generateBlocks(kernels, { seed, centroidScale: scale, noise: 0.01, schedule }, true);
            expect([...blocks.provider.view()]).toEqual(expected.provider);
            expect([...blocks.latencyMicros.view()]).toEqual(expected.latencyMicros);
            expect(bits(blocks.latent!.view())).toEqual(bits(Float64Array.from(expected.latent)));
            expect(bits(blocks.embedding.view())).toEqual(bits(expected.embedding));
          });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('gives each seed its own ledger, and the same again', () => {
    const options = { seed: 5, centroidScale: 1, noise: 0.01, schedule: steady(50) };
    expect(generateEvents(kernels, options)).toEqual(generateEvents(testKernels(), options));
    expect(generateEvents(kernels, { ...options, seed: 6 }).embedding).not.toEqual(
      generateEvents(kernels, options).embedding,
    );
  });

  it('does not change what came before a change of plan', () => {
    const options = { seed: 5, centroidScale: 1, noise: 0.01, schedule: steady(50) };
    const changed = steady(50);
    for (let s = 30; s < 50; s++) changed.set([0.5, 0.5, 190, 0.6, 320, 3, 0, 1], s * SCHEDULE_FIELDS);
    const before = generateEvents(kernels, options).embedding.subarray(0, 30 * 4 * GENERATOR_DIMENSION);
    expect(
      generateEvents(kernels, { ...options, schedule: changed }).embedding.subarray(0, 30 * 4 * GENERATOR_DIMENSION),
    ).toEqual(before);
  });

  it('gives the same events whatever the schedule is cut into', () => {
    const options = { seed: 5, centroidScale: 1, noise: 0.01 };
    const whole = generateEvents(kernels, { ...options, schedule: steady(50) });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 }), (cuts) => {
        const next = createGenerator(kernels, options);
        let slot = 0;
        for (const slots of cuts) {
          const from = slot * 4;
          slot = Math.min(50, slot + slots);
          if (slot * 4 === from) return;
          const part = next(steady(slot - from / 4));
          expect(part.provider).toEqual(whole.provider.subarray(from, slot * 4));
          expect(part.latencyMicros).toEqual(whole.latencyMicros.subarray(from, slot * 4));
          expect(bits(part.embedding)).toBe(
            bits(whole.embedding.subarray(from * GENERATOR_DIMENSION, slot * 4 * GENERATOR_DIMENSION)),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  it('lifts by orthonormal rows: lengths in 64 dimensions are lengths in 8', () => {
    kernels.arena.scope(() => {
      const { embedding, latent } = generateBlocks(
        kernels,
        { seed: 3, centroidScale: 1.5, noise: 0, schedule: steady(100) },
        true,
      );
      const length = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
      for (let i = 0; i < 400; i++) {
        const e = embedding.view().subarray(i * GENERATOR_DIMENSION, (i + 1) * GENERATOR_DIMENSION);
        expect(length(e)).toBeCloseTo(length(latent!.view().subarray(i * GENERATOR_AXES, (i + 1) * GENERATOR_AXES)), 5);
      }
    });
  });

  it('refuses seeds that a double cannot hold', () => {
    for (const seed of [-1, 0.5, NaN, 2 ** 53])
      expect(() => generateEvents(kernels, { seed, centroidScale: 1, noise: 0, schedule: steady(1) })).toThrow('seed');
  });
});

const bits = (values: Float64Array | Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/**
 * Standard normal distribution function to 1e-12: the series about 0 (Marsaglia 2004), the continued fraction beyond.
 */
function normalCdf(x: number): number {
  if (x < -6 || x > 6) return x < 0 ? 0 : 1;
  let sum = x;
  let term = x;
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}
