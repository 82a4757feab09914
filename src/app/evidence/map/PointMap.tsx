import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { prepareCanvas } from '../../../charts/canvas.ts';
import { useChartTheme } from '../../../charts/theme.ts';
import { usePixelRatio, useSize, type Size } from '../../../charts/useSize.ts';
import { boundsOf, buildGrid, nearestPoint, pointsWithin } from './grid.ts';
import { paintPoints, rgbOf, type Painted } from './paintPoints.ts';
import { boxBetween, fitViewport, toMapX, toMapY, toScreenX, toScreenY, zoomAt, type Viewport } from './viewport.ts';

export interface PointMapProps extends Painted {
  readonly label: string;
  /** Points with a ring: the alert's. */
  readonly ringed: readonly number[];
  /** The selected point and the one at the shared cursor; -1 for none. */
  readonly selected: number;
  readonly cursor: number;
  readonly onHover: (point: number) => void;
  readonly onPick: (point: number) => void;
  readonly onBrush: (points: Uint32Array) => void;
  /** What is said of the point under the pointer. */
  readonly tip: (point: number) => ReactNode;
}

/** px within which a point is under the pointer. */
const REACH = 7;
/** px that a press moves before it is a brush. */
const SLACK = 4;
const KEY_ZOOM = 1.3;
const KEY_PAN = 0.12;

type Gesture =
  | { readonly kind: 'brush'; readonly from: readonly [number, number]; readonly to: readonly [number, number] }
  | { readonly kind: 'pan'; readonly from: readonly [number, number]; readonly view: Viewport };

/**
 * Many points on a canvas: drag picks, shift-drag moves, the wheel zooms, a double click shows all; a grid finds the
 * point under the pointer.
 */
export function PointMap(props: PointMapProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  return (
    <div className="point-map" ref={element}>
      {size && <Canvases {...props} size={size} />}
    </div>
  );
}

function Canvases({
  size,
  positions,
  colored,
  state,
  label,
  ringed,
  selected,
  cursor,
  onHover,
  onPick,
  onBrush,
  tip,
}: PointMapProps & { readonly size: Size }): ReactNode {
  const points = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const raster = useRef<ImageData | null>(null);
  const theme = useChartTheme();
  const ratio = usePixelRatio();
  const grid = useMemo(() => buildGrid(positions), [positions]);
  const all = useMemo(() => fitViewport(boundsOf(positions), size), [positions, size]);
  const [moved, setMoved] = useState<{ readonly of: Float32Array; readonly view: Viewport } | null>(null);
  const view = moved?.of === positions ? moved.view : all;
  const setView = (next: Viewport): void => setMoved({ of: positions, view: next });
  const [gesture, setGesture] = useState<Gesture | null>(null);
  const [hover, setHover] = useState(-1);
  const shown = (i: number): boolean => state[i] === 2;

  useLayoutEffect(() => {
    const canvas = points.current;
    const g = canvas && prepareCanvas(canvas, size, ratio);
    if (!g) return;
    const from = performance.now();
    const colors = {
      background: rgbOf(g, theme.bg),
      pale: rgbOf(g, theme.ghost),
      points: colored.colors.map((color) => rgbOf(g, color)),
    };
    const picture =
      raster.current?.width === canvas.width && raster.current.height === canvas.height
        ? raster.current
        : new ImageData(canvas.width, canvas.height);
    raster.current = picture;
    const drawn = paintPoints(picture, ratio, view, { positions, colored, state }, colors);
    g.putImageData(picture, 0, 0);
    canvas.dataset.points = String(drawn);
    canvas.dataset.ms = (performance.now() - from).toFixed(1);
  }, [size, ratio, theme, view, positions, colored, state]);

  useLayoutEffect(() => {
    const g = over.current && prepareCanvas(over.current, size, ratio);
    if (!g) return;
    const ring = (i: number, radius: number, color: string, width: number): void => {
      if (i < 0 || i >= state.length) return;
      g.strokeStyle = color;
      g.lineWidth = width;
      g.beginPath();
      g.arc(
        toScreenX(view, size, positions[2 * i]),
        toScreenY(view, size, positions[2 * i + 1]),
        radius,
        0,
        2 * Math.PI,
      );
      g.stroke();
    };
    for (const i of ringed) ring(i, 5, theme.danger, 1.2);
    ring(selected, 8, theme.accent, 2.5);
    ring(cursor, 7, theme.text, 1.5);
    ring(hover, 6, theme.text, 2);
    if (gesture?.kind === 'brush') {
      const [x, y] = [Math.min(gesture.from[0], gesture.to[0]), Math.min(gesture.from[1], gesture.to[1])];
      const [width, height] = [Math.abs(gesture.from[0] - gesture.to[0]), Math.abs(gesture.from[1] - gesture.to[1])];
      g.fillStyle = theme.band;
      g.strokeStyle = theme.accent;
      g.lineWidth = 1;
      g.fillRect(x, y, width, height);
      g.strokeRect(x + 0.5, y + 0.5, width, height);
    }
  }, [size, ratio, theme, view, positions, state, ringed, selected, cursor, hover, gesture]);

  // Not passive, so that the page does not scroll under the zoom.
  const zoom = useRef<(event: WheelEvent) => void>(() => undefined);
  useEffect(() => {
    zoom.current = (event) => {
      event.preventDefault();
      setView(zoomAt(view, size, event.offsetX, event.offsetY, Math.exp(-event.deltaY / 400)));
    };
  });
  useEffect(() => {
    const canvas = over.current;
    const onWheel = (event: WheelEvent): void => zoom.current(event);
    canvas?.addEventListener('wheel', onWheel, { passive: false });
    return () => canvas?.removeEventListener('wheel', onWheel);
  }, []);

  const at = ({ nativeEvent }: PointerEvent): readonly [number, number] => [nativeEvent.offsetX, nativeEvent.offsetY];
  const setHovered = (point: number): void => {
    if (point === hover) return;
    setHover(point);
    onHover(point);
  };
  const pointAt = ([px, py]: readonly [number, number]): number =>
    nearestPoint(grid, toMapX(view, size, px), toMapY(view, size, py), REACH / view.scale, shown);
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setHovered(-1);
    setGesture(
      event.shiftKey ? { kind: 'pan', from: at(event), view } : { kind: 'brush', from: at(event), to: at(event) },
    );
  };
  const onPointerMove = (event: PointerEvent): void => {
    const to = at(event);
    if (gesture?.kind === 'brush') setGesture({ ...gesture, to });
    else if (gesture?.kind === 'pan') {
      setView({
        ...gesture.view,
        x: gesture.view.x - (to[0] - gesture.from[0]) / gesture.view.scale,
        y: gesture.view.y + (to[1] - gesture.from[1]) / gesture.view.scale,
      });
    } else setHovered(pointAt(to));
  };
  const onPointerUp = (event: PointerEvent): void => {
    setGesture(null);
    if (gesture?.kind !== 'brush') return;
    const to = at(event);
    if (Math.hypot(to[0] - gesture.from[0], to[1] - gesture.from[1]) < SLACK) {
      const point = pointAt(to);
      if (point >= 0) onPick(point);
      else onBrush(new Uint32Array(0));
    } else onBrush(pointsWithin(grid, boxBetween(view, size, gesture.from, to), shown));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = (KEY_PAN * size.width) / view.scale;
    const next: Viewport | undefined = {
      '+': { ...view, scale: view.scale * KEY_ZOOM },
      '=': { ...view, scale: view.scale * KEY_ZOOM },
      '-': { ...view, scale: view.scale / KEY_ZOOM },
      '0': all,
      ArrowLeft: { ...view, x: view.x - step },
      ArrowRight: { ...view, x: view.x + step },
      ArrowUp: { ...view, y: view.y + step },
      ArrowDown: { ...view, y: view.y - step },
    }[event.key];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    setView(next);
  };
  const tipAt =
    hover >= 0 && gesture === null
      ? [toScreenX(view, size, positions[2 * hover]), toScreenY(view, size, positions[2 * hover + 1])]
      : null;
  const style = { width: size.width, height: size.height };
  return (
    <>
      <canvas ref={points} className="chart-layer" style={style} aria-hidden="true" />
      <canvas
        ref={over}
        className="point-map-over"
        style={style}
        role="img"
        aria-label={label}
        tabIndex={0}
        title=""
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => setGesture(null)}
        onPointerLeave={() => setHovered(-1)}
        onDoubleClick={() => setView(all)}
        onKeyDown={onKeyDown}
      />
      {tipAt && (
        <div
          className={`point-tip${tipAt[1] < size.height / 2 ? ' below' : ''}`}
          style={{ left: Math.max(130, Math.min(size.width - 130, tipAt[0])), top: tipAt[1] }}
        >
          {tip(hover)}
        </div>
      )}
    </>
  );
}
