import { useCallback, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Draw } from './canvas.ts';
import { CursorLayer, type DrawAtCursor } from './CursorLayer.tsx';
import type { Cursor } from './cursor.ts';
import { panBy, plotBox, span, xToPx, zoomAbout, type Domain, type PlotBox } from './domain.ts';
import { LayeredCanvas } from './LayeredCanvas.tsx';
import { useWheelHint } from './useWheelHint.tsx';
import { usePlotGestures, type Grab, type PlotPoint } from './usePlotGestures.ts';
import { useSize, type Size } from './useSize.ts';

/** What every chart on the shared axis is told, and reports back. */
export interface AxisLink {
  readonly domain: Domain;
  readonly full: Domain;
  /** Least axis units that may fill a plot. */
  readonly minSpan: number;
  readonly cursor: Cursor;
  /** Smallest step of the cursor by keyboard: 1 for events, 0 for time. */
  readonly cursorStep: number;
  /** Axis position of the selected event, NaN when there is none. */
  readonly selected: number;
  onCursor(x: number | null): void;
  onDomain(domain: Domain, rest: boolean): void;
  onReset(): void;
}

export interface PlotProps extends AxisLink {
  /** Accessible name. */
  readonly label: string;
  readonly height: number;
  readonly pad?: { readonly top: number; readonly bottom: number };
  readonly under?: Draw;
  readonly atCursor?: DrawAtCursor;
  readonly onPick?: (point: PlotPoint, box: PlotBox) => void;
  /** What lies at a place to be held; null: the plot itself. */
  readonly onGrab?: (point: PlotPoint, target: EventTarget | null, box: PlotBox) => (() => Grab) | null;
  readonly onHover?: (point: PlotPoint | null, box: PlotBox) => void;
  /** What stands at an axis position, in words; spoken when the cursor is moved by keyboard. */
  readonly describe?: (x: number) => string;
  /** The layer of the chart, in place of `under` alone. */
  readonly children?: (size: Size, box: PlotBox) => ReactNode;
  readonly className?: string;
}

/** Share of the plot that an arrow key moves the cursor; ten times as much with shift. */
const ARROW_SHARE = 1 / 200;

/**
 * The frame of a chart on the shared axis: layers, shared cursor, gestures and keyboard. What is drawn comes from
 * `under` or `children`.
 */
export function Plot(props: PlotProps) {
  const {
    label,
    height,
    domain,
    full,
    minSpan,
    cursor,
    pad,
    under,
    atCursor,
    onPick,
    onGrab,
    onHover,
    describe,
    children,
    className,
  } = props;
  const { cursorStep, selected, onCursor, onDomain, onReset } = props;
  const element = useRef<HTMLDivElement>(null);
  const measured = useSize(element);
  const width = measured?.width ?? null;
  const size = useMemo(() => (width === null ? null : { width, height }), [width, height]);
  const box = useMemo(
    () => (size ? plotBox(size.width, size.height, pad?.top, pad?.bottom) : null),
    [size, pad?.top, pad?.bottom],
  );
  const [selection, setSelection] = useState<{ from: number; to: number } | null>(null);
  const [spoken, setSpoken] = useState('');
  const { hint, tellOnce } = useWheelHint();
  const keysId = useId();

  const frame = useMemo(() => (box ? { domain, full, minSpan, box } : null), [domain, full, minSpan, box]);
  usePlotGestures(element, frame, {
    onCursor: (point) => {
      onCursor(point && point.x);
      if (box) onHover?.(point, box);
    },
    onDomain,
    onReset,
    onPick: (point) => {
      if (box) onPick?.(point, box);
    },
    onBox: setSelection,
    onScroll: tellOnce,
    onPress: () => box && onHover?.(null, box),
    onGrab: (point, target) => (box && onGrab?.(point, target, box)) ?? null,
  });

  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLDivElement>) => {
      if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = Number.isFinite(cursor.get()) ? cursor.get() : (domain.min + domain.max) / 2;
      const moveTo = (x: number) => {
        const next = Math.min(full.max, Math.max(full.min, x));
        if (next < domain.min) onDomain(panBy(domain, next - domain.min - span(domain) * 0.1, full), true);
        if (next > domain.max) onDomain(panBy(domain, next - domain.max + span(domain) * 0.1, full), true);
        onCursor(next);
        if (describe) setSpoken(describe(next));
      };
      const step = Math.max(cursorStep, span(domain) * ARROW_SHARE * (event.shiftKey ? 10 : 1));
      const rounded = cursorStep > 0 ? Math.round(step / cursorStep) * cursorStep : step;
      const actions: Record<string, () => void> = {
        ArrowLeft: () => moveTo(at - rounded),
        ArrowRight: () => moveTo(at + rounded),
        Home: () => moveTo(domain.min),
        End: () => moveTo(domain.max),
        PageUp: () => onDomain(panBy(domain, -span(domain) / 2, full), true),
        PageDown: () => onDomain(panBy(domain, span(domain) / 2, full), true),
        '+': () => onDomain(zoomAbout(domain, at, 0.5, full, minSpan), true),
        '=': () => onDomain(zoomAbout(domain, at, 0.5, full, minSpan), true),
        '-': () => onDomain(zoomAbout(domain, at, 2, full, minSpan), true),
        '0': onReset,
        Enter: () => onPick?.({ x: at, px: xToPx(at, domain, box), py: Number.NaN }, box),
      };
      if (event.key === 'Escape' && Number.isFinite(cursor.get())) actions.Escape = () => onCursor(null);
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      action();
    },
    [box, cursor, cursorStep, describe, domain, full, minSpan, onCursor, onDomain, onPick, onReset],
  );

  return (
    <div
      ref={element}
      className={`chart-plot ${className ?? ''}`}
      style={{ height }}
      role="group"
      aria-roledescription="chart"
      aria-label={label}
      aria-describedby={keysId}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {size && box && (
        <>
          {children ? children(size, box) : <LayeredCanvas size={size} box={box} under={under} />}
          <CursorLayer cursor={cursor} selected={selected} domain={domain} size={size} box={box} extra={atCursor} />
          {selection && (
            <div
              className="chart-selection"
              style={{ left: selection.from, width: selection.to - selection.from, top: box.top, height: box.height }}
            />
          )}
        </>
      )}
      {hint}
      <span id={keysId} className="visually-hidden">
        Arrow keys move the cursor, plus and minus zoom, zero shows everything, Enter opens the event at the cursor.
      </span>
      <span className="visually-hidden" aria-live="polite">
        {spoken}
      </span>
    </div>
  );
}
