import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { seriesQuery } from '../../state/queries.ts';
import type { SeriesData, SeriesName } from '../../workers/protocol.ts';
import type { LinePanel } from '../panel.ts';
import { fetchWindow } from './window.ts';
import { useShared } from './timeline.ts';

export interface LineData {
  readonly series: Readonly<Partial<Record<SeriesName, SeriesData>>>;
  /** The newest answer is still on its way; `series` is the one before. */
  readonly stale: boolean;
  /** Nothing has arrived yet. */
  readonly pending: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The series of a panel over the visible range. One question a panel is under way at a time; when it is answered, only the newest is asked. */
export function useLineData(panel: LinePanel): LineData {
  const { report, range, width, axis, streams } = useShared();
  const all = useMemo(() => report.streams.map((_, i) => i), [report]);
  const drawn = panel.ledgerWide ? all : streams;
  const wanted = useMemo(
    () => ({ revision: report.revision, axis, streams: drawn, enabled: drawn.length > 0 && width > 1, ...fetchWindow(range, report.events, width, axis, drawn.length) }),
    [report, axis, drawn, width, range],
  );
  const [asked, setAsked] = useState(wanted);
  const results = useQueries({
    queries: panel.series.map((name) => ({
      ...seriesQuery(asked.revision, name, asked.range, asked.axis, asked.buckets, asked.streams),
      enabled: asked.enabled,
    })),
  });
  const busy = results.some((result) => result.isFetching);
  if (!busy && asked !== wanted) setAsked(wanted);
  const [first, second] = results.map((result) => result.data);
  const series = useMemo(() => Object.fromEntries(panel.series.map((name, i) => [name, [first, second][i]])), [panel, first, second]);
  return {
    series,
    stale: busy || asked !== wanted,
    pending: asked.enabled && results.some((result) => result.data === undefined),
    error: results.find((result) => result.error)?.error ?? null,
    retry: () => results.forEach((result) => { if (result.error) void result.refetch(); }),
  };
}
