import { withAlpha } from '../../../charts/color.ts';
import type { ChartTheme } from '../../../charts/theme.ts';
import type { Colored } from './colors.ts';
import { toScreenX, toScreenY, type Viewport } from './viewport.ts';

export interface Painted {
  /** Interleaved x, y. */
  readonly positions: Float32Array;
  readonly colored: Colored;
  /** 0: not drawn; 1: pale; 2: drawn. */
  readonly state: Uint8Array;
}

/** Draws the points in one pass for each colour, the pale ones first. Returns how many were on screen. */
export function paintPoints(g: CanvasRenderingContext2D, size: { width: number; height: number }, theme: ChartTheme, view: Viewport, { positions, colored, state }: Painted): number {
  const n = state.length;
  const radius = Math.max(1.1, Math.min(3.2, 90 / Math.sqrt(n)));
  const side = 2 * radius;
  let drawn = 0;
  const pass = (wanted: (i: number) => boolean): void => {
    for (let i = 0; i < n; i += 1) {
      if (!wanted(i)) continue;
      const x = toScreenX(view, size, positions[2 * i]);
      const y = toScreenY(view, size, positions[2 * i + 1]);
      if (x < -side || y < -side || x > size.width + side || y > size.height + side) continue;
      g.fillRect(x - radius, y - radius, side, side);
      drawn += 1;
    }
  };
  g.fillStyle = withAlpha(theme.ghost, 0.22);
  pass((i) => state[i] === 1);
  g.globalAlpha = n > 5000 ? 0.62 : 0.85;
  colored.colors.forEach((color, code) => {
    if (!colored.key.some((entry) => entry.code === code) && !colored.isScale) return;
    g.fillStyle = color;
    pass((i) => state[i] === 2 && colored.codes[i] === code);
  });
  g.globalAlpha = 1;
  return drawn;
}
