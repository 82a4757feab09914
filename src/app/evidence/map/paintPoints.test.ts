import { describe, expect, it } from 'vitest';
import { paintPoints, type Painted, type PaintColors, type Raster } from './paintPoints.ts';

const COLORS: PaintColors = {
  background: [0, 0, 0],
  pale: [100, 100, 100],
  points: [
    [200, 0, 0],
    [0, 200, 0],
  ],
};
const raster = (width: number, height: number): Raster => ({
  width,
  height,
  data: new Uint8ClampedArray(4 * width * height),
});
const at = ({ width, data }: Raster, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];
const painted = (positions: number[], codes: number[], state: number[]): Painted => ({
  positions: Float32Array.from(positions),
  colored: { codes: Uint8Array.from(codes), colors: [], key: [], scale: null },
  state: Uint8Array.from(state),
});
const VIEW = { x: 0, y: 0, scale: 1 };

describe('paintPoints', () => {
  it('draws each point where it is, in its colour, on an opaque background', () => {
    const pixels = raster(40, 40);
    expect(paintPoints(pixels, 1, VIEW, painted([-10, 10, 10, -10], [0, 1], [2, 2]), COLORS)).toBe(2);
    expect(at(pixels, 10, 10)).toEqual([170, 0, 0, 255]);
    expect(at(pixels, 30, 30)).toEqual([0, 170, 0, 255]);
    expect(at(pixels, 20, 20)).toEqual([0, 0, 0, 255]);
  });
  it('leaves hidden points out, and draws pale ones below the others', () => {
    const pixels = raster(40, 40);
    expect(paintPoints(pixels, 1, VIEW, painted([0, 0, 0, 0, 10, 10], [0, 1, 1], [2, 1, 0]), COLORS)).toBe(2);
    const [r, g, b] = at(pixels, 20, 20);
    expect(r).toBeGreaterThan(g);
    expect(g).toBe(b);
    expect(at(pixels, 30, 10)).toEqual([0, 0, 0, 255]);
  });
  it('cuts points at the edges, and does not count those beyond them', () => {
    const pixels = raster(10, 10);
    expect(paintPoints(pixels, 1, VIEW, painted([-5, 5, 400, 0], [0, 0], [2, 2]), COLORS)).toBe(1);
    expect(at(pixels, 0, 0)[0]).toBeGreaterThan(0);
  });
  it('scales with the pixels of the screen', () => {
    const pixels = raster(80, 80);
    paintPoints(pixels, 2, VIEW, painted([-10, 10], [0], [2]), COLORS);
    expect(at(pixels, 20, 20)[0]).toBeGreaterThan(0);
  });
});
