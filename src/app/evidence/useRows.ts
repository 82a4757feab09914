import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EventIndex, LedgerRow } from '../../core/units.ts';
import { session, useTautline } from '../../state/store.ts';

/** The ledger rows of some events; empty until they are there. Where no stream was left out, events are the rows. */
export function useRows(indices: readonly EventIndex[]): ReadonlyMap<EventIndex, LedgerRow> {
  const report = useTautline((state) => state.analysis.report);
  const wanted = [...new Set(indices)].sort((a, b) => a - b);
  const same = report !== null && report.streamsLeftOut.length === 0;
  const { data } = useQuery({
    queryKey: ['rows', report?.revision, wanted],
    queryFn: async () => {
      const rows = await session.engine.rowsOf(wanted);
      return new Map(wanted.map((index, i) => [index, rows[i]]));
    },
    enabled: report !== null && !same && wanted.length > 0,
    placeholderData: keepPreviousData,
  });
  return same ? new Map(wanted.map((index) => [index, index])) : (data ?? NOTHING);
}

const NOTHING: ReadonlyMap<EventIndex, LedgerRow> = new Map();
