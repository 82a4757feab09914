import { useState, type ReactNode } from 'react';
import { formatCount, formatNumber } from '../../../core/format.ts';
import type { CharacteristicTerm, TextProfile, WordsResult } from '../../../detection/drilldown/types.ts';
import { Empty, Notes } from '../parts.tsx';
import { lengthVerdict } from './selections.ts';
import './words.css';

/** What the two sides are called over columns of counts. */
type Columns = readonly [window: string, reference: string];

const SHOWN = 20;

function Terms({
  title,
  terms,
  most,
  columns,
}: {
  readonly title: string;
  readonly terms: readonly CharacteristicTerm[];
  readonly most: number;
  readonly columns: Columns;
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
            {columns[0]}
          </th>
          <th scope="col" className="number">
            {columns[1]}
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
            <td className={term.z > 0 ? 'term-bar more' : 'term-bar less'}>
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

function Profiles({ result, columns }: { readonly result: WordsResult; readonly columns: Columns }): ReactNode {
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
              {columns[0]}
            </th>
            <th scope="col" className="number">
              {columns[1]}
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
        <span className="delta-ticks dim" aria-hidden="true">
          <span>−1 shorter</span>
          <span>0</span>
          <span>+1 longer</span>
        </span>
      </div>
      <p className={Math.abs(delta) >= 0.33 ? 'verdict warn' : 'verdict'}>{lengthVerdict(delta)}</p>
    </section>
  );
}

/** Characteristic words of texts against others, with length and vocabulary beside them. */
export function ComparedWords({
  result,
  titles,
  columns = ['Window', 'Reference'],
}: {
  readonly result: WordsResult;
  readonly titles: {
    readonly window: string;
    readonly reference: string;
    readonly more: string;
    readonly less: string;
  };
  readonly columns?: Columns;
}): ReactNode {
  const [all, setAll] = useState(false);
  if (result.window.texts === 0 || result.reference.texts === 0) {
    return (
      <Empty>
        There is no text in {result.window.texts === 0 ? titles.window : titles.reference}. Choose another comparison,
        or a wider stretch.
      </Empty>
    );
  }
  const shown = (terms: readonly CharacteristicTerm[]) => terms.filter(({ isFunction }) => all || !isFunction);
  const [more, less] = [shown(result.more), shown(result.less)];
  const most = Math.max(1, ...[...more, ...less].map(({ z }) => Math.abs(z)));
  return (
    <>
      <p className="evidence-lead">
        <strong>{titles.window}</strong> ({columns[0].toLowerCase()}) against <strong>{titles.reference}</strong> (
        {columns[1].toLowerCase()}). Paler terms (|z| under 1.96) are within what chance does to a single term.{' '}
        <label>
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> function words too (on, it, your …)
        </label>
      </p>
      <div className="words">
        <Terms title={titles.more} terms={more} most={most} columns={columns} />
        <Terms title={titles.less} terms={less} most={most} columns={columns} />
        <Profiles result={result} columns={columns} />
      </div>
      <Notes notes={result.notes} />
    </>
  );
}
