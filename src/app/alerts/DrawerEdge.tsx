import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { MIN_DRAWER, useUi } from '../ui.ts';

/** px a key moves the edge by. */
const KEY_STEP = 24;
/** The drawer never takes more than this share of the window. */
const MAX_SHARE = 0.7;

const held = (height: number): number =>
  Math.max(MIN_DRAWER, Math.min(Math.round(window.innerHeight * MAX_SHARE), Math.round(height)));

/** The upper edge of what lies below the charts, which is dragged, or moved by keys. */
export function DrawerEdge({ label }: { readonly label: string }): ReactNode {
  const height = useUi((ui) => ui.drawerHeight);
  const start = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const resize = (to: number): void => useUi.setState({ drawerHeight: held(to) });
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { y: event.clientY, height };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (start.current) resize(start.current.height + start.current.y - event.clientY);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(height + step);
  };
  return (
    <div
      className="drawer-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      tabIndex={0}
      aria-valuenow={height}
      aria-valuemin={MIN_DRAWER}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
      }}
      onKeyDown={onKeyDown}
    />
  );
}
