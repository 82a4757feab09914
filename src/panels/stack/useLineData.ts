import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
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

/** The series of a panel over the visible range; asks for nothing while `active` is false. */
export function useLineData(panel: LinePanel, active: boolean): LineData {
  const { report, range, width, axis, streams } = useShared();
  const all = useMemo(() => report.streams.map((_, i) => i), [report]);
  const wanted = panel.ledgerWide ? all : streams;
  const window = useMemo(() => fetchWindow(range, report.events, width, axis, wanted.length), [range, report.events, width, axis, wanted.length]);
  const results = useQueries({
    queries: panel.series.map((name) => {
      const query = seriesQuery(report.revision, name, window.range, axis, window.buckets, wanted);
      return { ...query, enabled: active && wanted.length > 0 && width > 1 };
    }),
  });
  const data = results.map((result) => result.data);
  // The array is new on every render, its members are not.
  const series = useMemo(() => Object.fromEntries(panel.series.map((name, i) => [name, data[i]])), [panel, ...data]); // eslint-disable-line react-hooks/exhaustive-deps
  return {
    series,
    stale: results.some((result) => result.isFetching),
    pending: results.some((result) => result.data === undefined),
    error: results.find((result) => result.error)?.error ?? null,
    retry: () => results.forEach((result) => { if (result.error) void result.refetch(); }),
  };
}
