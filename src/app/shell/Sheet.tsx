import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { showSheet } from '../ui.ts';
import { Icon } from './Icon.tsx';
import './sheet.css';

/**
 * A dialog over the charts that blocks nothing: it is shown without a backdrop, and closing it gives the focus back to
 * where it was. Escape closes it by the page's shortcuts, which know what lies topmost.
 */
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
  const root = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // While it is still in the page: closing is what gives the focus back.
  useLayoutEffect(() => {
    const dialog = root.current;
    if (!dialog) return;
    if (takeFocus) {
      dialog.show();
      // Not the dialog itself: Chromium gives the focus back only from within it.
      heading.current?.focus();
    } else dialog.open = true;
    return () => dialog.close();
  }, [takeFocus]);
  return (
    <dialog className="sheet" aria-labelledby={id} ref={root}>
      <header>
        <h2 id={id} tabIndex={-1} ref={heading}>
          {title}
        </h2>
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
    </dialog>
  );
}
