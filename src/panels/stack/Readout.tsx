import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { TimeLine } from '../../charts/lineOption.ts';
import type { StreamStyle } from '../../charts/palette.ts';
import { valueAsOf } from '../../charts/points.ts';
import { formatQuantity, type Unit } from '../../core/format.ts';
import { seriesVersion, valuesAsOfQuery } from '../../state/queries.ts';
import { useTautline } from '../../state/store.ts';
import type { SeriesName } from '../../workers/protocol.ts';
import { useShared } from './timeline.ts';
import { extremes } from './tip.ts';

/** The engine is asked about the cursor when it has stood still for this long, in ms. */
const REST = 80;

/** The event index of a cursor at rest; null while it moves and when it is nowhere. */
export function useRestingCursor(): number | null {
  const cursor = useTautline((state) => state.cursor);
  const [rested, setRested] = useState<number | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setRested(cursor), cursor === null ? 0 : REST);
    return () => clearTimeout(timer);
  }, [cursor]);
  return rested === cursor ? rested : null;
}

const RestingCursorContext = createContext<number | null>(null);
export const RestingCursorProvider = RestingCursorContext.Provider;
export const useSharedRestingCursor = (): number | null => useContext(RestingCursorContext);

/**
 * Each stream's value as of an event, to the last digit: lines on screen are thinned.
 * @returns by stream index; empty until the engine has answered, and of a preview.
 */
export function useExactValues(name: SeriesName, index: number | null): ReadonlyMap<number, number> {
  const { report, streams } = useShared();
  const version = seriesVersion(
    report,
    useTautline((state) => state.analysis.preview),
    name,
  );
  const asked = version.preview ? null : index;
  const { data, isPlaceholderData } = useQuery(valuesAsOfQuery(version, name, asked, streams));
  return useMemo(
    () =>
      new Map(asked === null || isPlaceholderData || !data ? [] : streams.map((stream, i) => [stream, data.values[i]])),
    [data, asked, isPlaceholderData, streams],
  );
}

interface ReadoutProps {
  readonly lines: readonly TimeLine[];
  readonly unit: Unit;
  readonly series: SeriesName;
  /** The lines are those of streams, not merged ones. */
  readonly perStream: boolean;
}

/** How a line is drawn. */
export function LineSwatch({ style }: { readonly style: StreamStyle }) {
  return (
    <svg width="12" height="8" aria-hidden="true">
      <line x1="0" x2="12" y1="4" y2="4" stroke={style.color} strokeWidth="2" strokeDasharray={style.dash.join(' ')} />
    </svg>
  );
}

/** Lines up to here are named one by one. */
const NAMED = 5;

/**
 * Each line's name and value as of the cursor, or as of the end of the view; "≈" while it is read off a thinned line.
 * Of many lines the largest and the smallest are seen; the tip beside the pointer has the others.
 */
export function Readout({ lines, unit, series, perStream }: ReadoutProps) {
  const { link, range } = useShared();
  const x = useSyncExternalStore(link.cursor.subscribe, link.cursor.get);
  const resting = useSharedRestingCursor();
  const atCursor = Number.isFinite(x);
  const exact = useExactValues(series, perStream ? (atCursor ? resting : range.to - 1) : null);
  const values = lines.map((line) => ({
    line,
    known: exact.has(Number(line.key)),
    value: exact.get(Number(line.key)) ?? valueAsOf(line.points, atCursor ? x : link.domain.max),
  }));
  const ends = lines.length > NAMED ? extremes(values) : null;
  const [most, least] = ends ?? [];
  return (
    <ul
      className={`readout${atCursor ? '' : ' resting'}`}
      aria-label={atCursor ? 'Values at the cursor' : 'Values at the end of the view'}
    >
      {lines.length > 0 && <li aria-hidden="true">{atCursor ? 'at cursor' : 'last in view'}</li>}
      {values.map((one) => {
        const { line, value, known } = one;
        const rough = perStream && !known && Number.isFinite(value);
        const what = one === most ? 'most: ' : one === least ? 'least: ' : '';
        return (
          <li
            key={line.key}
            className={lines.length > NAMED && what === '' ? 'visually-hidden' : undefined}
            title={`${line.name}: ${formatQuantity(value, unit)}`}
          >
            {what}
            <LineSwatch style={line.style} />
            <span className="readout-name">{line.name}</span>
            <span className="readout-value">
              {rough ? '≈' : ''}
              {formatQuantity(value, unit === 'ms' ? 'ms' : '')}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
