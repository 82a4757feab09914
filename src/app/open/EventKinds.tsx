import { useId, useState, type ReactNode } from 'react';
import type { KindCount } from '../../core/eventKinds.ts';
import type { EventKind } from '../../core/ledgerSchema.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { showSheet } from '../ui.ts';
import { KIND_NAMES, kindText } from './eventKinds.ts';
import './mapping.css';

/** Which acts of traces count as events: what was taken, to choose otherwise and open again. */
export function EventKinds({
  source,
  kinds,
}: {
  readonly source: LedgerSource;
  readonly kinds: readonly KindCount[];
}): ReactNode {
  const all = kinds.map(({ kind }) => kind);
  const taken = useTautline((state) => state.view.events) ?? all;
  const [chosen, setChosen] = useState<readonly EventKind[]>(taken);
  const title = useId();
  const status = useId();
  const isSame = all.every((kind) => chosen.includes(kind) === taken.includes(kind));
  const isEmpty = !kinds.some(({ kind, captured }) => captured > 0 && chosen.includes(kind));
  const problem =
    chosen.length === 0
      ? 'Tick at least one kind.'
      : isEmpty
        ? 'Nothing was captured of the kinds that are ticked.'
        : 'An agent is an event only where nothing below it is one.';
  return (
    <section aria-labelledby={title} className="event-kinds">
      <h3 id={title}>What counts as an event</h3>
      <p className="dim">These files are traces. Tick what is to be an event of the ledger.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          showSheet(null);
          void actions.open(source, { events: chosen.length === all.length ? null : chosen });
        }}
      >
        <ul>
          {kinds.map((count) => (
            <li key={count.kind}>
              <label>
                <input
                  type="checkbox"
                  checked={chosen.includes(count.kind)}
                  disabled={count.all === 0}
                  onChange={({ target }) =>
                    setChosen(all.filter((kind) => (kind === count.kind ? target.checked : chosen.includes(kind))))
                  }
                />
                <span>{KIND_NAMES[count.kind]}</span>
                <span className="dim">{kindText(count, taken.includes(count.kind))}</span>
              </label>
            </li>
          ))}
        </ul>
        <p id={status} role="status" className={isEmpty ? 'field-problem' : 'dim'}>
          {problem}
        </p>
        <div className="buttons">
          <button type="submit" className="button primary" disabled={isSame || isEmpty} aria-describedby={status}>
            Open with these events
          </button>
        </div>
      </form>
    </section>
  );
}
