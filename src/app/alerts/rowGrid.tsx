import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useId, useRef, useState, type KeyboardEvent } from 'react';
import { nextRow } from './keys.ts';

/** Height of a row, CSS px. */
const ROW_PX = 24;

interface RowGridOptions {
  readonly count: number;
  /** What a key does that moves to no row, with the active row; false where it means nothing. */
  readonly onKey: (key: string, at: number) => boolean;
  /** The row in the middle of those drawn. */
  readonly onMiddle?: (index: number) => void;
}

/** Rows of a grid, of which those near the visible ones are drawn; arrows, j, k, pages, Home and End move. */
export function useRowGrid({ count, onKey, onMiddle }: RowGridOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const base = useId();
  // eslint-disable-next-line react-hooks/incompatible-library -- a warning for the React Compiler, which is not used
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    onChange: ({ range }) => range && onMiddle?.(Math.floor((range.startIndex + range.endIndex) / 2)),
  });
  const at = Math.min(active, count - 1);
  const move = useCallback(
    (to: number): void => {
      setActive(to);
      virtualizer.scrollToIndex(to, { align: 'auto' });
    },
    [virtualizer],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || count === 0) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = nextRow(event.key, at, count, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX));
    if (to !== null) move(to);
    else if (!onKey(event.key, at)) return;
    event.preventDefault();
  };
  return {
    at,
    setActive,
    move,
    scroller,
    virtualizer,
    idOf: (index: number) => `${base}-${index}`,
    /** Of the element that scrolls. */
    props: {
      ref: scroller,
      tabIndex: 0,
      'aria-readonly': true,
      'aria-activedescendant': count > 0 ? `${base}-${at}` : undefined,
      onKeyDown,
    } as const,
  };
}
