import type { Colored } from './colors.ts';
import { toScreenX, toScreenY, type Viewport } from './viewport.ts';

export interface Painted {
  /** Interleaved x, y. */
  readonly positions: Float32Array;
  readonly colored: Colored;
  /** 0: not drawn; 1: pale; 2: drawn. */
  readonly state: Uint8Array;
}

export type Rgb = readonly [r: number, g: number, b: number];

/** A raster of opaque pixels, r g b a. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface PaintColors {
  readonly background: Rgb;
  readonly pale: Rgb;
  /** By code of `Colored`. */
  readonly points: readonly Rgb[];
}

const PALE = 0.25;

/** Half the side of a point's square, CSS px: the more points, the smaller. */
const pointRadius = (n: number): number => Math.max(1.1, Math.min(3.2, 90 / Math.sqrt(Math.max(1, n))));

/**
 * Draws points as translucent squares into a raster, pale ones first, the others in the order of events, so that no
 * colour lies over another throughout: 50,000 in a few ms, where as many calls of a canvas take ten times that. Returns
 * how many were on screen.
 * @param ratio raster pixels per CSS pixel
 */
export function paintPoints(
  raster: Raster,
  ratio: number,
  view: Viewport,
  { positions, colored, state }: Painted,
  colors: PaintColors,
): number {
  const { width, height, data } = raster;
  const n = state.length;
  const size = { width: width / ratio, height: height / ratio };
  fill(data, colors.background);
  const radius = pointRadius(n) * ratio;
  const side = Math.max(1, Math.round(2 * radius));
  const alpha = n > 5000 ? 0.62 : 0.85;
  let drawn = 0;
  const square = (i: number, [r, g, b]: Rgb, share: number): void => {
    const left = Math.round(toScreenX(view, size, positions[2 * i]) * ratio - radius);
    const top = Math.round(toScreenY(view, size, positions[2 * i + 1]) * ratio - radius);
    if (left <= -side || top <= -side || left >= width || top >= height) return;
    drawn += 1;
    for (let y = Math.max(0, top); y < Math.min(height, top + side); y += 1) {
      for (let x = Math.max(0, left), p = 4 * (y * width + x); x < Math.min(width, left + side); x += 1, p += 4) {
        data[p] += (r - data[p]) * share;
        data[p + 1] += (g - data[p + 1]) * share;
        data[p + 2] += (b - data[p + 2]) * share;
      }
    }
  };
  for (let i = 0; i < n; i += 1) if (state[i] === 1) square(i, colors.pale, PALE);
  for (let i = 0; i < n; i += 1) if (state[i] === 2) square(i, colors.points[colored.codes[i]], alpha);
  return drawn;
}

function fill(data: Uint8ClampedArray, [r, g, b]: Rgb): void {
  data[0] = r;
  data[1] = g;
  data[2] = b;
  data[3] = 255;
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  words.fill(words[0]);
}

/** A CSS colour as bytes, by way of a canvas, which knows every notation. */
export function rgbOf(g: CanvasRenderingContext2D, color: string): Rgb {
  g.fillStyle = '#000000';
  g.fillStyle = color;
  const hex = g.fillStyle;
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)) as unknown as Rgb;
}
