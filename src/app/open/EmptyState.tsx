import type { ReactNode } from 'react';
import { columnSpec, LEDGER_COLUMNS } from '../../core/ledgerSchema.ts';
import { partName } from '../../core/part.ts';
import { FORMAT_NAMES } from '../../ledger/formats/list.ts';
import { useTautline } from '../../state/store.ts';
import { DropTarget, SampleList, UrlField } from './OpenChooser.tsx';

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

/** What a newcomer meets. */
export function EmptyState(): ReactNode {
  const source = useTautline((state) => state.view.source);
  const asked = source?.kind === 'file' ? partName(source.name, source.part) : null;
  return (
    <div className="empty">
      <div className="empty-inner">
        <div className="empty-intro">
          <h2>See when a multi-agent conversation drifts</h2>
          <p>
            Tautline reads a ledger, the event log of a multi-agent dialogue, and charts, event by event, whether its
            meanings drift, collapse into one voice or fall silent. Every detector is in your hands: move a threshold
            and see at once which alerts come and go.
          </p>
        </div>
        <div className="chooser">
          <DropTarget asked={asked} />
          <UrlField />
        </div>
        <SampleList />
        <section className="formats" aria-labelledby="formats-title">
          <h3 id="formats-title">What it reads</h3>
          <p className="dim">
            {FORMAT_NAMES}, also in partitioned folders (<code>provider_id=…/hour=…/</code>); one row per event. Other
            names for these columns are guessed, shown, and yours to correct.
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
      </div>
    </div>
  );
}
