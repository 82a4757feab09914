import type { ReactNode } from 'react';
import { formatCount, formatTimeFull } from '../../core/format.ts';
import type { FoundLedger, SeveralLedgers } from '../../core/several.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import { actions } from '../../state/store.ts';
import './several.css';

const spanText = ({ first, last }: FoundLedger): string =>
  Number.isNaN(first) ? 'unknown' : `${formatTimeFull(first)} to ${formatTimeFull(last)}`;

/** Several ledgers where one was to be: opens one of them, or all as one. */
export function SeveralPanel({
  source,
  several: { ledgers, apart },
}: {
  readonly source: LedgerSource;
  readonly several: SeveralLedgers;
}): ReactNode {
  const openOne = ({ paths }: FoundLedger): void => {
    if (source.kind !== 'files') return;
    const files = source.files.filter(({ path }) => paths.includes(path));
    void actions.open({ ...source, files, passedOver: [], together: undefined });
  };
  const openAll = (together: LedgerSource['together']): void => void actions.open({ ...source, together });
  return (
    <section className="several" aria-labelledby="several-title">
      <h3 id="several-title">Ledgers</h3>
      <div className="several-list" tabIndex={0} role="group" aria-labelledby="several-title">
        <table className="mapping">
          <thead>
            <tr>
              <th scope="col">Ledger</th>
              <th scope="col">Rows</th>
              <th scope="col">Time, UTC</th>
              <th scope="col">What it is</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {ledgers.map((ledger) => (
              <tr key={ledger.paths[0]}>
                <th scope="row">{ledger.name}</th>
                <td>{ledger.rows === null ? 'not counted' : formatCount(ledger.rows)}</td>
                <td>{spanText(ledger)}</td>
                <td className="dim">{ledger.shape}</td>
                <td>
                  {source.kind === 'files' && (
                    <button
                      type="button"
                      className="button small"
                      aria-label={`Open ${ledger.name}`}
                      onClick={() => openOne(ledger)}
                    >
                      Open
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {apart === null && (
        <>
          <p className="dim">
            Opened together, every row is kept, and the column <code>file</code> says which ledger it is of. To compare
            them, each ledger becomes a stream of its own.
          </p>
          <div className="buttons">
            <button type="button" className="button primary" onClick={() => openAll('all')}>
              Open all together
            </button>
            <button type="button" className="button" onClick={() => openAll('compare')}>
              Compare: a stream each
            </button>
          </div>
        </>
      )}
    </section>
  );
}
