import { queryOptions, useQuery } from '@tanstack/react-query';
import type { EventIndex, LedgerRow } from '../../core/units.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import { session, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { indexOfRow, streamColumn, streamNeighboursSql } from './rows.ts';

/** The event at a row. Where no stream was left out, events are the rows. */
export async function eventAtRow(row: LedgerRow, report: AnalysisReport): Promise<EventIndex | null> {
  if (report.streamsLeftOut.length === 0) return row;
  return indexOfRow(row, report.events, (indices) => session.engine.rowsOf(indices));
}

/** The events before and after an event in its stream; null at the stream's ends. */
export interface StreamNeighbours {
  readonly before: EventIndex | null;
  readonly after: EventIndex | null;
}

const streamNeighboursQuery = (
  report: AnalysisReport,
  row: LedgerRow | null,
  key: Parameters['stream'],
  mapping: ColumnMapping,
) =>
  queryOptions({
    queryKey: ['stream-neighbours', report.revision, row, key],
    queryFn: async (): Promise<StreamNeighbours> => {
      if (row === null) return { before: null, after: null };
      const [found] = await session.tables.query(streamNeighboursSql(row, streamColumn(key, mapping)));
      const event = (value: unknown): Promise<EventIndex | null> =>
        value === null || value === undefined ? Promise.resolve(null) : eventAtRow(Number(value), report);
      const [before, after] = await Promise.all([event(found?.before), event(found?.after)]);
      return { before, after };
    },
    enabled: row !== null,
  });

export function useStreamNeighbours(report: AnalysisReport, row: LedgerRow | null): StreamNeighbours {
  const key = useTautline((state) => state.view.parameters.stream);
  const mapping = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.mapping : NO_MAPPING));
  const { data, isPlaceholderData } = useQuery(streamNeighboursQuery(report, row, key, mapping));
  return data && !isPlaceholderData ? data : NONE;
}

const NO_MAPPING: ColumnMapping = {};
const NONE: StreamNeighbours = { before: null, after: null };
