import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { positionOf, stepped, valueAt, type SliderRange } from '../../detection/parameterGrid.ts';

/** Grid steps of Page Up and Page Down. */
const PAGE = 10;

/**
 * A slider over a parameter's grid. `onMove` is called while it is dragged, `onRest` once it is let go (and after each
 * key). A mark shows the default.
 */
export function Slider({
  range,
  value,
  fallback,
  label,
  text,
  describedBy,
  onMove,
  onRest,
}: {
  readonly range: SliderRange;
  readonly value: number;
  readonly fallback: number | null;
  readonly label: string;
  /** The value in words, for screen readers. */
  readonly text: string;
  readonly describedBy?: string;
  readonly onMove: (value: number) => void;
  readonly onRest: (value: number) => void;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const isLog = range.scale === 'log';
  const read = (element: HTMLInputElement): number =>
    valueAt(range, isLog ? Number(element.value) : positionOf(range, Number(element.value)));

  // React's onChange is the browser's input event; the browser's change event is the one that marks the release.
  const rest = useRef<(value: number) => void>(onRest);
  const reader = useRef(read);
  useEffect(() => {
    rest.current = onRest;
    reader.current = read;
  });
  useEffect(() => {
    const element = input.current!;
    const released = (): void => rest.current(reader.current(element));
    element.addEventListener('change', released);
    return () => element.removeEventListener('change', released);
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE }[event.key];
    const end = { Home: range.min, End: range.max }[event.key];
    if (steps === undefined && end === undefined) return;
    event.preventDefault();
    onRest(end ?? stepped(range, value, steps! * (event.shiftKey ? PAGE : 1)));
  };

  const position = positionOf(range, value);
  return (
    <span
      className="slider"
      style={
        { '--at': position, '--default': fallback === null ? -1 : positionOf(range, fallback) } as React.CSSProperties
      }
    >
      {fallback !== null && <span className="slider-default" aria-hidden="true" />}
      <input
        ref={input}
        type="range"
        aria-label={label}
        aria-valuetext={text}
        aria-describedby={describedBy}
        min={isLog ? 0 : range.min}
        max={isLog ? 1 : range.max}
        step={isLog ? 'any' : range.step}
        value={isLog ? position : value}
        onChange={(event) => onMove(read(event.currentTarget))}
        onKeyDown={onKeyDown}
      />
    </span>
  );
}
