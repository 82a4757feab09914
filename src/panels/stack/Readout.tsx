import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { TimeLine } from '../../charts/lineOption.ts';
import { valueAsOf } from '../../charts/points.ts';
import { formatQuantity, type Unit } from '../../core/format.ts';
import { useEvent } from '../../state/queries.ts';
import { useTautline } from '../../state/store.ts';
import type { EventDetail, SeriesName } from '../../workers/protocol.ts';
import { useShared } from './timeline.ts';

/** The engine is asked about the event at the cursor when the cursor has stood still for this long, in ms. */
const REST = 90;

/** The event at the cursor as the engine knows it; null while the cursor moves or is nowhere. */
export function useEventAtCursor(): EventDetail | null {
  const cursor = useTautline((state) => state.cursor);
  const [rested, setRested] = useState<number | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setRested(cursor), cursor === null ? 0 : REST);
    return () => clearTimeout(timer);
  }, [cursor]);
  const { data } = useEvent(rested);
  return cursor !== null && data?.index === cursor ? data : null;
}

const CursorEventContext = createContext<EventDetail | null>(null);
export const CursorEventProvider = CursorEventContext.Provider;
export const useCursorEvent = (): EventDetail | null => useContext(CursorEventContext);

interface ReadoutProps {
  readonly lines: readonly TimeLine[];
  readonly unit: Unit;
  /** The series that the lines show, for the exact value of the event at the cursor; null where lines are merged. */
  readonly series: SeriesName | null;
  /** False where points stand for several events. */
  readonly exact: boolean;
}

/**
 * Each line's value as of the cursor, or its last one in view. "≈" marks a value read off a thinned line; the stream whose event is at the cursor
 * has its exact value.
 */
export function Readout({ lines, unit, series, exact }: ReadoutProps) {
  const { link } = useShared();
  const x = useSyncExternalStore(link.cursor.subscribe, link.cursor.get);
  const event = useCursorEvent();
  const atCursor = Number.isFinite(x);
  return (
    <ul className={`readout${atCursor ? '' : ' resting'}`} aria-label={atCursor ? 'Values at the cursor' : 'Last values in view'}>
      {lines.map((line) => {
        const own = series !== null && event !== null && line.key === String(event.stream);
        const value = own ? event.signals[series] : valueAsOf(line.points, atCursor ? x : link.domain.max);
        const text = formatQuantity(value, unit === 'ms' ? 'ms' : '');
        return (
          <li key={line.key} className={own ? 'own' : undefined} title={`${line.name}: ${formatQuantity(value, unit)}`}>
            <svg width="12" height="8" aria-hidden="true"><line x1="0" x2="12" y1="4" y2="4" stroke={line.style.color} strokeWidth="2" strokeDasharray={line.style.dash.join(' ')} /></svg>
            <span className="visually-hidden">{line.name}</span>
            <span className="readout-value">{!own && !exact && Number.isFinite(value) ? `≈${text}` : text}</span>
          </li>
        );
      })}
    </ul>
  );
}
