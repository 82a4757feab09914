import type { PlotBox } from './domain.ts';
import type { ChartTheme } from './theme.ts';
import type { Size } from './useSize.ts';

/** Draws one layer of a chart in CSS pixels; must be memoised, because a new function is a redraw. */
export type Draw = (g: CanvasRenderingContext2D, box: PlotBox, theme: ChartTheme) => void;

/** Sizes a canvas for the screen's pixels and clears it. */
export function prepareCanvas(canvas: HTMLCanvasElement, size: Size, ratio: number): CanvasRenderingContext2D | null {
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const g = canvas.getContext('2d');
  g?.setTransform(ratio, 0, 0, ratio, 0, 0);
  g?.clearRect(0, 0, size.width, size.height);
  return g;
}
