import { lazy, Suspense, type ReactNode } from 'react';
import { formatBytes, formatCount } from '../../core/format.ts';
import { countText, describePart } from '../../core/part.ts';
import type { OpenReport } from '../../ledger/types.ts';
import { useTautline } from '../../state/store.ts';
import { Sheet } from '../shell/Sheet.tsx';
import { showSheet, useUi } from '../ui.ts';
import { EventKinds } from './EventKinds.tsx';
import { MappingForm } from './MappingForm.tsx';
import './report.css';

export const LazyNarrowPanel = lazy(() => import('./Narrow.tsx').then((module) => ({ default: module.NarrowPanel })));

const EMBEDDERS: Readonly<Record<OpenReport['embedder'], (model: string) => string>> = {
  file: (model) => (model === '' ? 'from the file, which does not say what made them' : `from the file, by ${model}`),
  'built-in': () => 'computed here from the text: built-in embedder (hashed n-grams, TF-IDF, random projection)',
  model: (model) => `computed here from the text by ${model}`,
  none: () => 'none: neither embeddings nor text, so there is no drift to see',
};

/** What vectors of a kind see, and what not. */
function seenBy({ embedder, model }: OpenReport): string | null {
  if (model)
    return (
      'Its vectors see what a text is about, in the languages that it was trained on, in whatever words. They see ' +
      'little of how it is written, of numbers and names, and of a long text an average.'
    );
  if (embedder !== 'built-in') return null;
  return (
    'Its vectors see which words a text has. The same said in other words, or in another language, is far away; two ' +
    'texts that share words are near, whatever they mean.'
  );
}

function Embedder({ report }: { readonly report: OpenReport }): ReactNode {
  const seen = seenBy(report);
  if (seen === null) return null;
  return (
    <section aria-labelledby="embedder-title">
      <h3 id="embedder-title">What the embeddings see</h3>
      <p>{seen}</p>
      {report.embedder !== 'file' && (
        <p>
          <button type="button" className="button" onClick={() => showSheet('embedder')}>
            {report.embedder === 'model' ? 'Embedding models…' : 'Use a model that sees meanings…'}
          </button>
        </p>
      )}
    </section>
  );
}

const modelText = (model: OpenReport['model']): string =>
  model ? `the model ${model.name} (probe ${model.probe.slice(0, 12)})` : '';

/** Examples are event ids, or say themselves what they are. */
const exampleText = (example: string): string => (/^-?\d+$/.test(example) ? `event ${example}` : example);

function Facts({ report }: { readonly report: OpenReport }): ReactNode {
  const facts: readonly (readonly [string, string])[] = [
    ...(report.part
      ? [['Part', `${countText(report.rowsRead, report.part)}: ${describePart(report.part.part)}`] as const]
      : []),
    ['Files', `${formatCount(report.files)} (${formatBytes(report.bytes)})`],
    ['Rows read', formatCount(report.rowsRead)],
    ['Events', formatCount(report.events)],
    ['Void events', `${formatCount(report.voidEvents)}${report.voidEvents > 0 ? ', kept as pauses' : ''}`],
    ['Dimension', report.dimension > 0 ? formatCount(report.dimension) : 'none'],
    ['Embeddings', EMBEDDERS[report.embedder](modelText(report.model))],
    ['Fingerprint', report.fingerprint],
  ];
  return (
    <dl className="facts">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd className={what === 'Fingerprint' ? 'mono' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Everything that opening the ledger found. */
export function OpenReportSheet(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  const atColumns = useUi((ui) => ui.atColumns);
  const analysis = useTautline((state) => state.analysis.report);
  if (ledger.phase !== 'open') return null;
  const { report, source } = ledger;
  const notes = [...report.notes, ...(analysis?.notes ?? [])];
  return (
    <Sheet title={`Open report: ${report.name}`} takeFocus={false}>
      <Facts report={report} />
      <Embedder report={report} />
      {report.kinds && <EventKinds key={report.fingerprint} source={source} kinds={report.kinds} />}
      {report.leftOut.length > 0 && (
        <section aria-labelledby="left-out-title">
          <h3 id="left-out-title">Skipped rows</h3>
          <ul className="left-out">
            {report.leftOut.map(({ reason, count, examples }) => (
              <li key={reason}>
                <strong>
                  {formatCount(count)} of {formatCount(report.rowsRead)}
                </strong>{' '}
                {reason}
                <span className="dim">
                  {' '}
                  ({examples.map(exampleText).join(', ')}
                  {count > examples.length ? ', …' : ''})
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {notes.length > 0 && (
        <section aria-labelledby="notes-title">
          <h3 id="notes-title">Notes</h3>
          <ul className="notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      {analysis && analysis.streamsLeftOut.length > 0 && (
        <section aria-labelledby="streams-left-out-title">
          <h3 id="streams-left-out-title">Skipped streams</h3>
          <p className="dim">
            The busiest {formatCount(analysis.streams.length)} are tracked; these{' '}
            {formatCount(analysis.streamsLeftOut.length)} are not, with their events:
          </p>
          <ul className="left-out-streams" tabIndex={0} aria-label="Skipped streams">
            {analysis.streamsLeftOut.map(({ name, events }) => (
              <li key={name}>
                <span>{name}</span>
                <span className="dim">{formatCount(events)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Suspense fallback={null}>
        <LazyNarrowPanel key={report.fingerprint} source={source} survey={report.survey} opened />
      </Suspense>
      <MappingForm
        key={report.fingerprint + JSON.stringify(report.mapping)}
        source={source}
        has={{ columns: report.columns, mapping: { ...report.mapping } }}
        takeFocus={atColumns}
      />
    </Sheet>
  );
}
