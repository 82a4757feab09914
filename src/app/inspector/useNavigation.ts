import { queryOptions, useQuery } from '@tanstack/react-query';
import type { EventIndex, LedgerRow } from '../../core/units.ts';
import { session } from '../../state/store.ts';
import type { AnalysisReport, StreamNeighbours } from '../../workers/protocol.ts';
import { indexOfRow } from './rows.ts';

/** The event at a row. Where no stream was left out, events are the rows. */
export async function eventAtRow(row: LedgerRow, report: AnalysisReport): Promise<EventIndex | null> {
  if (report.streamsLeftOut.length === 0) return row;
  return indexOfRow(row, report.events, (indices) => session.engine.rowsOf(indices));
}

const streamNeighboursQuery = ({ revision }: AnalysisReport, index: EventIndex) =>
  queryOptions({
    queryKey: ['stream-neighbours', revision, index],
    queryFn: () => session.engine.streamNeighbours(index),
  });

export function useStreamNeighbours(report: AnalysisReport, index: EventIndex): StreamNeighbours {
  const { data, isPlaceholderData } = useQuery(streamNeighboursQuery(report, index));
  return data && !isPlaceholderData ? data : NONE;
}

const NONE: StreamNeighbours = { before: null, after: null };
