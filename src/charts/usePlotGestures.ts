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
/** A wheel that was scrolling the page goes on scrolling for this long when a chart slides under the pointer, in ms. */
const SCROLL_GRACE = 250;
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

let lastPageScroll = -Infinity;
let scrollWatched = false;
function watchPageScroll(): void {
  if (scrollWatched) return;
  scrollWatched = true;
  window.addEventListener(
    'scroll',
    () => {
      lastPageScroll = performance.now();
    },
    { capture: true, passive: true },
  );
}

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

/** CSS px of a wheel unit: a pixel, a line or a page. */
const wheelUnit = ({ deltaMode }: WheelEvent): number =>
  deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;

/** Where a notch of the wheel at `px` takes a domain: sideways or with shift it pans, else it zooms at the pointer. */
function wheelDomain(event: WheelEvent, px: number, from: Domain, { full, minSpan, box }: GestureFrame): Domain {
  const unit = wheelUnit(event);
  const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
  if (Math.abs(dx) > Math.abs(dy)) return panBy(from, (dx * unit * span(from)) / box.width, full);
  const notch = Math.max(-1, Math.min(1, dy * unit * (event.ctrlKey ? 0.01 : 0.002)));
  return zoomAbout(from, pxToX(px, from, box), Math.exp(notch), full, minSpan);
}

function wheelGesture(element: HTMLElement, latest: () => Latest, proposals: Proposals) {
  let end = 0;
  const wheel = (event: WheelEvent): void => {
    const { frame } = latest();
    const point = frame && placeOf(element, event, frame);
    if (!frame || !point || !isInside(point, frame.box) || event.altKey) return;
    if (performance.now() - lastPageScroll < SCROLL_GRACE && !event.ctrlKey) return;
    event.preventDefault();
    const next = wheelDomain(event, point.px, proposals.pending() ?? frame.domain, frame);
    proposals.propose(next);
    clearTimeout(end);
    end = window.setTimeout(() => proposals.settle(proposals.pending() ?? latest().frame?.domain ?? next), WHEEL_REST);
  };
  return { listeners: { wheel } satisfies Listeners, stop: () => clearTimeout(end) };
}

interface Drag {
  readonly id: number;
  readonly startPx: number;
  readonly startPy: number;
  readonly mode: 'pan' | 'box';
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
    if (!frame || !point || event.button !== 0 || drag) return;
    const grab = handlers.onGrab?.(point, event.target)?.() ?? null;
    if (!grab && !isInside(point, frame.box)) return;
    element.setPointerCapture(event.pointerId);
    if (grab) window.addEventListener('keydown', escape, true);
    const mode = event.shiftKey ? 'box' : 'pan';
    const { px: startPx, py: startPy } = point;
    drag = { id: event.pointerId, startPx, startPy, moved: false, mode, grab, domain: frame.domain };
  };
  const pointermove = (event: PointerEvent): void => {
    const { frame, handlers } = latest();
    if (!frame) return;
    const point = placeOf(element, event, frame);
    if (drag?.id !== event.pointerId) {
      element.classList.toggle(GRABBABLE, Boolean(handlers.onGrab?.(point, event.target)));
      handlers.onCursor(isInside(point, frame.box) ? point : null);
      return;
    }
    const dx = point.px - drag.startPx;
    drag.moved ||= Math.abs(drag.grab ? point.py - drag.startPy : dx) >= CLICK_SLOP;
    if (!drag.moved) return;
    if (drag.grab) drag.grab.move(point);
    else if (drag.mode === 'pan')
      proposals.propose(panBy(drag.domain, (-dx * span(drag.domain)) / frame.box.width, frame.full));
    else handlers.onBox({ from: Math.min(drag.startPx, point.px), to: Math.max(drag.startPx, point.px) });
  };
  const pointerup = (event: PointerEvent): void => {
    const { frame, handlers } = latest();
    const held = drag;
    if (!frame || held?.id !== event.pointerId) return;
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
 * Pointer gestures of a plot: wheel zooms about the pointer, a sideways wheel pans, drag pans, shift and drag zooms to
 * a box, double click resets, click picks; what can be held in it goes before. A wheel with alt held, outside the plot
 * area, or already scrolling the page, scrolls.
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
    watchPageScroll();
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
