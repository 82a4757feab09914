import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampDomain, panBy, plotBox, pxToX, span, xToPx, zoomAbout, type Domain } from './domain.ts';

const full: Domain = { min: 0, max: 50_000 };
const inside = fc
  .tuple(fc.integer({ min: 0, max: 49_999 }), fc.integer({ min: 1, max: 50_000 }))
  .map(([min, width]) => ({ min, max: Math.min(50_000, min + width) }));

describe('zoom and pan', () => {
  it('stay within the ledger and above the least span', () => {
    fc.assert(
      fc.property(
        inside,
        fc.double({ min: 0, max: 50_000, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (domain, x, factor) => {
          const next = zoomAbout(domain, x, factor, full, 5);
          expect(next.min).toBeGreaterThanOrEqual(0);
          expect(next.max).toBeLessThanOrEqual(50_000 + 1e-6);
          expect(span(next)).toBeGreaterThanOrEqual(5 - 1e-6);
        },
      ),
    );
  });

  it('keep what is under the pointer in place', () => {
    const next = zoomAbout({ min: 10_000, max: 20_000 }, 13_000, 0.5, full, 5);
    expect((13_000 - next.min) / span(next)).toBeCloseTo(0.3, 12);
    expect(span(next)).toBeCloseTo(5000, 9);
  });

  it('stop at the ends without changing the span', () => {
    expect(panBy({ min: 100, max: 1100 }, -500, full)).toEqual({ min: 0, max: 1000 });
    expect(panBy({ min: 49_500, max: 50_000 }, 500, full)).toEqual({ min: 49_500, max: 50_000 });
  });

  it('widen a stretch that is too short about its centre, and never beyond the ledger', () => {
    expect(clampDomain({ min: 10, max: 10 }, full, 6)).toEqual({ min: 7, max: 13 });
    expect(clampDomain({ min: 0, max: 1 }, { min: 0, max: 3 }, 6)).toEqual({ min: 0, max: 3 });
  });
});

it('pixels and axis positions convert into each other', () => {
  const box = plotBox(1200, 140);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 50_000, noNaN: true }), (x) => {
      expect(pxToX(xToPx(x, full, box), full, box)).toBeCloseTo(x, 6);
    }),
  );
  expect(xToPx(full.min, full, box)).toBe(box.left);
  expect(xToPx(full.max, full, box)).toBe(box.left + box.width);
});
