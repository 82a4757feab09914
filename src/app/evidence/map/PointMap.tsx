import { useMemo, useRef, useState, type ReactNode } from 'react';
import { useSize, type Size } from '../../../charts/useSize.ts';
import { formatCount } from '../../../core/format.ts';
import { boundsOf, mostBounds } from './grid.ts';
import { AXIS_BOTTOM, AXIS_LEFT, MapAxes, type AxisTitles } from './MapAxes.tsx';
import type { Painted } from './paintPoints.ts';
import { usePaintedHighlights, usePaintedPoints } from './usePaintedMap.ts';
import { usePointGestures } from './usePointGestures.ts';
import { countOutside, fitViewport, toScreenX, toScreenY, type Viewport } from './viewport.ts';

export interface PointMapProps extends Painted {
  readonly label: string;
  /** Null where places along the axes mean nothing. */
  readonly axes: AxisTitles | null;
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

/** The frame at first is that of all but these shares on each side, and a little more. */
const LEFT_OUT = 0.005;
const BEYOND = 0.06;

/**
 * Many points on a canvas: drag picks, shift-drag moves, the wheel zooms, a double click shows all; a grid finds the
 * point under the pointer. At first it shows where most points are, and says how many are not there.
 */
export function PointMap(props: PointMapProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const inset = props.axes === null ? {} : { left: AXIS_LEFT, bottom: AXIS_BOTTOM };
  return (
    <div className="point-map" role="group" aria-label="Map">
      <div className="point-map-plot" ref={element} style={inset}>
        {size && <Canvases {...props} size={size} />}
      </div>
    </div>
  );
}

function Canvases(props: PointMapProps & { readonly size: Size }): ReactNode {
  const { size, positions, state, label, ringed, selected, cursor, tip } = props;
  const points = useRef<HTMLCanvasElement>(null);
  const marks = useRef<HTMLCanvasElement>(null);
  const all = useMemo(() => fitViewport(boundsOf(positions), size), [positions, size]);
  const [moved, setMoved] = useState<{ readonly of: Float32Array; readonly view: Viewport } | null>(null);
  const most = useMemo(() => fitViewport(mostBounds(positions, LEFT_OUT, BEYOND), size), [positions, size]);
  const view = moved?.of === positions ? moved.view : most;
  const outside = useMemo(() => countOutside(view, size, positions, state), [view, size, positions, state]);
  const setView = (next: Viewport): void => setMoved({ of: positions, view: next });
  const { gesture, hover, handlers } = usePointGestures(marks, { ...props, all, view, setView });
  usePaintedPoints(points, size, view, props);
  usePaintedHighlights(marks, size, view, { positions, state, ringed, selected, cursor, hover, gesture });

  const tipAt =
    hover >= 0 && gesture === null
      ? [toScreenX(view, size, positions[2 * hover]), toScreenY(view, size, positions[2 * hover + 1])]
      : null;
  const style = { width: size.width, height: size.height };
  return (
    <>
      <canvas ref={points} className="chart-layer" style={style} aria-hidden="true" data-picture="" />
      <canvas
        ref={marks}
        className="point-map-over"
        style={style}
        role="img"
        aria-label={label}
        tabIndex={0}
        title=""
        {...handlers}
      />
      {props.axes && <MapAxes view={view} size={size} titles={props.axes} />}
      {outside > 0 ? (
        <p className="map-frame">
          {formatCount(outside)} of {formatCount(state.length)} outside this frame{' '}
          <button type="button" className="button small" onClick={() => setView(all)}>
            Show all
          </button>
        </p>
      ) : (
        most.scale > 1.05 * view.scale && (
          <p className="map-frame">
            <button type="button" className="button small" onClick={() => setView(most)}>
              Show where most are
            </button>
          </p>
        )
      )}
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
