import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

interface DividerProps {
  readonly label: string;
  /** Of what lies below it, in units of its own. */
  readonly size: number;
  readonly min: number;
  /** With it, Home and End go to the ends. */
  readonly max?: number;
  /** What a key moves it by. */
  readonly step: number;
  /** A value as it is told; the size itself by default. */
  readonly told?: (size: number) => number;
  /** CSS px of one unit; 1 by default. */
  readonly pxOf?: (divider: HTMLElement) => number;
  readonly onSize: (size: number) => void;
}

/** The upper edge of what lies below the charts, which is dragged, or moved by keys. */
export function Divider(props: DividerProps): ReactNode {
  const { label, size, min, max, step, told = (value) => value, pxOf = () => 1, onSize } = props;
  const start = useRef<{ readonly y: number; readonly size: number } | null>(null);
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (start.current) onSize(start.current.size + (start.current.y - event.clientY) / pxOf(event.currentTarget));
  };
  const letGo = (): void => {
    start.current = null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const ends: Readonly<Record<string, number>> = max === undefined ? {} : { Home: min, End: max };
    const steps: Readonly<Record<string, number>> = { ArrowUp: size + step, ArrowDown: size - step };
    const to = steps[event.key] ?? ends[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onSize(to);
  };
  return (
    <div
      className="drawer-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      tabIndex={0}
      aria-valuenow={told(size)}
      aria-valuemin={told(min)}
      aria-valuemax={max === undefined ? undefined : told(max)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { y: event.clientY, size };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onKeyDown={onKeyDown}
    />
  );
}
