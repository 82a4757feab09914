import { useMemo, type ReactNode } from 'react';
import { formatCount, formatNumber } from '../../../core/format.ts';
import type { CharacteristicTerm, TextProfile, WordsResult } from '../../../detection/drilldown/types.ts';
import { useWords } from '../../../state/drilldown/queries.ts';
import { useVisibleRange } from '../../../state/queries.ts';
import { useTautline } from '../../../state/store.ts';
import { Answer, Empty, Notes, Segmented } from '../parts.tsx';
import type { Subject } from '../useSubject.ts';
import { lengthVerdict, sidesOf, type Against, type WordsSides } from './selections.ts';
import { useChoice } from '../useChoice.ts';
import './words.css';

const SHOWN = 20;

function Terms({
  title,
  terms,
  most,
}: {
  readonly title: string;
  readonly terms: readonly CharacteristicTerm[];
  readonly most: number;
}): ReactNode {
  return (
    <table className="terms">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">Term</th>
          <th scope="col">
            <span className="visually-hidden">Size of z</span>
          </th>
          <th
            scope="col"
            className="number"
            title="Log-odds over its standard deviation (Monroe, Colaresi & Quinn 2008)"
          >
            z
          </th>
          <th scope="col" className="number">
            Window
          </th>
          <th scope="col" className="number">
            Reference
          </th>
        </tr>
      </thead>
      <tbody>
        {terms.length === 0 && (
          <tr>
            <td colSpan={5} className="dim">
              none that stands out
            </td>
          </tr>
        )}
        {terms.slice(0, SHOWN).map((term) => (
          <tr key={term.term} className={Math.abs(term.z) < 1.96 ? 'weak' : undefined}>
            <th scope="row">{term.term}</th>
            <td className="term-bar">
              <i style={{ width: `${(Math.abs(term.z) / most) * 100}%` }} />
            </td>
            <td className="number">{formatNumber(term.z)}</td>
            <td className="number">{formatCount(term.window)}</td>
            <td className="number">{formatCount(term.reference)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const PROFILE: readonly (readonly [string, (profile: TextProfile) => string])[] = [
  ['texts', ({ texts }) => formatCount(texts)],
  ['words in all', ({ tokens }) => formatCount(tokens)],
  ['characters a text, median', ({ characters }) => formatNumber(characters)],
  ['words a text, median', ({ words }) => formatNumber(words)],
  ['different words', ({ types }) => formatCount(types)],
  ['different words over all', ({ typeTokenRatio }) => formatNumber(typeTokenRatio)],
];

function Profiles({ result }: { readonly result: WordsResult }): ReactNode {
  const delta = result.lengthEffect;
  return (
    <section className="profiles" aria-label="Length and vocabulary">
      <h3>Length and vocabulary</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Figure</span>
            </th>
            <th scope="col" className="number">
              Window
            </th>
            <th scope="col" className="number">
              Reference
            </th>
          </tr>
        </thead>
        <tbody>
          {PROFILE.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{value(result.window)}</td>
              <td className="number">{value(result.reference)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">
        Vocabularies are compared over the first {formatCount(result.sample)} words of either side, so that a longer
        side does not look richer.
      </p>
      <div className="length-effect">
        <span>
          Length effect (Cliff’s delta) <strong>{formatNumber(delta)}</strong>
        </span>
        <span className="delta" aria-hidden="true">
          {Number.isFinite(delta) && (
            <i style={{ left: `${50 + Math.min(0, delta) * 50}%`, width: `${Math.abs(delta) * 50}%` }} />
          )}
        </span>
      </div>
      <p className={Math.abs(delta) >= 0.33 ? 'verdict warn' : 'verdict'}>{lengthVerdict(delta)}</p>
    </section>
  );
}

function Compared({ result, sides }: { readonly result: WordsResult; readonly sides: WordsSides }): ReactNode {
  const most = Math.max(1, ...[...result.more, ...result.less].map(({ z }) => Math.abs(z)));
  if (result.window.texts === 0 || result.reference.texts === 0) {
    return (
      <Empty>
        {result.window.texts === 0
          ? `There is no text in ${sides.windowTitle}`
          : `There is no text in ${sides.referenceTitle}`}
        . Choose another comparison, or zoom the charts to a wider stretch and compare the visible range.
      </Empty>
    );
  }
  return (
    <>
      <p className="evidence-lead">
        <strong>{sides.windowTitle}</strong> (window) against <strong>{sides.referenceTitle}</strong> (reference). Paler
        terms (|z| under 1.96) are within what chance does to a single term.
      </p>
      <div className="words">
        <Terms title="More in the window" terms={result.more} most={most} />
        <Terms title="Less in the window" terms={result.less} most={most} />
        <Profiles result={result} />
      </div>
      <Notes notes={result.notes} />
    </>
  );
}

/** Which words set the episode apart, with length and vocabulary beside them. */
export function WordsTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { report, stream, onset, event, end, stretch } = subject;
  const visible = useVisibleRange();
  const hasText = useTautline(
    (state) => state.ledger.phase === 'open' && state.ledger.report.mapping.text !== undefined,
  );
  const [against, setAgainst] = useChoice<Against>('against', 'before');
  const { name } = report.streams[stream];
  const sides = useMemo(
    () =>
      sidesOf(against, {
        name,
        onset,
        event,
        end,
        events: report.events,
        visible: visible ?? { from: 0, to: report.events },
        stretch,
      }),
    [against, name, onset, event, end, report.events, visible, stretch],
  );
  const query = useWords(hasText ? { window: sides.window, reference: sides.reference } : null);
  if (!hasText)
    return (
      <Empty>
        The ledger has no texts: its file has no column “text”, or none is mapped to it. Map one in the report of what
        opening found.
      </Empty>
    );
  return (
    <>
      <div className="evidence-tools">
        <Segmented
          label="Compare"
          value={against}
          onChange={setAgainst}
          options={[
            ['before', stretch ? `stretch ↔ ${stretch.baseline?.title ?? 'nothing'}` : 'episode ↔ before it'],
            ['others', stretch ? 'stretch ↔ other streams' : 'episode ↔ other streams'],
            ['visible', 'visible range ↔ before it'],
          ]}
        />
      </div>
      <Answer query={query} what="comparing words">
        {(result) => <Compared result={result} sides={sides} />}
      </Answer>
    </>
  );
}
