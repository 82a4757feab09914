import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import { clampDomain, panBy, pxToX, span, zoomAbout, type Domain, type PlotBox } from './domain.ts';

/** A place in a plot: axis position and pixels within the chart's element. */
export interface PlotPoint {
  readonly x: number;
  readonly px: number;
  /** NaN for a place chosen by keyboard, which has no height. */
  readonly py: number;
}

export interface GestureHandlers {
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

/**
 * Pointer gestures of a plot: wheel zooms about the pointer, a sideways wheel pans, drag pans, shift and drag zooms to
 * a box, double click resets, click picks. A wheel with alt held, outside the plot area, or already scrolling the page,
 * scrolls.
 */
export function usePlotGestures(
  ref: RefObject<HTMLElement | null>,
  frame: GestureFrame | null,
  handlers: GestureHandlers,
): void {
  const latest = useEffectEvent(() => ({ frame, handlers }));
  const drag = useRef<{ id: number; startPx: number; moved: boolean; mode: 'pan' | 'box'; domain: Domain } | null>(
    null,
  );

  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    watchPageScroll();
    let pending: Domain | null = null;
    let scheduled = 0;
    let wheelEnd = 0;
    let picking = 0;

    const place = (event: MouseEvent): PlotPoint | null => {
      const { frame: f } = latest();
      if (!f) return null;
      const bounds = element.getBoundingClientRect();
      const px = event.clientX - bounds.left;
      return { x: pxToX(px, f.domain, f.box), px, py: event.clientY - bounds.top };
    };
    const inside = (point: PlotPoint, box: PlotBox) => point.px >= box.left && point.px <= box.left + box.width;
    const flush = () => {
      scheduled = 0;
      if (pending) latest().handlers.onDomain(pending, false);
      pending = null;
    };
    const propose = (domain: Domain) => {
      pending = domain;
      scheduled ||= requestAnimationFrame(flush);
    };
    const settle = (domain: Domain) => {
      cancelAnimationFrame(scheduled);
      scheduled = 0;
      pending = null;
      latest().handlers.onDomain(domain, true);
    };

    const onWheel = (event: WheelEvent) => {
      const { frame: f } = latest();
      const point = place(event);
      if (!f || !point || !inside(point, f.box) || event.altKey) return;
      const now = performance.now();
      if (now - lastPageScroll < SCROLL_GRACE && !event.ctrlKey) return;
      event.preventDefault();
      const unit =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      const from = pending ?? f.domain;
      const x = pxToX(point.px, from, f.box);
      const next =
        Math.abs(dx) > Math.abs(dy)
          ? panBy(from, (dx * unit * span(from)) / f.box.width, f.full)
          : zoomAbout(
              from,
              x,
              Math.exp(Math.max(-1, Math.min(1, dy * unit * (event.ctrlKey ? 0.01 : 0.002)))),
              f.full,
              f.minSpan,
            );
      propose(next);
      clearTimeout(wheelEnd);
      wheelEnd = window.setTimeout(() => settle(pending ?? latest().frame?.domain ?? next), WHEEL_REST);
    };

    const onDown = (event: PointerEvent) => {
      const { frame: f } = latest();
      const point = place(event);
      if (!f || !point || event.button !== 0 || !inside(point, f.box)) return;
      element.setPointerCapture(event.pointerId);
      drag.current = {
        id: event.pointerId,
        startPx: point.px,
        moved: false,
        mode: event.shiftKey ? 'box' : 'pan',
        domain: f.domain,
      };
    };
    const onMove = (event: PointerEvent) => {
      const { frame: f, handlers: h } = latest();
      const point = place(event);
      if (!f || !point) return;
      const held = drag.current;
      if (held && held.id === event.pointerId) {
        const dx = point.px - held.startPx;
        held.moved ||= Math.abs(dx) >= CLICK_SLOP;
        if (!held.moved) return;
        if (held.mode === 'pan') propose(panBy(held.domain, (-dx * span(held.domain)) / f.box.width, f.full));
        else h.onBox({ from: Math.min(held.startPx, point.px), to: Math.max(held.startPx, point.px) });
        return;
      }
      h.onCursor(inside(point, f.box) ? point : null);
    };
    const onUp = (event: PointerEvent) => {
      const { frame: f, handlers: h } = latest();
      const held = drag.current;
      const point = place(event);
      if (!f || !point || !held || held.id !== event.pointerId) return;
      drag.current = null;
      if (held.mode === 'box') h.onBox(null);
      if (!held.moved) {
        clearTimeout(picking);
        if (event.type === 'pointerup' && h.onPick)
          picking = window.setTimeout(() => latest().handlers.onPick?.(point), DOUBLE_CLICK);
        return;
      }
      if (held.mode === 'pan') settle(pending ?? f.domain);
      else if (event.type === 'pointerup') {
        const [a, b] = [held.startPx, point.px].map((px) => pxToX(px, f.domain, f.box));
        settle(clampDomain({ min: Math.min(a, b), max: Math.max(a, b) }, f.full, f.minSpan));
      }
    };
    const onLeave = () => {
      if (!drag.current) latest().handlers.onCursor(null);
    };
    const onDouble = (event: MouseEvent) => {
      const { frame: f, handlers: h } = latest();
      const point = place(event);
      clearTimeout(picking);
      if (f && point && inside(point, f.box)) h.onReset();
    };

    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    element.addEventListener('pointerleave', onLeave);
    element.addEventListener('dblclick', onDouble);
    return () => {
      cancelAnimationFrame(scheduled);
      clearTimeout(wheelEnd);
      clearTimeout(picking);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
      element.removeEventListener('pointerleave', onLeave);
      element.removeEventListener('dblclick', onDouble);
    };
  }, [ref]);
}
