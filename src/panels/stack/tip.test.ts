import { expect, it } from 'vitest';
import { extremes, nearestLines } from './tip.ts';

const lines = (values: readonly number[]) => values.map((value, i) => ({ key: String(i), value }));

it('has every line while they are few, and marks the nearest', () => {
  expect(nearestLines(lines([5, Number.NaN, 1]), 2)).toMatchObject({ more: 0, nearest: '2' });
  expect(nearestLines(lines([5, Number.NaN, 1]), 2).shown.map(({ key }) => key)).toEqual(['0', '1', '2']);
  expect(nearestLines(lines([Number.NaN]), 2).nearest).toBeNull();
  expect(nearestLines([], 2)).toEqual({ shown: [], more: 0, nearest: null });
});

it('keeps the nearest of many in their order, and counts the others', () => {
  const { shown, more } = nearestLines(lines([...Array(24).keys()]), 20);
  expect(shown.map(({ value }) => value)).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  expect(more).toBe(14);
});

it('names the largest and the smallest', () => {
  expect(extremes(lines([3, Number.NaN, 9, 1]))!.map(({ value }) => value)).toEqual([9, 1]);
  expect(extremes(lines([Number.NaN]))).toBeNull();
});
