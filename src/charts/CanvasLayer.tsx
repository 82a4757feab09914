import { useLayoutEffect, useRef } from 'react';
import type { PlotBox } from './domain.ts';
import { useChartTheme, type ChartTheme } from './theme.ts';
import { usePixelRatio, type Size } from './useSize.ts';

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

/** One canvas of a chart's stack of layers. */
export function CanvasLayer({ draw, size, box, className }: { draw: Draw; size: Size; box: PlotBox; className?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useChartTheme();
  const ratio = usePixelRatio();
  useLayoutEffect(() => {
    const g = canvas.current && prepareCanvas(canvas.current, size, ratio);
    if (g) draw(g, box, theme);
  }, [draw, size, box, theme, ratio]);
  return <canvas ref={canvas} className={`chart-layer ${className ?? ''}`} style={{ width: size.width, height: size.height }} aria-hidden="true" />;
}
