import type { ReactNode } from 'react';
import { columnSpec, LEDGER_COLUMNS } from '../../core/ledgerSchema.ts';
import { showSheet } from '../ui.ts';
import { FORMAT_NAMES } from '../../ledger/formats/list.ts';
import { FollowButton } from './FollowButton.tsx';
import './reads.css';

const SPECS = LEDGER_COLUMNS.map(columnSpec);

/** The columns that a ledger has to have, one a row; then by name those that change what detection answers. */
const COLUMNS: readonly (readonly [columns: string, needed: string, what: string])[] = [
  ...SPECS.flatMap(({ name, required, help }) => (required ? [[name, required, help] as const] : [])),
  [
    `${SPECS.flatMap(({ name, required, inFingerprint }) => (inFingerprint && !required ? [name] : [])).join(', ')}, …`,
    'no',
    'Sharpen the analysis; unknown columns are kept and shown.',
  ],
];

/** Which files and columns a ledger is read from. */
export function Reads(): ReactNode {
  return (
    <section className="formats" aria-labelledby="formats-title">
      <h3 id="formats-title">What it reads</h3>
      <FollowButton />
      <p className="dim">
        {FORMAT_NAMES}, also in partitioned folders (<code>provider_id=…/hour=…/</code>); one row per event. Other names
        for these columns are guessed, shown, and yours to correct.
      </p>
      <p className="dim">
        Without vectors, texts are embedded by their words, or by a sentence-embedding model of yours.{' '}
        <button type="button" className="button small" onClick={() => showSheet('embedder')}>
          Embedding models…
        </button>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Needed</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {COLUMNS.map(([columns, needed, what]) => (
            <tr key={columns}>
              <th scope="row" className="mono">
                {columns}
              </th>
              <td>{needed}</td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
