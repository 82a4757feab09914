import { expect, it } from 'vitest';
import type { SideLines } from '../../analysis/sideLines.ts';
import { alignLines, CHARTED, extremes } from './aligned.ts';

const side = (points: readonly number[], change: Partial<SideLines>): SideLines => ({
  lines: CHARTED.map(() => Float64Array.from(points)),
  own: points.length / 2,
  sinceReference: 0,
  time: [Number.NaN, Number.NaN],
  ...change,
});
const xOf = (points: Float64Array) => [...points].filter((_, i) => i % 2 === 0);

it('begins both with the stretch, or puts the end of the reference at 0', () => {
  const a = side([0, 1, 1, 2, 2, 3], { sinceReference: -2 });
  const b = side([0, 5, 1, 6], { sinceReference: 10 });
  const start = alignLines(a, b, 'start');
  expect([xOf(start.a[0]), xOf(start.b[0]), start.extent]).toEqual([[0, 1, 2], [0, 1], { from: 0, to: 3 }]);
  const reference = alignLines(a, b, 'reference');
  expect([xOf(reference.a[0]), xOf(reference.b[0]), reference.extent]).toEqual([
    [-2, -1, 0],
    [10, 11],
    { from: -2, to: 12 },
  ]);
});

it('sets times beside each other by the hour, or from the first event on; a side without events has no say', () => {
  const a = side([1000, 1, 4000, 2], { time: [1000, 4000] });
  const b = side([9000, 1, 9500, 2], { time: [9000, 9500] });
  expect(alignLines(a, b, 'clock').extent).toEqual({ from: 1000, to: 9500 });
  const since = alignLines(a, b, 'time');
  expect([xOf(since.a[0]), xOf(since.b[0]), since.extent]).toEqual([[0, 3000], [0, 500], { from: 0, to: 3000 }]);
  expect(alignLines(a, side([], {}), 'clock').extent).toEqual({ from: 1000, to: 4000 });
});

it('knows the least, the largest and the last value, past gaps', () => {
  expect(extremes(Float64Array.of(0, 3, 1, Number.NaN, 2, -1, 3, 2, 4, Number.NaN))).toEqual([-1, 3, 2]);
  expect(extremes(Float64Array.of(0, Number.NaN))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
