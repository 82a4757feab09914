import { useState, type ReactNode } from 'react';
import { formatCount, formatTimeFull } from '../../core/format.ts';
import type { FoundLedger, SeveralLedgers } from '../../core/several.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import { actions, session } from '../../state/store.ts';
import { sourceName } from '../../state/view.ts';
import { gathering } from './gathering.ts';
import './several.css';

const spanText = ({ first, last }: FoundLedger): string =>
  Number.isNaN(first) ? 'unknown' : `${formatTimeFull(first)} to ${formatTimeFull(last)}`;

/** One of the ledgers that some files are. */
const oneOf = (source: LedgerSource, { paths }: FoundLedger): LedgerSource =>
  source.kind === 'files'
    ? {
        ...source,
        files: source.files.filter(({ path }) => paths.includes(path)),
        passedOver: [],
        together: undefined,
      }
    : source;

/** Opens a ledger and, once it is there, another one beside it. */
async function openSideBySide(first: LedgerSource, other: LedgerSource): Promise<void> {
  await actions.open(first);
  const { analysis, ledger } = session.store.getState();
  if (ledger.phase !== 'open' || analysis.report === null || sourceName(ledger.source) !== sourceName(first)) return;
  actions.setScreen('compare');
  const { second } = await import('../../state/second/page.ts');
  await second.open(other);
}

/** Several ledgers where one was to be: opens one of them, or all as one. */
export function SeveralPanel({
  source,
  several: { ledgers, apart },
  open = actions.open,
  isSecond = false,
}: {
  readonly source: LedgerSource;
  readonly several: SeveralLedgers;
  readonly open?: (source: LedgerSource) => Promise<void>;
  /** True where the one that is chosen is to stand beside another. */
  readonly isSecond?: boolean;
}): ReactNode {
  const [beside, setBeside] = useState<readonly string[]>(() => ledgers.slice(0, 2).map(({ paths }) => paths[0]));
  const openAll = (together: LedgerSource['together']): void => void open({ ...source, together });
  const tick = (path: string): void =>
    setBeside(beside.includes(path) ? beside.filter((other) => other !== path) : [...beside, path].slice(-2));
  const openTwo = (): void => {
    const [first, second] = beside.map((path) =>
      oneOf(
        source,
        ledgers.find(({ paths }) => paths[0] === path)!,
      ),
    );
    gathering(openSideBySide(first, second));
  };
  const pairs = source.kind === 'files' && !isSecond;
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
              {pairs && <th scope="col">Beside another</th>}
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
                {pairs && (
                  <td>
                    <label className="several-pick">
                      <input
                        type="checkbox"
                        aria-label={`Compare ${ledger.name}`}
                        checked={beside.includes(ledger.paths[0])}
                        onChange={() => tick(ledger.paths[0])}
                      />
                    </label>
                  </td>
                )}
                <td>
                  {source.kind === 'files' && (
                    <button
                      type="button"
                      className="button small"
                      aria-label={`Open ${ledger.name}`}
                      onClick={() => void open(oneOf(source, ledger))}
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
      {pairs && (
        <div className="buttons">
          <button type="button" className="button" disabled={beside.length !== 2} onClick={openTwo}>
            Open two side by side
          </button>
          <span className="dim">
            {beside.length === 2
              ? 'the two that are ticked, as ledgers of their own, on the screen Compare'
              : 'tick two ledgers'}
          </span>
        </div>
      )}
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
