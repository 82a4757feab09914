import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandPolygon, decimateEdge } from './band.ts';
import { stackShares } from './stack.ts';

const edge = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 99 })), { minLength: 1, maxLength: 200 })
  .map((points) => Float64Array.from(points.sort((a, b) => a[0] - b[0]).flat()));
/** Indices of the points in each pixel column. */
function columns(points: Float64Array, perPixel: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let i = 0; 2 * i < points.length; i++) {
    const column = Math.floor(points[2 * i] / perPixel);
    found.set(column, [...(found.get(column) ?? []), i]);
  }
  return found;
}

describe('decimateEdge', () => {
  it('keeps first, last and extreme of every pixel column, and at most three points of it', () => {
    fc.assert(
      fc.property(
        edge,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('upper' as const, 'lower' as const),
        (points, perPixel, side) => {
          const kept = decimateEdge(points, perPixel, side);
          const before = columns(points, perPixel);
          const after = columns(kept, perPixel);
          expect([...after.keys()]).toEqual([...before.keys()]);
          for (const [column, indices] of before) {
            const ys = indices.map((i) => points[2 * i + 1]);
            const keptYs = after.get(column)!.map((i) => kept[2 * i + 1]);
            expect(keptYs.length).toBeLessThanOrEqual(3);
            expect(keptYs).toContain(side === 'upper' ? Math.max(...ys) : Math.min(...ys));
            expect(keptYs[0]).toBe(ys[0]);
            expect(keptYs.at(-1)).toBe(ys.at(-1));
          }
        },
      ),
    );
  });

  it('drops gaps', () => {
    expect(decimateEdge(Float64Array.of(0, Number.NaN, 1, 2, 2, Number.NaN, 3, 4), 1, 'upper')).toEqual(
      Float64Array.of(1, 2, 3, 4),
    );
  });
});

it('a band runs forwards along its upper edge and back along its lower one', () => {
  expect(bandPolygon(Float64Array.of(0, 5, 10, 6), Float64Array.of(0, 1, 10, 2), 1)).toEqual(
    Float64Array.of(0, 5, 10, 6, 10, 2, 0, 1),
  );
});

describe('stackShares', () => {
  it('stacks shares from 0 to 1', () => {
    const x = Float64Array.of(1, 2);
    const [bottom, middle, top] = stackShares(x, Uint32Array.of(1, 3, 2, 2), 2);
    expect(bottom).toEqual(Float64Array.of(1, 0, 2, 0));
    expect(middle).toEqual(Float64Array.of(1, 0.25, 2, 0.5));
    expect(top).toEqual(Float64Array.of(1, 1, 2, 1));
  });

  it('carries shares over an empty bucket, backwards for leading ones', () => {
    const [, middle] = stackShares(Float64Array.of(1, 2, 3, 4), Uint32Array.of(0, 0, 1, 3, 0, 0, 1, 1), 2);
    expect(middle).toEqual(Float64Array.of(1, 0.25, 2, 0.25, 3, 0.25, 4, 0.5));
  });

  it('never leaves the unit interval, nor lets layers cross', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 12, maxLength: 12 }), (counts) => {
        const edges = stackShares(Float64Array.of(1, 2, 3), Uint32Array.from(counts), 4);
        for (let b = 0; b < 3; b++) {
          const shares = edges.map((points) => points[b * 2 + 1]);
          expect(shares[0]).toBe(0);
          expect(shares.at(-1)).toBe(1);
          for (let j = 1; j < shares.length; j++) expect(shares[j]).toBeGreaterThanOrEqual(shares[j - 1] - 1e-12);
        }
      }),
    );
  });
});
