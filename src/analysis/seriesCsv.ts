import type { IndexRange } from '../core/columns.ts';
import { csvOf, csvRows } from '../core/csv.ts';
import type { SeriesName } from '../detection/channels/table.ts';
import { EVENT_STATES } from '../detection/types.ts';
import { valuesOf } from './series.ts';
import type { Analysis } from './stages.ts';

/** Rows that are written at a time. */
const PART_ROWS = 4096;

interface CsvPart {
  readonly text: string;
  /** Share of the events that are written with it. */
  readonly fraction: number;
}

/**
 * Series of the events of some streams as a CSV file, a part at a time: event, row of the ledger, id, time (ISO 8601,
 * UTC), stream, its own count, state, and a column for each series with every digit, empty where there is no value.
 */
export function* seriesCsvParts(
  analysis: Analysis,
  names: readonly SeriesName[],
  range: IndexRange,
  streams: readonly number[],
): Generator<CsvPart> {
  const { events, signals, decisions } = analysis;
  const columns = names.map((name) => valuesOf(analysis, name));
  const wanted = new Uint8Array(events.streams.length);
  for (const stream of streams) wanted[stream] = 1;
  const from = Math.max(0, range.from);
  const to = Math.min(events.n, range.to);
  yield { text: csvOf(['event', 'row', 'event_id', 'time', 'stream', 'sequence', 'state', ...names], []), fraction: 0 };
  const timeOf = (i: number): string | null => {
    const time = events.hasTime ? events.time[i] : Number.NaN;
    return Number.isFinite(time) ? new Date(time).toISOString() : null;
  };
  for (let start = from; start < to; start += PART_ROWS) {
    const end = Math.min(to, start + PART_ROWS);
    const rows: (number | bigint | string | null)[][] = [];
    for (let i = start; i < end; i += 1) {
      if (!wanted[events.stream[i]]) continue;
      rows.push([
        i,
        events.row[i],
        events.eventId[i],
        timeOf(i),
        events.streams[events.stream[i]],
        signals.seq[i],
        EVENT_STATES[decisions.eventState[i]],
        ...columns.map((values) => values[i]),
      ]);
    }
    yield { text: csvRows(rows), fraction: (end - from) / (to - from) };
  }
}
