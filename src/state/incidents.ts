import { queryOptions, useQuery } from '@tanstack/react-query';
import { incidentsOf, type Incident } from '../detection/incidents/group.ts';
import type { AnalysisReport, Excess } from '../workers/protocol.ts';
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
  return rankedOf(report, data?.revision === report?.revision ? data : undefined);
}

let newest: { readonly report: AnalysisReport | null; readonly data: Excess | undefined; readonly ranked: Ranked } = {
  report: null,
  data: undefined,
  ranked: { incidents: [], excess: NO_EXCESS },
};

/** Several parts of the page ask for the same in one render: it is made once. */
function rankedOf(report: AnalysisReport | null, data: Excess | undefined): Ranked {
  if (newest.report === report && newest.data === data) return newest.ranked;
  const excess = data?.values ?? NO_EXCESS;
  const incidents = report ? grouped(report, excess) : [];
  newest = { report, data, ranked: { incidents, excess } };
  return newest.ranked;
}

const grouped = ({ alerts, streams, events, reference }: AnalysisReport, excess: Float64Array): Incident[] =>
  incidentsOf({ alerts, excess, streams: streams.length, events, watched: events - reference.to });
