import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { incidentsOf, type Incident } from '../detection/incidents/group.ts';
import { session, useTautline } from './store.ts';

const GC_MS = 60_000;

const excessQuery = (revision: number | null) =>
  queryOptions({
    queryKey: ['excess', revision],
    queryFn: () => session.engine.excess(),
    enabled: revision !== null,
    gcTime: GC_MS,
  });

const NO_EXCESS = new Float64Array(0);

export interface Ranked {
  readonly incidents: readonly Incident[];
  /** By alert, how many times its limit it was at its worst; empty while it is not known. */
  readonly excess: Float64Array;
}

/** Alerts that belong together, the most severe first; how far over their limits is asked once nothing is dragged. */
export function useIncidents(): Ranked {
  const report = useTautline((state) => state.analysis.report);
  const rested = useTautline(({ analysis, dragging }) =>
    dragging || analysis.running ? null : (analysis.report?.revision ?? null),
  );
  const { data } = useQuery(excessQuery(report && report.alerts.length > 0 ? rested : null));
  return useMemo(() => {
    if (!report) return { incidents: [], excess: NO_EXCESS };
    const { alerts, streams, events, reference, revision } = report;
    const excess = data?.revision === revision ? data.values : NO_EXCESS;
    const watched = events - reference.to;
    return { incidents: incidentsOf({ alerts, excess, streams: streams.length, events, watched }), excess };
  }, [report, data]);
}
