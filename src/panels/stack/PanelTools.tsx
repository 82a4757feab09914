import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTautline } from '../../state/store.ts';
import type { Panel } from '../panel.ts';
import { PANEL_HEIGHTS } from './arrange.ts';
import { useArranged } from './useArrangement.ts';

/** A pointer that moved less than this has clicked, CSS px. */
const SLOP = 5;
/** So near to the edge of what scrolls, a panel that is held scrolls it, and by so much. */
const EDGE = 36;
const SCROLL = 14;

interface Places {
  readonly stack: HTMLElement;
  /** The panels but the one that is held. */
  readonly others: readonly DOMRect[];
}

/** Where panels are. */
function placesAround(grip: HTMLElement): Places | null {
  const stack = grip.closest<HTMLElement>('.panel-stack');
  const own = grip.closest('[data-panel]');
  if (!stack || !own) return null;
  const panels = [...stack.querySelectorAll('[data-panel]')];
  return { stack, others: panels.filter((one) => one !== own).map((one) => one.getBoundingClientRect()) };
}

const placeAt = (others: readonly DOMRect[], y: number): number =>
  others.filter(({ top, height }) => top + height / 2 < y).length;

/** Moves a panel: dragged, or by arrow keys; a click shows what else can be done with it. */
export function PanelGrip({ panel, open, controls, onOpen }: PanelGripProps) {
  const { move, moveBy, setDropAt } = useArranged();
  const held = useRef<{ readonly y: number; moved: boolean } | null>(null);

  const stop = () => {
    held.current = null;
    setDropAt(null);
    window.removeEventListener('keydown', escape, true);
  };
  const escape = (event: globalThis.KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = { y: event.clientY, moved: false };
    window.addEventListener('keydown', escape, true);
  };
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>) => {
    const hold = held.current;
    if (!hold) return;
    hold.moved ||= Math.abs(event.clientY - hold.y) > SLOP;
    const places = hold.moved && placesAround(event.currentTarget);
    if (!places) return;
    const { stack, others } = places;
    const scroller = stack.parentElement!;
    const { top, bottom } = scroller.getBoundingClientRect();
    if (event.clientY > bottom - EDGE) scroller.scrollBy(0, SCROLL);
    else if (event.clientY < top + EDGE) scroller.scrollBy(0, -SCROLL);
    const before = others[placeAt(others, event.clientY)];
    const y = before ? before.top : others[others.length - 1].bottom;
    setDropAt(y - stack.getBoundingClientRect().top);
  };
  const onPointerUp = (event: PointerEvent<HTMLButtonElement>) => {
    const hold = held.current;
    if (!hold) return;
    const places = placesAround(event.currentTarget);
    stop();
    if (hold.moved && places) move(panel.id, placeAt(places.others, event.clientY));
    else if (event.type === 'pointerup') onOpen();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by !== undefined) moveBy(panel.id, by);
    else if (event.key === 'Home') move(panel.id, 0);
    else if (event.key === 'End') move(panel.id, Infinity);
    else if (event.key === 'Enter' || event.key === ' ') onOpen();
    else return;
    event.preventDefault();
    const grip = event.currentTarget;
    requestAnimationFrame(() => grip.scrollIntoView({ block: 'nearest' }));
  };
  return (
    <button
      type="button"
      className="panel-tool panel-grip"
      aria-expanded={open}
      aria-controls={controls}
      aria-label={`Arrange ${panel.title}`}
      aria-keyshortcuts="ArrowUp ArrowDown"
      title="Drag, or arrow keys: move the panel; a click: pin, size, reset"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={stop}
      onKeyDown={onKeyDown}
    >
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path d="M4 2v0M8 2v0M4 6v0M8 6v0M4 10v0M8 10v0" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </svg>
    </button>
  );
}

interface PanelGripProps {
  readonly panel: Panel;
  readonly open: boolean;
  /** Id of what it opens. */
  readonly controls: string;
  readonly onOpen: () => void;
}

/** What can be done with a panel but drawing it. */
export function PanelArranging({ panel, id }: { readonly panel: Panel; readonly id: string }) {
  const { order, moveBy, pin, resize, reset } = useArranged();
  const pinned = useTautline((state) => state.view.pinnedPanels.includes(panel.id));
  const height = useTautline((state) => state.view.panelHeights[panel.id] ?? panel.height);
  const { min, max, step } = PANEL_HEIGHTS;
  const place = order.indexOf(panel);
  const sized = panel.type === 'lines';
  return (
    <div className="panel-arranging" id={id} role="group" aria-label={`Arrange ${panel.title}`}>
      <button type="button" aria-pressed={pinned} onClick={() => pin(panel.id)}>
        {pinned ? 'Unpin' : 'Pin to the top'}
      </button>
      <button type="button" disabled={place === 0} onClick={() => moveBy(panel.id, -1)}>
        Move up
      </button>
      <button type="button" disabled={place === order.length - 1} onClick={() => moveBy(panel.id, 1)}>
        Move down
      </button>
      {sized && (
        <>
          <button type="button" disabled={height >= max} onClick={() => resize(panel, height + 2 * step, true)}>
            Taller
          </button>
          <button type="button" disabled={height <= min} onClick={() => resize(panel, height - 2 * step, true)}>
            Shorter
          </button>
        </>
      )}
      <button
        type="button"
        title="Order, pins, folds, heights and scales of all panels as at first: what fired on top"
        onClick={reset}
      >
        Reset all panels
      </button>
    </div>
  );
}

/** The lower edge of a panel, by which it is made taller. */
export function PanelEdge({ panel }: { readonly panel: Panel }) {
  const { resize } = useArranged();
  const height = useTautline((state) => state.view.panelHeights[panel.id] ?? panel.height);
  const held = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const to = (event: PointerEvent) => (held.current?.height ?? height) + event.clientY - (held.current?.y ?? 0);
  const { min, max, step } = PANEL_HEIGHTS;
  return (
    <div
      className="panel-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label={`Height of ${panel.title}`}
      aria-valuenow={height}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      title="Drag: the panel's height"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = { y: event.clientY, height };
      }}
      onPointerMove={(event) => {
        if (held.current) resize(panel, to(event), false);
      }}
      onPointerUp={(event) => {
        if (held.current) resize(panel, to(event), true);
        held.current = null;
      }}
      onPointerCancel={() => {
        held.current = null;
      }}
      onKeyDown={(event) => {
        const by = { ArrowDown: step, ArrowUp: -step }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        resize(panel, height + by, true);
      }}
    />
  );
}
