import { useEffect, useEffectEvent, type RefObject } from 'react';
import { clampDomain, panBy, pxToX, span, zoomAbout, type Domain, type PlotBox } from './domain.ts';

/** A place in a plot: axis position and pixels within the chart's element. */
export interface PlotPoint {
  readonly x: number;
  readonly px: number;
  /** NaN for a place chosen by keyboard, which has no height. */
  readonly py: number;
}

/** Something in a plot that is held with the pointer, in place of the plot itself. */
export interface Grab {
  move(point: PlotPoint): void;
  /**
   * Let go, or taken back (Escape, a pointer that was cancelled). `moved` false: it was clicked.
   * @returns true: that click is answered
   */
  end(completed: boolean, moved: boolean): boolean;
}

export interface GestureHandlers {
  /** The pointer went down. */
  onPress?(): void;
  /** The wheel scrolls the page, where it could be meant to zoom. */
  onScroll?(): void;
  /** What lies there to be held; null: the plot itself. */
  onGrab?(point: PlotPoint, target: EventTarget | null): (() => Grab) | null;
  /** Pointer moved over the plot (null: left it). */
  onCursor(point: PlotPoint | null): void;
  /** Zoom or pan; `rest` is false while the gesture goes on. */
  onDomain(domain: Domain, rest: boolean): void;
  onReset(): void;
  onPick?(point: PlotPoint): void;
  /** The box being drawn with shift and drag, in pixels; null when it is over. */
  onBox(box: { readonly from: number; readonly to: number } | null): void;
}

export interface GestureFrame {
  readonly domain: Domain;
  readonly full: Domain;
  readonly minSpan: number;
  readonly box: PlotBox;
}

/** A pointer that moved less than this has clicked, not dragged. */
const CLICK_SLOP = 4;
/** Wheel gestures end when no notch came for this long, in ms. */
const WHEEL_REST = 200;
/**
 * A click picks when no second one came for this long, in ms: what a pick opens may move the chart from under a double
 * click.
 */
const DOUBLE_CLICK = 230;

interface Latest {
  readonly frame: GestureFrame | null;
  readonly handlers: GestureHandlers;
}

/** Listeners by event name. */
type Listeners = Readonly<Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }>>;

/** Proposes domains once per frame while a gesture goes on, and the last one at its end. */
function createProposals(latest: () => Latest) {
  let pending: Domain | null = null;
  let scheduled = 0;
  const stop = (): void => {
    cancelAnimationFrame(scheduled);
    scheduled = 0;
    pending = null;
  };
  return {
    pending: () => pending,
    propose(domain: Domain): void {
      pending = domain;
      scheduled ||= requestAnimationFrame(() => {
        scheduled = 0;
        if (pending) latest().handlers.onDomain(pending, false);
        pending = null;
      });
    },
    settle(domain: Domain): void {
      stop();
      latest().handlers.onDomain(domain, true);
    },
    stop,
  };
}
type Proposals = ReturnType<typeof createProposals>;

function placeOf(element: HTMLElement, event: MouseEvent, frame: GestureFrame): PlotPoint {
  const bounds = element.getBoundingClientRect();
  const px = event.clientX - bounds.left;
  return { x: pxToX(px, frame.domain, frame.box), px, py: event.clientY - bounds.top };
}

const isInside = ({ px }: PlotPoint, { left, width }: PlotBox): boolean => px >= left && px <= left + width;

/** CSS px of a wheel unit, by `deltaMode`: a pixel, a line, a page. */
const WHEEL_UNITS = [1, 16, 400];

/**
 * Where a notch of the wheel at `px` takes a domain: with Ctrl or ⌘, as a pinch on a touchpad has it, it zooms at the
 * pointer; sideways or with Shift it pans. Null: the page scrolls.
 */
export function wheelDomain(
  event: Pick<WheelEvent, 'ctrlKey' | 'metaKey' | 'shiftKey' | 'deltaX' | 'deltaY' | 'deltaMode'>,
  px: number,
  from: Domain,
  { full, minSpan, box }: GestureFrame,
): Domain | null {
  const unit = WHEEL_UNITS[event.deltaMode];
  if (event.ctrlKey || event.metaKey) {
    // A pinch comes in small steps without a wheel's notches.
    const notch = Math.max(-1, Math.min(1, event.deltaY * unit * (Math.abs(event.deltaY * unit) < 40 ? 0.01 : 0.002)));
    return zoomAbout(from, pxToX(px, from, box), Math.exp(notch), full, minSpan);
  }
  const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
  return Math.abs(dx) > Math.abs(dy) ? panBy(from, (dx * unit * span(from)) / box.width, full) : null;
}

function wheelGesture(element: HTMLElement, latest: () => Latest, proposals: Proposals) {
  let end = 0;
  const wheel = (event: WheelEvent): void => {
    const { frame, handlers } = latest();
    const point = frame && placeOf(element, event, frame);
    if (!frame || !point || !isInside(point, frame.box)) return;
    const next = wheelDomain(event, point.px, proposals.pending() ?? frame.domain, frame);
    if (next === null) {
      handlers.onScroll?.();
      return;
    }
    event.preventDefault();
    proposals.propose(next);
    clearTimeout(end);
    end = window.setTimeout(() => proposals.settle(proposals.pending() ?? latest().frame?.domain ?? next), WHEEL_REST);
  };
  return { listeners: { wheel } satisfies Listeners, stop: () => clearTimeout(end) };
}

/** Two fingers, by their pixels when they came down and where they are. */
export interface Pinch {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** Where two fingers take a domain: what was between them stays between them. */
export function pinchDomain({ from, to }: Pinch, domain: Domain, { full, minSpan, box }: GestureFrame): Domain {
  const gap = ([a, b]: readonly [number, number]) => Math.max(1, Math.abs(b - a));
  const middle = ([a, b]: readonly [number, number]) => (a + b) / 2;
  const zoomed = zoomAbout(domain, pxToX(middle(from), domain, box), gap(from) / gap(to), full, minSpan);
  return panBy(zoomed, ((middle(from) - middle(to)) * span(zoomed)) / box.width, full);
}

interface Drag {
  readonly id: number;
  readonly startPx: number;
  readonly startPy: number;
  readonly startClientY: number;
  readonly mode: 'pan' | 'box';
  /** A second finger. */
  second: { readonly id: number; readonly startPx: number; px: number } | null;
  px: number;
  readonly grab: Grab | null;
  readonly domain: Domain;
  moved: boolean;
}

/** Shows by the pointer that there is something to be held. */
const GRABBABLE = 'grabbable';

function pointerGestures(element: HTMLElement, latest: () => Latest, proposals: Proposals) {
  let drag: Drag | null = null;
  let picking = 0;

  /** Takes back what is held. */
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !drag?.grab) return;
    event.preventDefault();
    event.stopPropagation();
    const { grab, moved } = drag;
    letGo();
    grab.end(false, moved);
  };
  const letGo = (): void => {
    drag = null;
    window.removeEventListener('keydown', escape, true);
  };

  const pointerdown = (event: PointerEvent): void => {
    const { frame, handlers } = latest();
    const point = frame && placeOf(element, event, frame);
    if (!frame || !point || event.button !== 0) return;
    if (drag) {
      if (drag.grab || drag.second || event.pointerType !== 'touch') return;
      drag = { ...drag, startPx: drag.px, domain: frame.domain, moved: true };
      drag.second = { id: event.pointerId, startPx: point.px, px: point.px };
      return;
    }
    const grab = handlers.onGrab?.(point, event.target)?.() ?? null;
    if (!grab && !isInside(point, frame.box)) return;
    element.setPointerCapture(event.pointerId);
    handlers.onPress?.();
    if (grab) window.addEventListener('keydown', escape, true);
    const mode = event.shiftKey ? 'box' : 'pan';
    const { px: startPx, py: startPy } = point;
    const at = { startPx, startPy, startClientY: event.clientY, px: startPx, second: null, moved: false };
    drag = { id: event.pointerId, ...at, mode, grab, domain: frame.domain };
  };
  const pointermove = (event: PointerEvent): void => {
    const { frame, handlers } = latest();
    if (!frame) return;
    const point = placeOf(element, event, frame);
    if (drag?.second) {
      const { second } = drag;
      if (event.pointerId === second.id) second.px = point.px;
      else if (event.pointerId === drag.id) drag.px = point.px;
      else return;
      const pinch: Pinch = { from: [drag.startPx, second.startPx], to: [drag.px, second.px] };
      proposals.propose(pinchDomain(pinch, drag.domain, frame));
      return;
    }
    if (drag?.id !== event.pointerId) {
      element.classList.toggle(GRABBABLE, Boolean(handlers.onGrab?.(point, event.target)));
      handlers.onCursor(isInside(point, frame.box) ? point : null);
      return;
    }
    drag.px = point.px;
    const dx = point.px - drag.startPx;
    // By the pointer alone: the chart may move on the page meanwhile.
    const moved = event.clientY - drag.startClientY;
    drag.moved ||= Math.abs(drag.grab ? moved : dx) >= CLICK_SLOP;
    if (!drag.moved) return;
    if (drag.grab) drag.grab.move({ ...point, py: drag.startPy + moved });
    else if (drag.mode === 'pan')
      proposals.propose(panBy(drag.domain, (-dx * span(drag.domain)) / frame.box.width, frame.full));
    else handlers.onBox({ from: Math.min(drag.startPx, point.px), to: Math.max(drag.startPx, point.px) });
  };
  const pointerup = (event: PointerEvent): void => {
    const { frame, handlers } = latest();
    const held = drag;
    if (!frame || !held || (held.id !== event.pointerId && held.second?.id !== event.pointerId)) return;
    if (held.second) {
      letGo();
      proposals.settle(proposals.pending() ?? frame.domain);
      return;
    }
    const point = placeOf(element, event, frame);
    const completed = event.type === 'pointerup';
    letGo();
    if (held.grab) {
      if (held.grab.end(completed, held.moved) || held.moved) return;
    } else if (held.mode === 'box') handlers.onBox(null);
    if (!held.moved) {
      clearTimeout(picking);
      if (completed && handlers.onPick)
        picking = window.setTimeout(() => latest().handlers.onPick?.(point), DOUBLE_CLICK);
    } else if (held.mode === 'pan') proposals.settle(proposals.pending() ?? frame.domain);
    else if (completed) {
      const [a, b] = [held.startPx, point.px].map((px) => pxToX(px, frame.domain, frame.box));
      proposals.settle(clampDomain({ min: Math.min(a, b), max: Math.max(a, b) }, frame.full, frame.minSpan));
    }
  };
  const pointerleave = (): void => {
    if (!drag) latest().handlers.onCursor(null);
  };
  const dblclick = (event: MouseEvent): void => {
    const { frame, handlers } = latest();
    clearTimeout(picking);
    if (frame && isInside(placeOf(element, event, frame), frame.box)) handlers.onReset();
  };
  const listeners = { pointerdown, pointermove, pointerup, pointercancel: pointerup, pointerleave, dblclick };
  const stop = (): void => {
    clearTimeout(picking);
    letGo();
  };
  return { listeners: listeners satisfies Listeners, stop };
}

/**
 * Gestures of a plot: the wheel scrolls the page, with Ctrl or ⌘ it zooms about the pointer, as a pinch does, and
 * sideways it pans; drag pans, Shift and drag zooms to a box, double click resets, click picks; what can be held in it
 * goes before.
 */
export function usePlotGestures(
  ref: RefObject<HTMLElement | null>,
  frame: GestureFrame | null,
  handlers: GestureHandlers,
): void {
  const latest = useEffectEvent((): Latest => ({ frame, handlers }));
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const now = (): Latest => latest();
    const proposals = createProposals(now);
    const wheel = wheelGesture(element, now, proposals);
    const pointer = pointerGestures(element, now, proposals);
    const over = new AbortController();
    const { signal } = over;
    const listeners = { ...wheel.listeners, ...pointer.listeners };
    for (const [name, listener] of Object.entries(listeners))
      element.addEventListener(name, listener as EventListener, { passive: false, signal });
    return () => {
      over.abort();
      proposals.stop();
      wheel.stop();
      pointer.stop();
    };
  }, [ref]);
}
