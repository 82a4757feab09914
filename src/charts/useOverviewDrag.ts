import { useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { panBy, pxToX, span, type Domain, type PlotBox } from './domain.ts';
import { dragWindow, moveReference, type Grip } from './window.ts';

const KEY_STEP = 0.01;
/** CSS px that a press moves before it is a drag. */
const CLICK_SLOP = 3;

export interface OverviewAxis {
  readonly full: Domain;
  readonly domain: Domain;
  readonly minSpan: number;
  readonly reference: Domain | null;
  readonly onDomain: (domain: Domain, rest: boolean) => void;
  /** A reference edge was let go at another place. */
  readonly onReference: (reference: Domain) => void;
}

interface Drag {
  readonly grip: Grip;
  readonly start: number;
  readonly domain: Domain;
  readonly reference: Domain | null;
  moved: boolean;
}

export interface OverviewDrag {
  /** The reference period as it is dragged. */
  readonly shown: Domain | null;
  readonly onGrab: (grip: Grip, event: PointerEvent<HTMLElement>) => void;
  readonly onDrag: (event: PointerEvent<HTMLElement>) => void;
  readonly onDrop: (event: PointerEvent<HTMLElement>) => void;
  readonly onKeys: (grip: Grip, event: KeyboardEvent) => void;
}

const isReference = (grip: Grip): grip is 'ref-from' | 'ref-to' => grip === 'ref-from' || grip === 'ref-to';

/** Drags and arrow keys on the overview's handles. */
export function useOverviewDrag(
  element: RefObject<HTMLElement | null>,
  box: PlotBox | null,
  { full, domain, minSpan, reference, onDomain, onReference }: OverviewAxis,
): OverviewDrag {
  // The moved edges hold until the analysis answers with its own reference.
  const [moved, setMoved] = useState<{ from: Domain | null; to: Domain } | null>(null);
  const drag = useRef<Drag | null>(null);
  const shown = moved && moved.from === reference ? moved.to : reference;

  const xOf = (event: PointerEvent): number => {
    const bounds = element.current?.getBoundingClientRect();
    return bounds && box ? pxToX(event.clientX - bounds.left, full, box) : full.min;
  };
  const onGrab = (grip: Grip, event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { grip, start: xOf(event), domain, reference: shown, moved: false };
  };
  const onDrag = (event: PointerEvent<HTMLElement>): void => {
    const held = drag.current;
    if (!held) return;
    const x = xOf(event);
    held.moved ||= Math.abs(x - held.start) > (span(full) / (box?.width ?? 1)) * CLICK_SLOP;
    if (!held.moved) return;
    if (isReference(held.grip)) {
      if (held.reference) setMoved({ from: reference, to: moveReference(held.grip, held.reference, x, full, minSpan) });
    } else onDomain(dragWindow(held.grip, held.domain, held.start, x, full, minSpan), false);
  };
  const onDrop = (event: PointerEvent<HTMLElement>): void => {
    const held = drag.current;
    drag.current = null;
    if (!held) return;
    const x = xOf(event);
    if (isReference(held.grip)) {
      if (held.moved && held.reference) onReference(moveReference(held.grip, held.reference, x, full, minSpan));
    } else if (held.moved) onDomain(dragWindow(held.grip, held.domain, held.start, x, full, minSpan), true);
    // A click beside the window brings the window there.
    else if (held.grip === 'draw')
      onDomain(panBy(held.domain, x - (held.domain.min + held.domain.max) / 2, full), true);
  };
  const onKeys = (grip: Grip, event: KeyboardEvent): void => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const dx = direction * span(full) * KEY_STEP * (event.shiftKey ? 5 : 1);
    if (isReference(grip)) {
      if (!shown) return;
      const next = moveReference(grip, shown, (grip === 'ref-from' ? shown.min : shown.max) + dx, full, minSpan);
      setMoved({ from: reference, to: next });
      onReference(next);
      return;
    }
    const at = grip === 'to' ? domain.max : domain.min;
    onDomain(dragWindow(grip, domain, at, at + dx, full, minSpan), true);
  };
  return { shown, onGrab, onDrag, onDrop, onKeys };
}
