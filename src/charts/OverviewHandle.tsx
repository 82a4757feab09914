import type { KeyboardEvent, PointerEvent } from 'react';
import type { Domain } from './domain.ts';
import type { Grip } from './window.ts';

export interface HandleProps {
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
export function OverviewHandle({
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
