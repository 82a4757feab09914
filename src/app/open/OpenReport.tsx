import { useEffect, useRef, useState, type ReactNode } from 'react';
import { formatBytes, formatCount } from '../../core/format.ts';
import { LEDGER_COLUMNS, type ColumnMapping, type LedgerColumnName, type LedgerSource, type OpenReport } from '../../ledger/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { Sheet } from '../shell/Sheet.tsx';
import { showSheet, useUi } from '../ui.ts';

/** Ledger columns read from a file column of another name: the guesses worth a look. */
export function guessedColumns(mapping: ColumnMapping): readonly LedgerColumnName[] {
  return LEDGER_COLUMNS.filter((column) => mapping[column] !== undefined && mapping[column] !== column);
}

const EMBEDDERS: Readonly<Record<OpenReport['embedder'], string>> = {
  file: 'from the file',
  'built-in': 'computed here from the text: built-in embedder (hashed n-grams, TF-IDF, random projection)',
  none: 'none: neither embeddings nor text, so there is no drift to see',
};

function MappingTable({ source, report }: { readonly source: LedgerSource; readonly report: OpenReport }): ReactNode {
  const guessing = useTautline((state) => state.view.mapping === null);
  const [mapping, setMapping] = useState<ColumnMapping>(report.mapping);
  const changed = LEDGER_COLUMNS.some((column) => mapping[column] !== report.mapping[column]);
  const guessed = new Set(guessedColumns(report.mapping));
  const choose = (column: LedgerColumnName, from: string): void => {
    const others = Object.entries(mapping).filter(([name]) => name !== column);
    setMapping(Object.fromEntries(from === '' ? others : [...others, [column, from]]));
  };
  const used = new Set(Object.values(mapping));
  const unused = report.columns.filter(({ name }) => !used.has(name));
  return (
    <section aria-labelledby="mapping-title">
      <h3 id="mapping-title">Columns</h3>
      <table className="mapping">
        <thead><tr><th scope="col">Ledger column</th><th scope="col">Read from</th><th scope="col">Type in the file</th></tr></thead>
        <tbody>
          {LEDGER_COLUMNS.map((column) => {
            const from = mapping[column] ?? '';
            return (
              <tr key={column} className={from === '' ? 'absent' : undefined}>
                <th scope="row" className="mono">{column}</th>
                <td>
                  <select value={from} aria-label={`File column for ${column}`} onChange={(event) => choose(column, event.target.value)}>
                    <option value="">not in the file</option>
                    {report.columns.map(({ name }) => <option key={name} value={name}>{name}</option>)}
                    {from !== '' && !report.columns.some(({ name }) => name === from) && <option value={from}>{from}</option>}
                  </select>
                  {guessed.has(column) && mapping[column] === report.mapping[column] && <span className="tag">{guessing ? 'guessed' : 'chosen'}</span>}
                </td>
                <td className="dim mono">{report.columns.find(({ name }) => name === from)?.type ?? ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {unused.length > 0 && <p className="dim">Kept and shown with each event: {unused.map(({ name }) => name).join(', ')}</p>}
      <div className="buttons">
        <button type="button" className="button primary" disabled={!changed} onClick={() => { showSheet(null); void actions.open(source, mapping); }}>Apply and reopen</button>
        {changed && <button type="button" className="button quiet" onClick={() => setMapping(report.mapping)}>Undo changes</button>}
      </div>
    </section>
  );
}

/** Examples are event ids, or say themselves what they are. */
const exampleText = (example: string): string => (/^-?\d+$/.test(example) ? `event ${example}` : example);

function Facts({ report }: { readonly report: OpenReport }): ReactNode {
  const facts: readonly (readonly [string, string])[] = [
    ['Files', `${formatCount(report.files)} (${formatBytes(report.bytes)})`],
    ['Rows read', formatCount(report.rowsRead)],
    ['Events', formatCount(report.events)],
    ['Void events', `${formatCount(report.voidEvents)}${report.voidEvents > 0 ? ', kept as pauses' : ''}`],
    ['Dimension', report.dimension > 0 ? formatCount(report.dimension) : 'none'],
    ['Embeddings', EMBEDDERS[report.embedder]],
    ['Fingerprint', report.fingerprint],
  ];
  return <dl className="facts">{facts.map(([what, value]) => <div key={what}><dt>{what}</dt><dd className={what === 'Fingerprint' ? 'mono' : undefined}>{value}</dd></div>)}</dl>;
}

/** Everything that opening the ledger found. */
export function OpenReportSheet(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  const analysis = useTautline((state) => state.analysis.report);
  if (ledger.phase !== 'open') return null;
  const { report, source } = ledger;
  const notes = [...report.notes, ...(analysis?.notes ?? [])];
  return (
    <Sheet title={`Open report: ${report.name}`} takeFocus={false}>
      <Facts report={report} />
      {report.leftOut.length > 0 && (
        <section aria-labelledby="left-out-title">
          <h3 id="left-out-title">Left out</h3>
          <ul className="left-out">
            {report.leftOut.map(({ reason, count, examples }) => (
              <li key={reason}>
                <strong>{formatCount(count)} of {formatCount(report.rowsRead)}</strong> {reason}
                <span className="dim"> ({examples.map(exampleText).join(', ')}{count > examples.length ? ', …' : ''})</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {notes.length > 0 && (
        <section aria-labelledby="notes-title">
          <h3 id="notes-title">Notes</h3>
          <ul className="notes">{notes.map((note) => <li key={note}>{note}</li>)}</ul>
        </section>
      )}
      {analysis && analysis.streamsLeftOut.length > 0 && (
        <section aria-labelledby="streams-left-out-title">
          <h3 id="streams-left-out-title">Streams left out</h3>
          <p className="dim">The busiest {formatCount(analysis.streams.length)} are tracked; these {formatCount(analysis.streamsLeftOut.length)} are not, with their events:</p>
          <ul className="left-out-streams" tabIndex={0} aria-label="Streams left out">
            {analysis.streamsLeftOut.map(({ name, events }) => <li key={name}><span>{name}</span><span className="dim">{formatCount(events)}</span></li>)}
          </ul>
        </section>
      )}
      <MappingTable key={report.fingerprint + JSON.stringify(report.mapping)} source={source} report={report} />
    </Sheet>
  );
}

/** Opens the report by itself after a ledger opened with rows left out or columns guessed; a mapping that the user set is no guess. */
export function useReportOnOpen(): void {
  const ledger = useTautline((state) => state.ledger);
  const guessing = useTautline((state) => state.view.mapping === null);
  const seen = useRef<OpenReport | null>(null);
  useEffect(() => {
    if (ledger.phase !== 'open') {
      if (useUi.getState().sheet === 'report') showSheet(null);
      return;
    }
    if (seen.current === ledger.report) return;
    seen.current = ledger.report;
    const doubtful = ledger.report.leftOut.length > 0 || (guessing && guessedColumns(ledger.report.mapping).length > 0);
    if (doubtful) showSheet('report');
  }, [ledger, guessing]);
}
