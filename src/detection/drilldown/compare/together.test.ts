import { expect, it } from 'vitest';
import { mapTogether } from './together.ts';

it('says how far the centres of two sides lie apart, and how wide each is, among points of neither', () => {
  const points = [
    [0, 0, 0],
    [2, 0, 0],
    [1, 4, 0],
    [1, 4, 3],
    [50, 50, 50],
  ];
  const found = mapTogether({ x: Float32Array.from(points.flat()), k: 3, side: Uint8Array.of(1, 1, 2, 2, 0) });
  expect(found.apart).toBeCloseTo(Math.hypot(0, 4, 1.5), 6);
  expect(found.spread[0]).toBeCloseTo(1, 6);
  expect(found.spread[1]).toBeCloseTo(1.5, 6);
  expect(found.plane).toHaveLength(10);
  expect(found.explained[0]).toBeGreaterThan(0.9);
});

it('does not place a side that has no point', () => {
  const { apart, spread } = mapTogether({ x: Float32Array.of(1, 2, 3, 4), k: 2, side: Uint8Array.of(1, 1) });
  expect(apart).toBeNaN();
  expect(spread[1]).toBeNaN();
});
