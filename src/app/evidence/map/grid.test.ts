import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, buildGrid, mostBounds, nearestPoint, pointsWithin } from './grid.ts';

const coordinate = fc.float({ min: -10, max: 10, noNaN: true });
const points = fc
  .array(fc.tuple(coordinate, coordinate), { maxLength: 300 })
  .map((list) => Float32Array.from(list.flat()));
const any = () => true;

describe('the grid', () => {
  it('holds every point once', () => {
    fc.assert(
      fc.property(points, (positions) => {
        expect([...buildGrid(positions).order].sort((a, b) => a - b)).toEqual(
          Array.from({ length: positions.length / 2 }, (_, i) => i),
        );
      }),
    );
  });

  it('finds the same nearest point as a search of all of them', () => {
    fc.assert(
      fc.property(
        points,
        coordinate,
        coordinate,
        fc.float({ min: Math.fround(0.1), max: 5, noNaN: true }),
        (positions, x, y, radius) => {
          const distances = Array.from(
            { length: positions.length / 2 },
            (_, i) => (positions[2 * i] - x) ** 2 + (positions[2 * i + 1] - y) ** 2,
          );
          const least = Math.min(...distances, Infinity);
          const found = nearestPoint(buildGrid(positions), x, y, radius, any);
          if (least <= radius * radius) expect(distances[found]).toBe(least);
          else expect(found).toBe(-1);
        },
      ),
    );
  });

  it('finds all points of a rectangle, also of one larger than the map', () => {
    fc.assert(
      fc.property(points, coordinate, coordinate, coordinate, coordinate, (positions, a, b, c, d) => {
        const box = { left: Math.min(a, b), right: Math.max(a, b), bottom: Math.min(c, d), top: Math.max(c, d) };
        const wanted = Array.from({ length: positions.length / 2 }, (_, i) => i).filter(
          (i) =>
            positions[2 * i] >= box.left &&
            positions[2 * i] <= box.right &&
            positions[2 * i + 1] >= box.bottom &&
            positions[2 * i + 1] <= box.top,
        );
        expect([...pointsWithin(buildGrid(positions), box, any)]).toEqual(wanted);
      }),
    );
  });

  it('leaves out what is not wanted', () => {
    const grid = buildGrid(Float32Array.of(0, 0, 1, 1));
    expect(nearestPoint(grid, 0, 0, 5, (i) => i === 1)).toBe(1);
    expect([...pointsWithin(grid, { left: -1, right: 2, bottom: -1, top: 2 }, (i) => i === 0)]).toEqual([0]);
  });
});

describe('the frame of most points', () => {
  const rnd = (i: number) => ((i * 7919) % 1000) / 1000;
  const cloud = Float32Array.from({ length: 2000 }, (_, i) => rnd(i));
  it('is not ruled by one far out, on either side', () => {
    const far = cloud.slice();
    far[0] = 1e6;
    far[3] = -1e6;
    const { left, right, bottom, top } = mostBounds(far, 0.005, 0.05);
    for (const [low, high] of [
      [left, right],
      [bottom, top],
    ]) {
      expect(low).toBeGreaterThan(-0.1);
      expect(low).toBeLessThan(0.05);
      expect(high).toBeGreaterThan(0.95);
      expect(high).toBeLessThan(1.1);
    }
  });
  it('leaves out no more than the share on each side, and is not wider than all', () => {
    const { left, right } = mostBounds(cloud, 0.005, 0);
    const xs = cloud.filter((_, i) => i % 2 === 0);
    expect(xs.filter((x) => x < left).length).toBeLessThanOrEqual(5);
    expect(xs.filter((x) => x > right).length).toBeLessThanOrEqual(5);
    expect(mostBounds(cloud, 0.005, 5)).toEqual(boundsOf(cloud));
    expect(mostBounds(new Float32Array(), 0.005, 0.05)).toEqual(boundsOf(new Float32Array()));
    expect(mostBounds(Float32Array.of(3, 4), 0.005, 0.05)).toEqual({ left: 3, right: 3, bottom: 4, top: 4 });
  });
});
