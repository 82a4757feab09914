import { useLayoutEffect, useRef, type RefObject } from 'react';
import { prepareCanvas } from '../../../charts/canvas.ts';
import { useChartTheme, type ChartTheme } from '../../../charts/theme.ts';
import { usePixelRatio, type Size } from '../../../charts/useSize.ts';
import { paintPoints, rgbOf, type Painted } from './paintPoints.ts';
import type { Pixel, PointGesture } from './usePointGestures.ts';
import { toScreenX, toScreenY, type Viewport } from './viewport.ts';

/** Paints all points, pixel by pixel; how many and how long it took are in the canvas's dataset. */
export function usePaintedPoints(
  ref: RefObject<HTMLCanvasElement | null>,
  size: Size,
  view: Viewport,
  { positions, colored, state }: Painted,
): void {
  const raster = useRef<ImageData | null>(null);
  const theme = useChartTheme();
  const ratio = usePixelRatio();
  useLayoutEffect(() => {
    const canvas = ref.current;
    const g = canvas && prepareCanvas(canvas, size, ratio);
    if (!g) return;
    const from = performance.now();
    const colors = {
      background: rgbOf(g, theme.bg),
      pale: rgbOf(g, theme.overlay),
      points: colored.colors.map((color) => rgbOf(g, color)),
    };
    const image =
      raster.current?.width === canvas.width && raster.current.height === canvas.height
        ? raster.current
        : new ImageData(canvas.width, canvas.height);
    raster.current = image;
    const drawn = paintPoints(image, ratio, view, { positions, colored, state }, colors);
    g.putImageData(image, 0, 0);
    canvas.dataset.points = String(drawn);
    canvas.dataset.ms = (performance.now() - from).toFixed(1);
  }, [ref, size, ratio, theme, view, positions, colored, state]);
}

export interface MapMarks {
  readonly positions: Float32Array;
  readonly state: Painted['state'];
  /** Points with a ring; -1 for none. */
  readonly ringed: readonly number[];
  readonly selected: number;
  readonly cursor: number;
  readonly hover: number;
  readonly gesture: PointGesture | null;
}

function paintRing(g: CanvasRenderingContext2D, at: Pixel, radius: number, color: string, width: number): void {
  g.strokeStyle = color;
  g.lineWidth = width;
  g.beginPath();
  g.arc(at[0], at[1], radius, 0, 2 * Math.PI);
  g.stroke();
}

function paintBox(g: CanvasRenderingContext2D, from: Pixel, to: Pixel, theme: ChartTheme): void {
  const [x, y] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
  const [width, height] = [Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1])];
  g.fillStyle = theme.band;
  g.strokeStyle = theme.accent;
  g.lineWidth = 1;
  g.fillRect(x, y, width, height);
  g.strokeRect(x + 0.5, y + 0.5, width, height);
}

/** Paints the rings about points and the box that is being drawn. */
export function usePaintedHighlights(
  ref: RefObject<HTMLCanvasElement | null>,
  size: Size,
  view: Viewport,
  { positions, state, ringed, selected, cursor, hover, gesture }: MapMarks,
): void {
  const theme = useChartTheme();
  const ratio = usePixelRatio();
  useLayoutEffect(() => {
    const g = ref.current && prepareCanvas(ref.current, size, ratio);
    if (!g) return;
    const ring = (i: number, radius: number, color: string, width: number): void => {
      if (i < 0 || i >= state.length) return;
      const at = [toScreenX(view, size, positions[2 * i]), toScreenY(view, size, positions[2 * i + 1])] as const;
      paintRing(g, at, radius, color, width);
    };
    for (const i of ringed) ring(i, 5, theme.danger, 1.2);
    ring(selected, 8, theme.accent, 2.5);
    ring(cursor, 7, theme.text, 1.5);
    ring(hover, 6, theme.text, 2);
    if (gesture?.kind === 'brush') paintBox(g, gesture.from, gesture.to, theme);
  }, [ref, size, ratio, theme, view, positions, state, ringed, selected, cursor, hover, gesture]);
}
