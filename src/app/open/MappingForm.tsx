import { useEffect, useState, type ReactNode } from 'react';
import type { FileColumns, TautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import type { LedgerColumnName } from '../../core/ledgerSchema.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { showSheet } from '../ui.ts';
import { joined } from '../../ledger/shapes/shape.ts';
import { FileColumnsTable } from './FileColumnsTable.tsx';
import {
  isSame,
  isSameColumn,
  MAIN_COLUMNS,
  OTHER_COLUMNS,
  problemsOf,
  refusedColumn,
  stillMissing,
  withSource,
  withUnit,
  type Stated,
} from './mappingForm.ts';
import { MappingRows } from './MappingRows.tsx';
import './mapping.css';
import { guessedColumns } from './reportOnOpen.ts';
import { useColumnValues } from './useColumnValues.ts';

const TITLE = 'mapping-title';

/** Brings the form into view, by scrolling what it lies in alone, and the focus to it. */
export function goToColumns(): void {
  const title = document.getElementById(TITLE);
  const scroller = title?.closest('.sheet-body, .centre');
  if (!title || !scroller) return;
  scroller.scrollTop += title.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16;
  title.focus({ preventScroll: true });
}

/** What stands beside the main button: what keeps it from being pressed, or that nothing does. */
function statusText(problems: number, missing: readonly string[], changed: boolean, opened: boolean): string {
  if (missing.length > 0) return `Still missing: ${missing.join('; ')}.`;
  if (problems > 0) return `${problems === 1 ? 'One choice' : `${problems} choices`} cannot be read, as marked above.`;
  if (changed) return 'Nothing is missing.';
  return opened ? 'This is how the ledger is open.' : 'This is what was refused: choose another column.';
}

const othersText = (read: readonly LedgerColumnName[]): string =>
  `${formatCount(OTHER_COLUMNS.length)} more, ` +
  (read.length === 0 ? 'none of them read' : `of which ${joined(read)} ${read.length === 1 ? 'is' : 'are'} read`);

/** Which file column each ledger column is read from, to change and open with. */
export function MappingForm({
  source,
  has,
  error,
  takeFocus = false,
}: {
  readonly source: LedgerSource;
  readonly has: FileColumns;
  /** Why it was refused; absent: it is open. */
  readonly error?: TautlineError;
  readonly takeFocus?: boolean;
}): ReactNode {
  const guessing = useTautline((state) => state.view.mapping === null);
  const units = useTautline((state) => state.view.units);
  const values = useColumnValues();
  const [read] = useState<Stated>({ mapping: has.mapping, units });
  const [stated, setStated] = useState<Stated>(read);
  useEffect(() => {
    if (takeFocus) goToColumns();
  }, [takeFocus]);

  const changed = !isSame(stated, read);
  const found = problemsOf(stated.mapping, has.columns);
  const refused = refusedColumn(error, has);
  const problems = new Map(found);
  if (refused && !found.has(refused.column) && isSameColumn(stated, read, refused.column))
    problems.set(refused.column, refused.problem);
  const missing = stillMissing(stated.mapping);
  const guessed = guessedColumns(read.mapping).filter((column) => stated.mapping[column] === read.mapping[column]);
  const rows = {
    stated,
    files: has.columns,
    values,
    problems,
    tags: new Map(guessed.map((column) => [column, guessing ? 'guessed' : 'chosen'])),
    onSource: (column: LedgerColumnName, from: string) => setStated(withSource(stated, column, from, has.columns)),
    onUnit: (...[column, unit]: DropFirst<Parameters<typeof withUnit>>) =>
      setStated({ ...stated, units: withUnit(stated.units, column, unit) }),
  };
  const others = OTHER_COLUMNS.filter((column) => stated.mapping[column] !== undefined);
  return (
    <section aria-labelledby={TITLE} className="mapping-form">
      <h3 id={TITLE} tabIndex={-1}>
        Columns
      </h3>
      <p className="dim">
        Which column of the files each column of the ledger is read from. What is marked as needed has to be there; the
        rest is used where it is.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          showSheet(null);
          void actions.open(source, stated);
        }}
      >
        <MappingRows columns={MAIN_COLUMNS} {...rows} />
        <details open={OTHER_COLUMNS.some((column) => problems.has(column)) || undefined}>
          <summary>{othersText(others)}</summary>
          <MappingRows columns={OTHER_COLUMNS} {...rows} />
        </details>
        <FileColumnsTable files={has.columns} mapping={stated.mapping} values={values} isOpen={error !== undefined} />
        <div className="mapping-bar">
          <p role="status" aria-live="polite" className={missing.length + problems.size > 0 ? 'field-problem' : 'dim'}>
            {statusText(problems.size, missing, changed, error === undefined)}
          </p>
          <div className="buttons">
            <button
              type="submit"
              className="button primary"
              disabled={!changed || problems.size > 0 || missing.length > 0}
            >
              Open with this mapping
            </button>
            {changed && (
              <button type="button" className="button quiet" onClick={() => setStated(read)}>
                Undo changes
              </button>
            )}
            {!guessing && (
              <button
                type="button"
                className="button quiet"
                onClick={() => {
                  showSheet(null);
                  void actions.open(source, { mapping: null, units: {} });
                }}
              >
                Guess again
              </button>
            )}
          </div>
        </div>
      </form>
    </section>
  );
}

type DropFirst<T extends readonly unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;
