import {
  useEffect,
  useEffectEvent,
  useMemo,
  useState,
  type DOMAttributes,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from 'react';
import type { Size } from '../../../charts/useSize.ts';
import { buildGrid, nearestPoint, pointsWithin } from './grid.ts';
import type { Painted } from './paintPoints.ts';
import { boxBetween, toMapX, toMapY, zoomAt, type Viewport } from './viewport.ts';

/** px within which a point is under the pointer. */
const REACH = 7;
/** px that a press moves before it is a brush. */
const SLACK = 4;
const KEY_ZOOM = 1.3;
const KEY_PAN = 0.12;

/** CSS px from the canvas's left and top. */
export type Pixel = readonly [number, number];

export type PointGesture =
  | { readonly kind: 'brush'; readonly from: Pixel; readonly to: Pixel }
  | { readonly kind: 'pan'; readonly from: Pixel; readonly view: Viewport };

export interface PointGestureTarget {
  readonly size: Size;
  readonly positions: Float32Array;
  readonly state: Painted['state'];
  /** The view that shows every point. */
  readonly all: Viewport;
  readonly view: Viewport;
  readonly setView: (next: Viewport) => void;
  readonly onHover: (point: number) => void;
  readonly onPick: (point: number) => void;
  readonly onBrush: (points: Uint32Array) => void;
}

export interface PointGestures {
  readonly gesture: PointGesture | null;
  /** Point under the pointer; -1 for none. */
  readonly hover: number;
  /** For the canvas that `ref` names. */
  readonly handlers: DOMAttributes<HTMLCanvasElement>;
}

/** Where a key takes the view; undefined: the key is not one of the map's. */
function keyView(key: string, view: Viewport, all: Viewport, size: Size): Viewport | undefined {
  const step = (KEY_PAN * size.width) / view.scale;
  const views: Readonly<Record<string, Viewport>> = {
    '+': { ...view, scale: view.scale * KEY_ZOOM },
    '=': { ...view, scale: view.scale * KEY_ZOOM },
    '-': { ...view, scale: view.scale / KEY_ZOOM },
    '0': all,
    ArrowLeft: { ...view, x: view.x - step },
    ArrowRight: { ...view, x: view.x + step },
    ArrowUp: { ...view, y: view.y + step },
    ArrowDown: { ...view, y: view.y - step },
  };
  return views[key];
}

const place = ({ nativeEvent }: PointerEvent): Pixel => [nativeEvent.offsetX, nativeEvent.offsetY];

/** A drag picks, shift and drag moves, the wheel zooms, a double click shows all; arrows and signs do it by keys. */
export function usePointGestures(
  ref: RefObject<HTMLCanvasElement | null>,
  { size, positions, state, all, view, setView, onHover, onPick, onBrush }: PointGestureTarget,
): PointGestures {
  const grid = useMemo(() => buildGrid(positions), [positions]);
  const [gesture, setGesture] = useState<PointGesture | null>(null);
  const [hover, setHover] = useState(-1);

  const onWheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    setView(zoomAt(view, size, event.offsetX, event.offsetY, Math.exp(-event.deltaY / 400)));
  });
  useEffect(() => {
    const canvas = ref.current;
    const listener = (event: WheelEvent): void => onWheel(event);
    // Not passive, so that the page does not scroll under the zoom.
    canvas?.addEventListener('wheel', listener, { passive: false });
    return () => canvas?.removeEventListener('wheel', listener);
  }, [ref]);

  const isShown = (i: number): boolean => state[i] === 2;
  const setHovered = (point: number): void => {
    if (point === hover) return;
    setHover(point);
    onHover(point);
  };
  const pointAt = ([px, py]: Pixel): number =>
    nearestPoint(grid, toMapX(view, size, px), toMapY(view, size, py), REACH / view.scale, isShown);
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setHovered(-1);
    const from = place(event);
    setGesture(event.shiftKey ? { kind: 'pan', from, view } : { kind: 'brush', from, to: from });
  };
  const onPointerMove = (event: PointerEvent): void => {
    const to = place(event);
    if (gesture?.kind === 'brush') setGesture({ ...gesture, to });
    else if (gesture?.kind === 'pan') {
      const { from, view: start } = gesture;
      setView({
        ...start,
        x: start.x - (to[0] - from[0]) / start.scale,
        y: start.y + (to[1] - from[1]) / start.scale,
      });
    } else setHovered(pointAt(to));
  };
  const onPointerUp = (event: PointerEvent): void => {
    setGesture(null);
    if (gesture?.kind !== 'brush') return;
    const to = place(event);
    if (Math.hypot(to[0] - gesture.from[0], to[1] - gesture.from[1]) < SLACK) {
      const point = pointAt(to);
      if (point >= 0) onPick(point);
      else onBrush(new Uint32Array(0));
    } else onBrush(pointsWithin(grid, boxBetween(view, size, gesture.from, to), isShown));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyView(event.key, view, all, size);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    setView(next);
  };
  return {
    gesture,
    hover,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: () => setGesture(null),
      onPointerLeave: () => setHovered(-1),
      onDoubleClick: () => setView(all),
      onKeyDown,
    },
  };
}
