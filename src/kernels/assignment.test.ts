import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactEmd } from './assignment.ts';
import fixtures from './fixtures/kernels.json' with { type: 'json' };
import { testKernels } from './testing.ts';
import { assign } from './reference/assignment.ts';

const kernels = testKernels();
const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const pointSets = (maxPoints: number) =>
  fc.tuple(fc.integer({ min: 1, max: maxPoints }), fc.integer({ min: 1, max: 5 })).chain(([n, k]) =>
    fc.record({
      n: fc.constant(n),
      k: fc.constant(k),
      a: fc.array(coordinate, { minLength: n * k, maxLength: n * k }),
      b: fc.array(coordinate, { minLength: n * k, maxLength: n * k }),
    }),
  );

describe('exact EMD', () => {
  it('is the least mean cost over all permutations', () => {
    fc.assert(
      fc.property(pointSets(6), ({ n, k, a, b }) => {
        const cost = costs(a, b, n, k);
        let least = Infinity;
        for (const plan of permutations(n))
          least = Math.min(least, plan.reduce((sum, j, i) => sum + cost[i * n + j], 0) / n);
        expect(exactEmd(kernels, a, b, k).emd).toBeCloseTo(least, 9);
      }),
      { numRuns: 60 },
    );
    const a = Array.from({ length: 14 }, (_, i) => Math.sin(i * 12.9898) * 43);
    const b = Array.from({ length: 14 }, (_, i) => Math.cos(i * 78.233) * 43);
    const cost = costs(a, b, 7, 2);
    const least = Math.min(
      ...[...permutations(7)].map((plan) => plan.reduce((sum, j, i) => sum + cost[i * 7 + j], 0) / 7),
    );
    expect(exactEmd(kernels, a, b, 2).emd).toBeCloseTo(least, 12);
  });

  it('agrees with its reference implementation, and the plan is a permutation that costs what is said', () => {
    fc.assert(
      fc.property(pointSets(40), ({ n, k, a, b }) => {
        const { target, distance, emd } = exactEmd(kernels, a, b, k);
        expect([...target].sort((i, j) => i - j)).toEqual(Array.from({ length: n }, (_, i) => i));
        const cost = costs(a, b, n, k);
        distance.forEach((d, i) => expect(d).toBeCloseTo(cost[i * n + target[i]], 9));
        const expected = assign(cost, n).reduce((sum, j, i) => sum + cost[i * n + j], 0) / n;
        expect(emd).toBeCloseTo(expected, 9);
      }),
    );
  });

  it('agrees with the independent reference cases', () => {
    for (const { a, b, emd, assignment } of fixtures.exact_emd) {
      const plan = exactEmd(kernels, a.flat(), b.flat(), a[0].length);
      expect(plan.emd / emd).toBeCloseTo(1, 12);
      expect([...plan.target]).toEqual(assignment);
    }
  });

  it('copes with ties and with points that coincide', () => {
    const grid = Float32Array.from({ length: 200 }, (_, i) => i % 3);
    const plan = exactEmd(kernels, grid, grid.toReversed(), 2);
    expect(new Set(plan.target).size).toBe(100);
    expect(exactEmd(kernels, grid, grid, 2).emd).toBe(0);
  });

  it('refuses unequal sets and coordinates that are not finite', () => {
    expect(() => exactEmd(kernels, [1, 2], [1, 2, 3], 1)).toThrow('b has 3 elements, 2 expected');
    expect(() => exactEmd(kernels, [1, 2, 3], [1, 2, 3], 2)).toThrow('points');
    expect(() => exactEmd(kernels, [1, NaN], [1, 2], 1)).toThrow('coordinate 0 of point 1 is NaN');
    expect(kernels.arena.used).toBe(0);
  });
});

function costs(a: ArrayLike<number>, b: ArrayLike<number>, n: number, k: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, q) => {
    const i = Math.floor(q / n);
    const j = q % n;
    return Math.hypot(...Array.from({ length: k }, (_unused, l) => a[i * k + l] - b[j * k + l]));
  });
}

function* permutations(n: number, rest: number[] = Array.from({ length: n }, (_, i) => i)): Generator<number[]> {
  if (rest.length === 0) yield [];
  for (const first of rest)
    for (const tail of permutations(
      n,
      rest.filter((j) => j !== first),
    ))
      yield [first, ...tail];
}
