import { describe, expect, it } from 'vitest';
import type { TransportPlan } from '../../../detection/drilldown/types.ts';
import { extentOf, flowOf } from './flow.ts';

const PLAN: TransportPlan = {
  before: { title: 'before', events: [10, 11, 12] },
  after: { title: 'after', events: [20, 21, 22] },
  emd: 2,
  notes: [],
  moves: [
    { from: 11, to: 20, cost: 3 },
    { from: 10, to: 22, cost: 2 },
    { from: 12, to: 21, cost: 1 },
  ],
  plane: { before: Float64Array.of(5, 0, 1, 0, 3, 0), after: Float64Array.of(9, 1, 7, 1, 8, 1), explained: [0.6, 0.2] },
};

describe('flowOf', () => {
  const { before, after, links } = flowOf(PLAN);
  it('orders either side along the principal axis', () => {
    expect(before.map(({ index }) => index)).toEqual([11, 12, 10]);
    expect(after.map(({ index }) => index)).toEqual([21, 22, 20]);
    expect(before.map(({ y }) => y)).toEqual([1 / 6, 0.5, 5 / 6]);
  });
  it('keeps every move between the right events, and its part of the cost; the parts add up to 1', () => {
    expect(links.map((link) => [before[link.from].index, after[link.to].index, link.cost])).toEqual([
      [12, 21, 1],
      [10, 22, 2],
      [11, 20, 3],
    ]);
    expect(links.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(links.at(-1)!.strength).toBe(1);
  });
  it('draws a plan that costs nothing', () => {
    const still = flowOf({ ...PLAN, moves: PLAN.moves.map((move) => ({ ...move, cost: 0 })) });
    expect(still.links.every(({ share, strength }) => share === 0 && strength === 0)).toBe(true);
  });
});

describe('extentOf', () => {
  it('holds every point at one scale', () => {
    const { x, y, width, height } = extentOf(
      [
        [0, 0],
        [10, 1],
      ],
      2,
    );
    expect(width / height).toBeCloseTo(2, 9);
    expect(x).toBeLessThan(0);
    expect(x + width).toBeGreaterThan(10);
    expect(y + height).toBeGreaterThan(1);
  });
  it('is never empty', () => {
    expect(extentOf([], 1).width).toBeGreaterThan(0);
    expect(extentOf([[3, 3]], 1).height).toBeGreaterThan(0);
  });
});
