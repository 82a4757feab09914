import { useState, type ReactNode } from 'react';
import type { FileColumns } from '../../core/errors.ts';
import { LEDGER_COLUMNS, type ColumnMapping, type LedgerColumnName, type LedgerSource } from '../../ledger/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { showSheet } from '../ui.ts';
import { guessedColumns } from './reportOnOpen.ts';

/** Which file column each ledger column is read from, to change and reopen with. */
export function MappingTable({ source, has }: { readonly source: LedgerSource; readonly has: FileColumns }): ReactNode {
  const guessing = useTautline((state) => state.view.mapping === null);
  const [mapping, setMapping] = useState<ColumnMapping>(has.mapping);
  const read: ColumnMapping = has.mapping;
  const changed = LEDGER_COLUMNS.some((column) => mapping[column] !== read[column]);
  const guessed = new Set(guessedColumns(read));
  const choose = (column: LedgerColumnName, from: string): void => {
    const others = Object.entries(mapping).filter(([name]) => name !== column);
    setMapping(Object.fromEntries(from === '' ? others : [...others, [column, from]]));
  };
  const used = new Set(Object.values(mapping));
  const unused = has.columns.filter(({ name }) => !used.has(name));
  return (
    <section aria-labelledby="mapping-title">
      <h3 id="mapping-title">Columns</h3>
      <table className="mapping">
        <thead>
          <tr>
            <th scope="col">Ledger column</th>
            <th scope="col">Read from</th>
            <th scope="col">Type in the file</th>
          </tr>
        </thead>
        <tbody>
          {LEDGER_COLUMNS.map((column) => {
            const from = mapping[column] ?? '';
            return (
              <tr key={column} className={from === '' ? 'absent' : undefined}>
                <th scope="row" className="mono">
                  {column}
                </th>
                <td>
                  <select
                    value={from}
                    aria-label={`File column for ${column}`}
                    onChange={(event) => choose(column, event.target.value)}
                  >
                    <option value="">not in the file</option>
                    {has.columns.map(({ name }) => (
                      <option key={name} value={name}>
                        {name}
                      </option>
                    ))}
                    {from !== '' && !has.columns.some(({ name }) => name === from) && (
                      <option value={from}>{from}</option>
                    )}
                  </select>
                  {guessed.has(column) && mapping[column] === read[column] && (
                    <span className="tag">{guessing ? 'guessed' : 'chosen'}</span>
                  )}
                </td>
                <td className="dim mono">{has.columns.find(({ name }) => name === from)?.type ?? ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {unused.length > 0 && (
        <p className="dim">Kept and shown with each event: {unused.map(({ name }) => name).join(', ')}</p>
      )}
      <div className="buttons">
        <button
          type="button"
          className="button primary"
          disabled={!changed}
          onClick={() => {
            showSheet(null);
            void actions.open(source, mapping);
          }}
        >
          Apply and reopen
        </button>
        {changed && (
          <button type="button" className="button quiet" onClick={() => setMapping(read)}>
            Undo changes
          </button>
        )}
      </div>
    </section>
  );
}
