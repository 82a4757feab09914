import { useEffect, useRef } from 'react';
import { prepareCanvas, type Draw } from './canvas.ts';
import type { Cursor } from './cursor.ts';
import { xToPx, type Domain, type PlotBox } from './domain.ts';
import { useChartTheme } from './theme.ts';
import { usePixelRatio, type Size } from './useSize.ts';

/** Draws what a chart marks at the cursor beyond its line; `x` is the axis position, `px` its pixel. */
export type DrawAtCursor = (
  g: CanvasRenderingContext2D,
  x: number,
  px: number,
  ...rest: Parameters<Draw> extends [unknown, ...infer R] ? R : never
) => void;

interface CursorLayerProps {
  readonly cursor: Cursor;
  /** Axis position of the selected event, NaN when there is none. */
  readonly selected: number;
  readonly domain: Domain;
  readonly size: Size;
  readonly box: PlotBox;
  readonly extra?: DrawAtCursor;
}

/** The thin lines of the shared cursor and of the selected event, redrawn once per frame at most and without React. */
export function CursorLayer({ cursor, selected, domain, size, box, extra }: CursorLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useChartTheme();
  const ratio = usePixelRatio();
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let frame = 0;
    const line = (g: CanvasRenderingContext2D, x: number, color: string, alpha: number): number | null => {
      if (!(x >= domain.min && x <= domain.max)) return null;
      const px = xToPx(x, domain, box);
      g.fillStyle = color;
      g.globalAlpha = alpha;
      g.fillRect(Math.round(px) - 0.5, box.top, 1, box.height);
      g.globalAlpha = 1;
      return px;
    };
    const paint = () => {
      frame = 0;
      const x = cursor.get();
      const blank = !Number.isFinite(x) && !Number.isFinite(selected);
      // A canvas without anything on it would still cost the browser time in every frame.
      element.hidden = blank;
      const g = blank ? null : prepareCanvas(element, size, ratio);
      if (!g) return;
      line(g, selected, theme.accent, 1);
      const px = line(g, x, theme.text, 0.55);
      if (px !== null) extra?.(g, x, px, box, theme);
    };
    paint();
    const unsubscribe = cursor.subscribe(() => {
      frame ||= requestAnimationFrame(paint);
    });
    return () => {
      unsubscribe();
      cancelAnimationFrame(frame);
    };
  }, [cursor, selected, domain, size, box, extra, theme, ratio]);
  return (
    <canvas
      ref={canvas}
      className="chart-layer"
      style={{ width: size.width, height: size.height }}
      aria-hidden="true"
    />
  );
}
