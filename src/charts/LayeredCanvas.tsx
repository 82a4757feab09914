import { useEffect, useLayoutEffect, useRef } from 'react';
import { prepareCanvas, type Draw } from './canvas.ts';
import type { PlotBox } from './domain.ts';
import { schedulePaint, stopDrawing } from './drawing.ts';
import { createRenderer, type ChartOption, type Renderer } from './echarts.ts';
import { keepLayers } from './layers.ts';
import { useChartTheme } from './theme.ts';
import { usePixelRatio, type Size } from './useSize.ts';

interface LayeredCanvasProps {
  readonly size: Size;
  readonly box: PlotBox;
  readonly under?: Draw;
  /** What ECharts draws between `under` and `over`; must be memoised. */
  readonly option?: ChartOption;
  readonly over?: Draw;
}

/**
 * All layers of a chart in one canvas: each canvas on the page costs the browser time in every frame, drawn or not. It
 * takes no pointer events: gestures, cursor and picking belong to `Plot`.
 */
export function LayeredCanvas({ size, box, under, option, over }: LayeredCanvasProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<Renderer | null>(null);
  const theme = useChartTheme();
  const ratio = usePixelRatio();

  useLayoutEffect(() => {
    const canvas = element.current;
    if (!canvas) return;
    keepLayers(canvas, { size, box, under, option, over, theme });
    schedulePaint(canvas, () => {
      const lines = option && (renderer.current ??= createRenderer()).draw(option, size, ratio);
      const g = prepareCanvas(canvas, size, ratio);
      if (!g) return;
      under?.(g, box, theme);
      if (lines) g.drawImage(lines, 0, 0, size.width, size.height);
      over?.(g, box, theme);
    });
  }, [size, box, under, option, over, theme, ratio]);

  useEffect(() => {
    const canvas = element.current;
    return () => {
      if (canvas) stopDrawing(canvas);
      renderer.current?.dispose();
      renderer.current = null;
    };
  }, []);

  return (
    <canvas
      ref={element}
      className="chart-layer"
      style={{ width: size.width, height: size.height }}
      aria-hidden="true"
    />
  );
}
