import type { ReactNode } from 'react';
import { differenceOf } from '../../state/difference.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { Icon } from './Icon.tsx';

/** What the next step back, or forward again, changes; null: there is none. */
function useStep(way: 'past' | 'future'): string | null {
  return useTautline(() => {
    const { past, present, future } = session.state().history;
    const other = way === 'past' ? past.at(-1) : future.at(0);
    return other === undefined ? null : differenceOf(present, other);
  });
}

/** Undo and redo of all that is work, and what each would change. */
export function Steps(): ReactNode {
  const back = useStep('past');
  const forward = useStep('future');
  return (
    <span className="steps">
      <button
        type="button"
        className="button icon-only small"
        disabled={back === null}
        aria-label="Undo"
        title={back === null ? 'Nothing to undo' : `Undo: ${back} (Ctrl+Z)`}
        onClick={() => actions.undo()}
      >
        <Icon name="undo" size={13} />
      </button>
      <button
        type="button"
        className="button icon-only small"
        disabled={forward === null}
        aria-label="Redo"
        title={forward === null ? 'Nothing to redo' : `Redo: ${forward} (Ctrl+Shift+Z)`}
        onClick={() => actions.redo()}
      >
        <Icon name="redo" size={13} />
      </button>
    </span>
  );
}
