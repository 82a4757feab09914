import type { Bounds } from './grid.ts';

/** What of the map is on screen: the place at the centre, and CSS pixels for one unit (the same along both axes). */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 14;

/** The viewport that shows all of `bounds`. */
export function fitViewport({ left, right, bottom, top }: Bounds, { width, height }: Size): Viewport {
  const fit = Math.min((width - 2 * MARGIN) / (right - left || 1), (height - 2 * MARGIN) / (top - bottom || 1));
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale: Math.max(1e-6, fit) };
}

export const toScreenX = (view: Viewport, size: Size, x: number): number => size.width / 2 + (x - view.x) * view.scale;
export const toScreenY = (view: Viewport, size: Size, y: number): number => size.height / 2 - (y - view.y) * view.scale;
export const toMapX = (view: Viewport, size: Size, px: number): number => view.x + (px - size.width / 2) / view.scale;
export const toMapY = (view: Viewport, size: Size, py: number): number => view.y - (py - size.height / 2) / view.scale;

/** Zooms about a place on screen, which stays where it is. `factor` above 1 comes nearer. */
export function zoomAt(view: Viewport, size: Size, px: number, py: number, factor: number): Viewport {
  const scale = view.scale * factor;
  return {
    scale,
    x: toMapX(view, size, px) - (px - size.width / 2) / scale,
    y: toMapY(view, size, py) + (py - size.height / 2) / scale,
  };
}

/** The rectangle between two places on screen. */
export function boxBetween(
  view: Viewport,
  size: Size,
  a: readonly [number, number],
  b: readonly [number, number],
): Bounds {
  const [x1, x2] = [toMapX(view, size, a[0]), toMapX(view, size, b[0])];
  const [y1, y2] = [toMapY(view, size, a[1]), toMapY(view, size, b[1])];
  return { left: Math.min(x1, x2), right: Math.max(x1, x2), bottom: Math.min(y1, y2), top: Math.max(y1, y2) };
}

/** How many of the points that are drawn (`state` above 0) lie outside of what is on screen. */
export function countOutside(view: Viewport, size: Size, positions: Float32Array, state: Uint8Array): number {
  let outside = 0;
  for (let i = 0; i < state.length; i += 1) {
    const [x, y] = [toScreenX(view, size, positions[2 * i]), toScreenY(view, size, positions[2 * i + 1])];
    if (state[i] > 0 && (x < 0 || y < 0 || x > size.width || y > size.height)) outside += 1;
  }
  return outside;
}
