import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitScale, niceStep, pxToY, toScaled, unitsPerPixel, yExtent, yTicks, yToPx } from './scale.ts';

const box = { left: 60, top: 5, width: 1000, height: 130 };
const extents = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }))
  .map(([low, more]) => [low, low + more] as const);

describe('fitScale', () => {
  it('shows the data and every threshold', () => {
    fc.assert(
      fc.property(
        extents,
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 3 }),
        ([low, high], include) => {
          const scale = fitScale('linear', [low, high], include);
          const slack = 1e-6 * (scale.max - scale.min);
          expect(scale.min).toBeLessThanOrEqual(Math.min(low, ...include) + slack);
          expect(scale.max).toBeGreaterThanOrEqual(Math.max(high, ...include) - slack);
        },
      ),
    );
  });

  it('ignores what is not defined, and has a scale where nothing is', () => {
    expect(fitScale('linear', [Infinity, -Infinity], [Number.NaN])).toMatchObject({ min: 0, max: 1 });
    expect(fitScale('linear', [2, 2], []).max).toBeGreaterThan(fitScale('linear', [2, 2], []).min);
    expect(fitScale('log', [Infinity, -Infinity], [], 0.01)).toMatchObject({ min: -2, max: -1 });
  });

  it('draws what lies below the floor of a log scale at the floor', () => {
    const scale = fitScale('log', [0, 100], [], 0.01);
    expect(scale.min).toBe(-2);
    expect(toScaled(0, scale)).toBe(-2);
    expect(yToPx(0, scale, box)).toBeCloseTo(box.top + box.height, 9);
  });
});

describe.each(['linear', 'log'] as const)('a %s scale', (kind) => {
  const scale = fitScale(kind, [0.5, 20], [4.2], 0.01);
  it('goes from pixels to values and back', () => {
    for (const value of [0.6, 1, 4.2, 19]) expect(pxToY(yToPx(value, scale, box), scale, box)).toBeCloseTo(value, 9);
    expect(yToPx(19, scale, box)).toBeLessThan(yToPx(1, scale, box));
  });

  it('knows what a pixel is worth', () => {
    const px = yToPx(4.2, scale, box);
    const slope = (pxToY(px - 0.01, scale, box) - pxToY(px + 0.01, scale, box)) / 0.02;
    expect(unitsPerPixel(px, scale, box)).toBeCloseTo(slope, 5);
  });

  it('has ticks within it, on round values, ascending', () => {
    const ticks = yTicks(scale, 5);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(11);
    for (const [i, tick] of ticks.entries()) {
      expect(tick.at).toBeGreaterThanOrEqual(scale.min - 1e-9);
      expect(tick.at).toBeLessThanOrEqual(scale.max + 1e-9);
      expect(toScaled(tick.value, scale)).toBeCloseTo(tick.at, 9);
      if (i > 0) expect(tick.at).toBeGreaterThan(ticks[i - 1].at);
    }
  });
});

it('ticks of a log scale over many decades thin out to whole decades', () => {
  const scale = { kind: 'log' as const, min: -3, max: 9, floor: 1e-3 };
  expect(yTicks(scale, 4).map((tick) => tick.value)).toEqual([1e-3, 1, 1e3, 1e6, 1e9]);
});

it('rounds steps up to 1, 2 or 5 times a power of ten', () => {
  expect([0.011, 0.2, 0.21, 3, 7, 1e5].map(niceStep).map((step) => Number(step.toPrecision(6)))).toEqual([
    0.02, 0.2, 0.5, 5, 10, 1e5,
  ]);
});

it('takes the extent of what is in view and defined', () => {
  const line = Float64Array.of(0, 99, 1, 2, 2, Number.NaN, 3, -4, 4, 77);
  expect(yExtent([line], 1, 3)).toEqual([-4, 2]);
  expect(yExtent([line], 10, 20)).toEqual([Infinity, -Infinity]);
  expect(yExtent([line], 1, 3, 0)).toEqual([2, 2]);
});
