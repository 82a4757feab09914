import { useEffect, useId, useRef, type ReactNode } from 'react';
import { showSheet } from '../ui.ts';
import { Icon } from './Icon.tsx';

/** A panel over the charts that blocks nothing; Escape closes it and focus goes back to where it came from. */
export function Sheet({
  title,
  children,
  takeFocus = true,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly takeFocus?: boolean;
}): ReactNode {
  const id = useId();
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!takeFocus) return;
    const before = document.activeElement;
    root.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [takeFocus]);
  return (
    <section className="sheet" role="dialog" aria-labelledby={id} tabIndex={-1} ref={root}>
      <header>
        <h2 id={id}>{title}</h2>
        <button
          type="button"
          className="button icon-only"
          aria-label={`Close ${title}`}
          title="Close (Esc)"
          onClick={() => showSheet(null)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div className="sheet-body">{children}</div>
    </section>
  );
}
