import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMulberry32 as uniform } from '../core/random.ts';
import { createFactor, type Factor } from './cholesky.ts';
import { testKernels } from './testing.ts';
import { deviation, normals } from './testEvents.ts';
import { logDeterminant, solve, traceOf, updated } from './reference/cholesky.ts';

const shared = testKernels();

/** A covariance of 2 k + 4 random points, times `scale`. */
function covariance(k: number, seed: number, scale = 1): Float64Array {
  const points = normals(k * (2 * k + 4), uniform(seed));
  return Float64Array.from({ length: k * k }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k + 4; p++)
      sum += points[Math.floor(at / k) * (2 * k + 4) + p] * points[(at % k) * (2 * k + 4) + p];
    return (scale * sum) / (2 * k + 4);
  });
}

function factorOf(b: Float64Array, k: number): Factor {
  const factor = createFactor(shared.fork(), b, k);
  if (!factor) throw new Error('not positive definite');
  return factor;
}

const axes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(64));
/** Largest difference against the largest entry. */
const relative = (a: Float64Array, b: Float64Array): number => {
  const largest = Math.max(...b.map(Math.abs));
  return deviation(
    a.map((v) => v / largest),
    b.map((v) => v / largest),
  );
};

describe('factor of a covariance', () => {
  it('equals its reference implementation through updates, solutions, traces and determinants', () => {
    const shape = fc.record({
      k: axes,
      seed: fc.integer(),
      scale: fc.constantFrom(1e-12, 1, 1e12),
      keep: fc.constantFrom(0.6, 0.95, 0.998),
      updates: fc.integer({ min: 0, max: 12 }),
    });
    fc.assert(
      fc.property(shape, ({ k, seed, scale, keep, updates }) => {
        let b = covariance(k, seed, scale);
        const factor = factorOf(b, k);
        const random = uniform(seed + 1);
        for (let u = 0; u < updates; u++) {
          const v = normals(k, random).map((value) => value * Math.sqrt(scale) * (u % 5 === 4 ? 10 : 1));
          const c = (1 - keep) / keep;
          const { form, direction } = factor.update(v, c, keep);
          const solved = solve(b, v, k);
          const wanted = solved.reduce((sum, value, i) => sum + value * v[i], 0);
          expect(Math.abs(form - wanted) / wanted).toBeLessThan(1e-9);
          expect(
            relative(
              direction,
              solved.map((value) => (c * value) / (1 + c * wanted)),
            ),
          ).toBeLessThan(1e-9);
          b = updated(b, v, c, keep, k);
        }
        const other = covariance(k, seed + 2, scale);
        const x = normals(k, random);
        expect(relative(factor.solve(x), solve(b, x, k))).toBeLessThan(1e-8);
        expect(Math.abs(factor.trace(other) / traceOf(b, other, k) - 1)).toBeLessThan(1e-8);
        expect(Math.abs(factor.logDeterminant() - logDeterminant(b, k))).toBeLessThan(
          1e-9 * (1 + k * Math.abs(Math.log(scale))),
        );
      }),
      { numRuns: 120 },
    );
  });

  it('gathers no rounding over twenty thousand updates', () => {
    const k = 13;
    const random = uniform(5);
    let b = covariance(k, 4);
    const factor = factorOf(b, k);
    for (let u = 0; u < 20_000; u++) {
      const v = normals(k, random);
      factor.update(v, 0.05 / 0.95, 0.95);
      b = updated(b, v, 0.05 / 0.95, 0.95, k);
    }
    expect(factor.logDeterminant()).toBeCloseTo(logDeterminant(b, k), 11);
    const x = normals(k, random);
    expect(relative(factor.solve(x), solve(b, x, k))).toBeLessThan(1e-12);
  });

  it('says how near to singular a covariance is', () => {
    expect(factorOf(Float64Array.of(4, 0, 0, 9), 2).least).toBe(1);
    expect(factorOf(Float64Array.of(1, 0.6, 0.6, 1), 2).least).toBeCloseTo(0.64, 15);
    expect(createFactor(shared.fork(), Float64Array.of(1, 1, 1, 1), 2)).toBeNull();
    expect(createFactor(shared.fork(), Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(createFactor(shared.fork(), Float64Array.of(0), 1)).toBeNull();
  });
});
