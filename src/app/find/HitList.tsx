import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatTimeFull } from '../../core/format.ts';
import { hitsSql } from '../../state/find/condition.ts';
import { useSearch } from '../../state/find/find.ts';
import { session, useTautline } from '../../state/store.ts';
import { useRowGrid } from '../alerts/rowGrid.tsx';
import { showEvent } from './show.ts';
import { cutAt, placeOf } from './snippet.ts';

/** Hits whose messages are asked for at a time. */
const PAGE = 100;
/** A browser's pages end at some 33 million px. */
const MAX_LISTED = 1_000_000;

interface Hit {
  readonly who: string | null;
  readonly time: number | null;
  readonly part: string | null;
  /** Characters of the whole message; null without one. */
  readonly length: number | null;
}

/** Messages of the hits [from, from + 3 pages). */
function useMessages(rows: Int32Array, from: number, text: string): ReadonlyMap<number, Hit> {
  const wanted = [...rows.subarray(from, from + 3 * PAGE)];
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.fingerprint : null));
  const { data } = useQuery({
    queryKey: ['hits', ledger, wanted, text],
    queryFn: async () => {
      const answer = await session.tables.query(hitsSql(wanted, text));
      return new Map(
        answer.map(({ row, ts, who, part, length }): [number, Hit] => [
          Number(row),
          {
            who: textOf(who),
            time: typeof ts === 'number' ? ts : null,
            part: textOf(part),
            length: length === null ? null : Number(length),
          },
        ]),
      );
    },
    enabled: wanted.length > 0,
    placeholderData: keepPreviousData,
  });
  return data ?? NO_MESSAGES;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const NO_MESSAGES: ReadonlyMap<number, Hit> = new Map();

function Message({ hit, text }: { readonly hit: Hit | undefined; readonly text: string }): ReactNode {
  if (!hit) return '…';
  if (hit.part === null) return <span className="dim">no text</span>;
  const [before, held, after] = cutAt(hit.part, text);
  return (
    <>
      {before}
      {held !== '' && <mark>{held}</mark>}
      {after}
    </>
  );
}

/** Why there is nothing to list, and what to do. */
function Nothing({ text, hasText }: { readonly text: string; readonly hasText: boolean }): ReactNode {
  const { phase, error, searched, rows, hits } = useSearch((state) => state);
  if (phase === 'failed')
    return (
      <p className="no-alerts field-problem" role="alert">
        {explain(error ?? toTautlineError(null, 'searching the messages'))}
      </p>
    );
  if (phase === 'idle')
    return (
      <p className="no-alerts dim">
        {hasText
          ? 'Type what the messages are to hold, in any case, or filter by a column.'
          : 'This ledger has no column of texts to search in. Filter by a column, or map a column of texts in the ' +
            'report of the ledger.'}
      </p>
    );
  if (phase === 'searching') return null;
  if (hits.untracked > 0)
    return (
      <p className="no-alerts dim">
        {formatCount(hits.untracked)} rows are found, all in streams that are not analysed. Another stream key may take
        them in.
      </p>
    );
  return (
    <p className="no-alerts dim">
      {text === '' ? 'No event passes the filters' : `No message holds “${text}”`}
      {phase === 'stopped'
        ? `: stopped after ${formatCount(searched)} of ${formatCount(rows)} rows.`
        : ` among ${formatCount(rows)} rows. Try a shorter text, or fewer filters.`}
    </p>
  );
}

/** The hits as rows of a grid: arrows or j and k move, Enter opens the event. */
export function HitList({ text, hasText }: { readonly text: string; readonly hasText: boolean }): ReactNode {
  const { indices, rows } = useSearch((state) => state.hits);
  const selected = useTautline((state) => state.view.selected);
  const [page, setPage] = useState(0);
  const listed = Math.min(MAX_LISTED, indices.length);
  const messages = useMessages(rows, Math.max(0, page - 1) * PAGE, text);
  const open = (index: number): void => {
    setActive(index);
    showEvent(indices[index]);
  };
  const { at, setActive, move, virtualizer, idOf, props } = useRowGrid({
    count: listed,
    onKey(key, row) {
      if (key === 'Enter') open(row);
      return key === 'Enter';
    },
    onMiddle: (index) => setPage(Math.floor(index / PAGE)),
  });

  // The hit that is stepped to, or selected on a chart, becomes the active row.
  const place = selected === null ? -1 : placeOf(indices, selected);
  const isHit = place >= 0 && place < listed && indices[place] === selected;
  useEffect(() => {
    if (isHit) move(place);
  }, [isHit, place, move]);

  return (
    <div
      className="alert-table hits"
      role="grid"
      aria-label="Hits"
      aria-rowcount={listed + 1}
      aria-colcount={4}
      {...props}
    >
      <div className="alert-row alert-head" role="row" aria-rowindex={1}>
        {['Event', 'Time (UTC)', 'Who', 'Message'].map((title, i) => (
          <div key={title} role="columnheader" aria-colindex={i + 1} className={i === 0 ? 'number' : undefined}>
            {title}
          </div>
        ))}
      </div>
      {listed === 0 && <Nothing text={text} hasText={hasText} />}
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const hit = messages.get(rows[item.index]);
          const cells = [
            formatCount(indices[item.index]),
            hit?.time === undefined || hit.time === null ? '' : formatTimeFull(hit.time),
            hit?.who,
            <Message key="message" hit={hit} text={text} />,
          ];
          return (
            <div
              key={item.index}
              id={idOf(item.index)}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={indices[item.index] === selected}
              className={`alert-row${item.index === at ? ' active' : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => open(item.index)}
            >
              {cells.map((cell, i) => (
                <div key={i} role="gridcell" aria-colindex={i + 1} className={i === 0 ? 'number' : undefined}>
                  {cell}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {indices.length > listed && (
        <p className="no-alerts dim">
          The first {formatCount(listed)} of {formatCount(indices.length)} hits are listed; all are marked and stepped
          through.
        </p>
      )}
    </div>
  );
}
