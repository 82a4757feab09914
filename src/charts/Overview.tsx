import { useCallback, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Draw } from './canvas.ts';
import { withAlpha } from './color.ts';
import { clampDomain, panBy, plotBox, pxToX, span, xToPx, type Domain } from './domain.ts';
import type { Episode } from './episodes.ts';
import { paintShade } from './paint.ts';
import { kindStyle } from './palette.ts';
import { Picture } from './Picture.tsx';
import { paintStack, type Layer, type StackData } from './StackedArea.tsx';
import { stackShares } from './stack.ts';
import { useSize } from './useSize.ts';

export interface OverviewProps {
  readonly label: string;
  readonly full: Domain;
  readonly domain: Domain;
  readonly minSpan: number;
  /** The reference period on the axis. */
  readonly reference: Domain | null;
  readonly layers: readonly Layer[];
  readonly data: StackData | null;
  readonly episodes: readonly Episode[];
  readonly formatX: (x: number) => string;
  readonly onDomain: (domain: Domain, rest: boolean) => void;
  /** A reference edge was let go at another place. */
  readonly onReference: (reference: Domain) => void;
}

const HEIGHT = 46;
const PAD = { top: 9, bottom: 9 } as const;
const KEY_STEP = 0.01;

type Grip = 'from' | 'to' | 'window' | 'draw' | 'ref-from' | 'ref-to';

/** Where a drag of `grip` from `start` to `x` takes the window. */
export function dragWindow(
  grip: Grip,
  window: Domain,
  start: number,
  x: number,
  full: Domain,
  minSpan: number,
): Domain {
  switch (grip) {
    case 'window':
      return panBy(window, x - start, full);
    case 'draw':
      return clampDomain({ min: Math.min(start, x), max: Math.max(start, x) }, full, minSpan);
    case 'from':
      return clampDomain({ min: Math.min(x, window.max - minSpan), max: window.max }, full, minSpan);
    case 'to':
      return clampDomain({ min: window.min, max: Math.max(x, window.min + minSpan) }, full, minSpan);
    default:
      return window;
  }
}

/** Where a drag or key takes an edge of the reference period: within the ledger, the edges at least `minSpan` apart. */
export function moveReference(
  edge: 'ref-from' | 'ref-to',
  reference: Domain,
  x: number,
  full: Domain,
  minSpan: number,
): Domain {
  return edge === 'ref-from'
    ? { min: Math.max(full.min, Math.min(x, reference.max - minSpan)), max: reference.max }
    : { min: reference.min, max: Math.min(full.max, Math.max(x, reference.min + minSpan)) };
}

/**
 * The whole ledger in a strip: routes, alerts, the visible window to drag, and the edges of the reference period to
 * move.
 */
export function Overview(props: OverviewProps) {
  const { label, full, domain, minSpan, reference, layers, data, episodes, formatX, onDomain, onReference } = props;
  const element = useRef<HTMLDivElement>(null);
  const width = useSize(element)?.width ?? null;
  const size = useMemo(() => (width === null ? null : { width, height: HEIGHT }), [width]);
  const box = useMemo(() => (size ? plotBox(size.width, size.height, PAD.top, PAD.bottom) : null), [size]);
  const edges = useMemo(
    () => (data && data.x.length > 0 ? stackShares(data.x, data.counts, layers.length) : null),
    [data, layers.length],
  );
  // The moved edges hold until the analysis answers with its own reference.
  const [moved, setMoved] = useState<{ from: Domain | null; to: Domain } | null>(null);
  const drag = useRef<{ grip: Grip; start: number; domain: Domain; reference: Domain | null; moved: boolean } | null>(
    null,
  );
  const shown = moved && moved.from === reference ? moved.to : reference;

  const draw = useCallback<Draw>(
    (g, b, theme) => {
      g.fillStyle = theme.border;
      g.fillRect(b.left, b.top + b.height, b.width, 1);
      if (edges) {
        g.globalAlpha = 0.7;
        paintStack(g, b, theme, full, edges, layers, false);
        g.globalAlpha = 1;
      }
      if (shown)
        paintShade(
          g,
          { ...b, top: 0, height: HEIGHT },
          theme,
          full,
          { from: shown.min, to: shown.max, label: 'reference' },
          false,
        );
      for (const episode of episodes) {
        const x = Math.round(xToPx(episode.fired, full, b));
        if (episode.ghost) {
          g.fillStyle = theme.ghost;
          g.fillRect(x, b.top + b.height + 2, 1, 6);
        } else {
          g.fillStyle = kindStyle(episode.kind, theme.mode).color;
          g.beginPath();
          g.moveTo(x - 4, 0);
          g.lineTo(x + 4, 0);
          g.lineTo(x, 8);
          g.fill();
        }
      }
    },
    [edges, layers, full, episodes, shown],
  );

  const veil = useCallback<Draw>(
    (g, b, theme) => {
      g.fillStyle = withAlpha(theme.bg, 0.62);
      const [from, to] = [xToPx(domain.min, full, b), xToPx(domain.max, full, b)];
      g.fillRect(b.left, 0, Math.max(0, from - b.left), HEIGHT);
      g.fillRect(to, 0, Math.max(0, b.left + b.width - to), HEIGHT);
    },
    [full, domain],
  );

  const xOf = (event: PointerEvent): number => {
    const bounds = element.current?.getBoundingClientRect();
    return bounds && box ? pxToX(event.clientX - bounds.left, full, box) : full.min;
  };
  const start = (grip: Grip, event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { grip, start: xOf(event), domain, reference: shown, moved: false };
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const held = drag.current;
    if (!held) return;
    const x = xOf(event);
    held.moved ||= Math.abs(x - held.start) > (span(full) / (box?.width ?? 1)) * 3;
    if (!held.moved) return;
    if (held.grip === 'ref-from' || held.grip === 'ref-to') {
      if (held.reference) setMoved({ from: reference, to: moveReference(held.grip, held.reference, x, full, minSpan) });
    } else onDomain(dragWindow(held.grip, held.domain, held.start, x, full, minSpan), false);
  };
  const end = (event: PointerEvent<HTMLElement>) => {
    const held = drag.current;
    drag.current = null;
    if (!held) return;
    const x = xOf(event);
    if (held.grip === 'ref-from' || held.grip === 'ref-to') {
      if (held.moved && held.reference) onReference(moveReference(held.grip, held.reference, x, full, minSpan));
    } else if (held.moved) onDomain(dragWindow(held.grip, held.domain, held.start, x, full, minSpan), true);
    // A click beside the window brings the window there.
    else if (held.grip === 'draw')
      onDomain(panBy(held.domain, x - (held.domain.min + held.domain.max) / 2, full), true);
  };
  const keys = (grip: Grip, event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const dx = direction * span(full) * KEY_STEP * (event.shiftKey ? 5 : 1);
    if (grip === 'ref-from' || grip === 'ref-to') {
      if (!shown) return;
      const next = moveReference(grip, shown, (grip === 'ref-from' ? shown.min : shown.max) + dx, full, minSpan);
      setMoved({ from: reference, to: next });
      onReference(next);
      return;
    }
    const at = grip === 'to' ? domain.max : domain.min;
    onDomain(dragWindow(grip, domain, at, at + dx, full, minSpan), true);
  };
  const place = box && { from: xToPx(domain.min, full, box), to: xToPx(domain.max, full, box) };
  const shared = { full, formatX, onGrab: start, onDrag: move, onDrop: end, onKeys: keys };
  return (
    <div
      ref={element}
      className="chart-overview"
      style={{ height: HEIGHT }}
      role="group"
      aria-label={label}
      onPointerDown={(event) => start('draw', event)}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onDoubleClick={() => onDomain(full, true)}
    >
      {size && box && place && (
        <>
          <Picture under={draw} over={veil} size={size} box={box} />
          <Handle
            {...shared}
            grip="window"
            className="chart-window"
            name="Visible window"
            value={domain.min}
            text={`${formatX(domain.min)} to ${formatX(domain.max)}`}
            left={place.from}
            width={place.to - place.from}
          />
          <Handle
            {...shared}
            grip="from"
            className="chart-grip"
            name="Start of the visible window"
            value={domain.min}
            left={place.from - 4}
          />
          <Handle
            {...shared}
            grip="to"
            className="chart-grip"
            name="End of the visible window"
            value={domain.max}
            left={place.to - 4}
          />
          {shown && (
            <>
              <Handle
                {...shared}
                grip="ref-from"
                className="chart-reference-grip"
                name="Start of the reference period"
                value={shown.min}
                left={xToPx(shown.min, full, box)}
              />
              <Handle
                {...shared}
                grip="ref-to"
                className="chart-reference-grip end"
                name="End of the reference period"
                value={shown.max}
                left={xToPx(shown.max, full, box)}
              />
            </>
          )}
        </>
      )}
    </div>
  );
}

interface HandleProps {
  readonly grip: Grip;
  readonly name: string;
  readonly className: string;
  readonly value: number;
  readonly text?: string;
  readonly full: Domain;
  readonly formatX: (x: number) => string;
  /** CSS pixels. */
  readonly left: number;
  readonly width?: number;
  readonly onGrab: (grip: Grip, event: PointerEvent<HTMLElement>) => void;
  readonly onDrag: (event: PointerEvent<HTMLElement>) => void;
  readonly onDrop: (event: PointerEvent<HTMLElement>) => void;
  readonly onKeys: (grip: Grip, event: KeyboardEvent) => void;
}

/** Something to drag along the axis; for keyboard and screen readers a slider. */
function Handle({
  grip,
  name,
  className,
  value,
  text,
  full,
  formatX,
  left,
  width,
  onGrab,
  onDrag,
  onDrop,
  onKeys,
}: HandleProps) {
  return (
    <div
      className={className}
      style={{ left, width }}
      title={grip.startsWith('ref') ? `${name}: drag to move` : undefined}
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-valuemin={full.min}
      aria-valuemax={full.max}
      aria-valuenow={value}
      aria-valuetext={text ?? formatX(value)}
      onKeyDown={(event) => onKeys(grip, event)}
      onPointerDown={(event) => onGrab(grip, event)}
      onPointerMove={(event) => {
        event.stopPropagation();
        onDrag(event);
      }}
      onPointerUp={(event) => {
        event.stopPropagation();
        onDrop(event);
      }}
      onPointerCancel={(event) => {
        event.stopPropagation();
        onDrop(event);
      }}
    />
  );
}
