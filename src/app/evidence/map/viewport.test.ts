import { describe, expect, it } from 'vitest';
import { boxBetween, countOutside, fitViewport, toMapX, toMapY, toScreenX, toScreenY, zoomAt } from './viewport.ts';

const SIZE = { width: 400, height: 200 };

describe('the viewport', () => {
  it('shows all of the bounds, upright and at one scale', () => {
    const view = fitViewport({ left: -2, right: 2, bottom: 0, top: 8 }, SIZE);
    for (const [x, y] of [
      [-2, 0],
      [2, 8],
    ]) {
      expect(toScreenX(view, SIZE, x)).toBeGreaterThanOrEqual(0);
      expect(toScreenX(view, SIZE, x)).toBeLessThanOrEqual(SIZE.width);
      expect(toScreenY(view, SIZE, y)).toBeGreaterThanOrEqual(0);
      expect(toScreenY(view, SIZE, y)).toBeLessThanOrEqual(SIZE.height);
    }
    expect(toScreenY(view, SIZE, 8)).toBeLessThan(toScreenY(view, SIZE, 0));
  });
  it('goes to the screen and back', () => {
    const view = { x: 3, y: -1, scale: 17 };
    expect(toMapX(view, SIZE, toScreenX(view, SIZE, 4.2))).toBeCloseTo(4.2, 9);
    expect(toMapY(view, SIZE, toScreenY(view, SIZE, 0.3))).toBeCloseTo(0.3, 9);
  });
  it('keeps the place under the pointer while zooming', () => {
    const view = { x: 3, y: -1, scale: 17 };
    const nearer = zoomAt(view, SIZE, 90, 30, 2.5);
    expect(nearer.scale).toBe(42.5);
    expect(toMapX(nearer, SIZE, 90)).toBeCloseTo(toMapX(view, SIZE, 90), 9);
    expect(toMapY(nearer, SIZE, 30)).toBeCloseTo(toMapY(view, SIZE, 30), 9);
  });
  it('counts the points that are drawn and not on screen', () => {
    const positions = Float32Array.of(0, 0, 199, 99, 201, 0, 0, -101, 500, 500);
    expect(countOutside({ x: 0, y: 0, scale: 1 }, SIZE, positions, Uint8Array.of(2, 2, 2, 1, 0))).toBe(2);
  });
  it('makes a rectangle of two corners in any order', () => {
    const view = { x: 0, y: 0, scale: 1 };
    expect(boxBetween(view, SIZE, [300, 150], [100, 50])).toEqual({ left: -100, right: 100, bottom: -50, top: 50 });
  });
});
