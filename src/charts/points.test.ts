import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakGaps, countUpTo, mapY, summarize, valueAsOf } from './points.ts';

const line = Float64Array.of(10, 1, 20, 5, 30, Number.NaN, 40, 2, 50, 4);

describe('reading a line', () => {
  it('takes the value as of a position', () => {
    expect([9, 10, 19, 20, 29, 45, 99].map((x) => valueAsOf(line, x))).toEqual([Number.NaN, 1, 1, 5, 5, 2, 4]);
    expect(valueAsOf(line, 35)).toBeNaN();
    expect(valueAsOf(new Float64Array(0), 1)).toBeNaN();
  });

  it('counts as a scan would', () => {
    const xs = fc.array(fc.integer({ min: 0, max: 50 })).map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(xs, fc.integer({ min: -1, max: 51 }), (values, x) => {
        expect(countUpTo(Float64Array.from(values.flatMap((value) => [value, 0])), x)).toBe(
          values.filter((value) => value <= x).length,
        );
      }),
    );
  });

  it('summarises what is in range, both ends included', () => {
    expect(summarize(line, 20, 50)).toEqual({ count: 3, min: 2, median: 4, max: 5, last: 4 });
    expect(summarize(line, 10, 20)).toEqual({ count: 2, min: 1, median: 3, max: 5, last: 5 });
    expect(summarize(line, 25, 35).count).toBe(0);
    expect(summarize(line, 25, 35).median).toBeNaN();
  });

  it('is broken where it is far longer without events than usual, and only there', () => {
    const steps = (...xs: number[]) => Float64Array.from(xs.flatMap((x) => [x, x / 10]));
    const even = steps(0, 100, 200, 300);
    expect(breakGaps(even, 20, 2)).toBe(even);
    expect(breakGaps(steps(0, 1, 2, 3, 50, 51), 60, 2)).toEqual(steps(0, 1, 2, 3, 50, 51));
    expect([...breakGaps(steps(0, 1, 2, 3, 50, 51), 20, 2)]).toEqual([
      0,
      0,
      1,
      0.1,
      2,
      0.2,
      3,
      0.3,
      5,
      Number.NaN,
      50,
      5,
      51,
      5.1,
    ]);
    // A lone point would not be seen.
    expect([...breakGaps(steps(0, 1, 2, 3, 4, 50, 100), 20, 2)].slice(10)).toEqual([
      6,
      Number.NaN,
      50,
      5,
      52,
      5,
      52,
      Number.NaN,
      100,
      10,
      102,
      10,
    ]);
    expect(breakGaps(new Float64Array(0), 1, 1)).toHaveLength(0);
  });

  it('maps values and keeps gaps', () => {
    expect(mapY(line, (y) => y * 10)).toEqual(Float64Array.of(10, 10, 20, 50, 30, Number.NaN, 40, 20, 50, 40));
  });
});
