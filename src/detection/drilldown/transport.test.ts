import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IndexRange } from '../../core/columns.ts';
import { loadKernels } from '../../kernels/load.node.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { randomLedger } from '../testing.ts';
import { principalPlane } from './plane.ts';
import { transportPlan } from './transport.ts';

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernels();
});

function* permutations(rest: number[]): Generator<number[]> {
  if (rest.length === 0) yield [];
  for (const first of rest) for (const tail of permutations(rest.filter((j) => j !== first))) yield [first, ...tail];
}

describe('transport plan', () => {
  test('costs what the best of all plans costs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }), fc.integer(), (n, k, seed) => {
        const { events, coordinates } = randomLedger({ n: 2 * n, k, streams: 1, seed, voids: 0 });
        const plan = transportPlan(
          kernels,
          { events, coordinates, reference: { from: 0, to: 0 }, size: 64 },
          { kind: 'ranges', before: { from: 0, to: n }, after: { from: n, to: 2 * n }, stream: null },
        );
        const cost = (i: number, j: number) =>
          Math.hypot(...Array.from({ length: k }, (_, a) => coordinates.x[i * k + a] - coordinates.x[(n + j) * k + a]));
        let best = Infinity;
        for (const order of permutations(Array.from({ length: n }, (_, j) => j)))
          best = Math.min(best, order.reduce((sum, j, i) => sum + cost(i, j), 0) / n);
        expect(plan.emd).toBeCloseTo(best, 9);
        expect(plan.moves.reduce((sum, move) => sum + move.cost, 0) / n).toBeCloseTo(best, 9);
        for (const move of plan.moves) expect(move.cost).toBeCloseTo(cost(move.from, move.to - n), 9);
        expect(new Set(plan.moves.map((move) => move.from)).size).toBe(n);
        expect(new Set(plan.moves.map((move) => move.to)).size).toBe(n);
      }),
      { numRuns: 60 },
    );
  });

  test("an alert compares the stream's events before the onset with those up to the event, oldest first", () => {
    const { events, coordinates } = randomLedger({ n: 400, k: 3, streams: 2, seed: 4, fracture: 300 });
    const plan = transportPlan(
      kernels,
      { events, coordinates, reference: { from: 0, to: 0 }, size: 24 },
      { kind: 'alert', stream: 0, onset: 300, at: 390 },
    );
    expect(plan.before.events).toHaveLength(24);
    expect(plan.after.events).toHaveLength(24);
    expect(plan.before.events.at(-1)).toBeLessThan(300);
    expect(plan.after.events.at(-1)).toBeLessThanOrEqual(390);
    for (const i of [...plan.before.events, ...plan.after.events])
      expect([events.stream[i], events.isVoid[i]]).toEqual([0, 0]);
    const costs = plan.moves.map((move) => move.cost);
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    expect(plan.plane.before).toHaveLength(48);
    expect(plan.plane.after).toHaveLength(48);
    // The stream scatters threefold after the onset: moves out there cost more than between two windows before it.
    const calm = transportPlan(
      kernels,
      { events, coordinates, reference: { from: 0, to: 0 }, size: 24 },
      { kind: 'alert', stream: 0, onset: 150, at: 290 },
    );
    expect(plan.emd).toBeGreaterThan(1.5 * calm.emd);
  });

  test('a lasting change compares the reference with what came since the onset', () => {
    const { events, coordinates } = randomLedger({ n: 400, k: 3, streams: 2, seed: 4, fracture: 300 });
    const of = (reference: IndexRange, end: number) =>
      transportPlan(
        kernels,
        { events, coordinates, reference, size: 24 },
        { kind: 'reference', stream: 0, onset: 300, at: 320, end },
      );
    const plan = of({ from: 50, to: 200 }, 400);
    expect(plan.before.title).toMatch(/in the reference$/);
    expect(plan.after.title).toMatch(/since the onset at about event 300$/);
    expect(plan.before.events).toHaveLength(24);
    expect(plan.after.events).toHaveLength(24);
    expect(Math.min(...plan.before.events)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...plan.before.events)).toBeLessThan(200);
    expect(plan.after.events[0]).toBeLessThan(305);
    for (const i of [...plan.before.events, ...plan.after.events])
      expect([events.stream[i], events.isVoid[i]]).toEqual([0, 0]);
    // An episode that has ended gives no more, and a reference from a file lies in no events.
    expect(Math.max(...of({ from: 50, to: 200 }, 330).after.events)).toBeLessThan(330);
    expect(of({ from: 0, to: 0 }, 400).before.title).toMatch(/before the onset$/);
    expect(Math.min(...of({ from: 0, to: 0 }, 400).before.events)).toBeGreaterThan(200);
  });

  test('cuts the larger window to its newest and says so', () => {
    const { events, coordinates } = randomLedger({ n: 100, k: 2, streams: 1, seed: 4, voids: 0 });
    const plan = transportPlan(
      kernels,
      { events, coordinates, reference: { from: 0, to: 0 }, size: 64 },
      { kind: 'ranges', before: { from: 0, to: 50 }, after: { from: 90, to: 100 }, stream: 0 },
    );
    expect(plan.before.events).toEqual([40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
    expect(plan.notes.join(' ')).toContain('newest 10 of 50 events');
  });

  test('refuses an empty window and an unknown stream', () => {
    const { events, coordinates } = randomLedger({ n: 100, k: 2, streams: 1, seed: 4, voids: 0 });
    const plan = (before: number, stream: number) => () =>
      transportPlan(
        kernels,
        { events, coordinates, reference: { from: 0, to: 0 }, size: 64 },
        { kind: 'alert', stream, onset: before, at: 50 },
      );
    expect(plan(0, 0)).toThrow('has no event with an embedding');
    expect(plan(20, 7)).toThrow('no stream 7');
  });
});

describe('principal plane', () => {
  test('keeps distances of points that lie in a plane', () => {
    const random = fc.sample(fc.float({ min: -3, max: 3, noNaN: true }), { numRuns: 40, seed: 1 });
    const points = Array.from({ length: 20 }, (_, i) => [
      random[2 * i],
      random[2 * i] + 2 * random[2 * i + 1],
      -random[2 * i + 1],
      7,
    ]).flat();
    const { points: plane, explained } = principalPlane(points, 4);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 9);
    for (let i = 1; i < 20; i++) {
      const apart = Math.hypot(...[0, 1, 2, 3].map((a) => points[4 * i + a] - points[a]));
      expect(Math.hypot(plane[2 * i] - plane[0], plane[2 * i + 1] - plane[1])).toBeCloseTo(apart, 9);
    }
  });

  test('one axis and points that all agree are no special case', () => {
    expect(principalPlane([1, 2, 3], 1)).toMatchObject({ explained: [1, 0] });
    expect(principalPlane([5, 5, 5, 5], 2)).toMatchObject({ explained: [0, 0], points: new Float64Array(4) });
  });
});
