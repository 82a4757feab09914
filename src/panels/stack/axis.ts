import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Domain } from '../../charts/domain.ts';
import type { IndexRange } from '../../core/columns.ts';
import { session } from '../../state/store.ts';
import type { AnalysisReport, Axis } from '../../workers/protocol.ts';

export const fullDomain = (axis: Axis, report: AnalysisReport): Domain =>
  axis === 'time'
    ? { min: report.timeRange[0], max: Math.max(report.timeRange[0] + 1, report.timeRange[1]) }
    : { min: 0, max: Math.max(1, report.events - 1) };

/** The event range that covers a stretch of the event axis. */
export const rangeOfEvents = (domain: Domain, events: number): IndexRange => {
  const from = Math.min(events - 1, Math.max(0, Math.floor(domain.min)));
  return { from, to: Math.max(from + 1, Math.min(events, Math.ceil(domain.max) + 1)) };
};

/**
 * Looks axis positions of events up; NaN if not known yet. On the time axis the engine is asked, once for a revision of
 * the signals: decisions move no event.
 */
export function usePositions(
  axis: Axis,
  signalsRevision: number,
  indices: readonly number[],
): (index: number) => number {
  const wanted = useMemo(() => [...new Set(indices)].sort((a, b) => a - b), [indices]);
  const { data } = useQuery({
    queryKey: ['positions', signalsRevision, axis, wanted],
    queryFn: async () => {
      const positions = await session.engine.positionsOf(axis, wanted);
      return new Map(wanted.map((index, i) => [index, positions[i]]));
    },
    enabled: axis === 'time' && wanted.length > 0,
    // Most of the wanted positions are known from before.
    placeholderData: keepPreviousData,
  });
  return useCallback((index) => (axis === 'event' ? index : (data?.get(index) ?? Number.NaN)), [axis, data]);
}

/** The event range that covers a stretch of an axis, both ends included. */
export async function askRange(axis: Axis, { min, max }: Domain, events: number): Promise<IndexRange> {
  const [first, last] = await Promise.all([session.engine.indexAt(axis, min), session.engine.indexAt(axis, max)]);
  const from = Math.min(first, events - 1);
  return { from, to: Math.min(events, Math.max(from, last) + 1) };
}
