import { useEffect, type ReactNode } from 'react';
import { actions, useTautline } from '../../state/store.ts';
import type { Toast } from '../../state/types.ts';
import { Icon } from './Icon.tsx';

/**
 * How long a message stays: a reading time of about four words a second and a second to notice it, at least four
 * seconds. Errors stay.
 */
const stayMs = (text: string): number => Math.max(4000, 1000 + text.split(' ').length * 260);

function ToastItem({ toast }: { readonly toast: Toast }): ReactNode {
  useEffect(() => {
    if (toast.level === 'error') return;
    const timer = setTimeout(() => actions.dismissToast(toast.id), stayMs(toast.text));
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <li className={`toast ${toast.level}`}>
      <span>{toast.text}</span>
      <button
        type="button"
        className="button icon-only"
        aria-label="Dismiss"
        onClick={() => actions.dismissToast(toast.id)}
      >
        <Icon name="close" size={12} />
      </button>
    </li>
  );
}

export function Toasts(): ReactNode {
  const toasts = useTautline((state) => state.toasts);
  return (
    <ol className="toasts" aria-live="polite" aria-label="Messages">
      {toasts.map((toast) => (
        <ToastItem key={toast.id} toast={toast} />
      ))}
    </ol>
  );
}
