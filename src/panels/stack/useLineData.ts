import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { breakGaps } from '../../charts/points.ts';
import type { IndexRange } from '../../core/columns.ts';
import { seriesQuery, seriesVersion, type Prefetched } from '../../state/queries.ts';
import { session, useTautline } from '../../state/store.ts';
import type {
  AnalysisReport,
  Axis,
  PreviewReport,
  SeriesData,
  SeriesName,
  SeriesRequest,
} from '../../workers/protocol.ts';
import type { LinePanel } from '../panel.ts';
import { joinEdges } from './edges.ts';
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

interface Question {
  readonly report: AnalysisReport;
  readonly preview: PreviewReport | null;
  readonly axis: Axis;
  readonly range: IndexRange;
  readonly buckets: number;
  readonly streams: readonly number[];
}

/** With fewer events than this in view the room between two of them is wide enough to see. */
const FEW_EVENTS = 4000;

/**
 * Without events for longer than this share of the width, a line is broken; what stands alone between is drawn this
 * wide.
 */
const GAP_SHARE = 1 / 32;
const DASH_SHARE = 1 / 400;

/**
 * On the time axis the range asked for is exactly the visible one; the neighbours on either side let lines run on to
 * the edges of the plot, and lines of streams are broken where nothing happened for long (what is merged of all streams
 * has no gaps of its own).
 */
function lineQuery({ report, preview, axis, range, buckets, streams }: Question, name: SeriesName, merged: boolean) {
  const { events } = report;
  const version = seriesVersion(report, preview, name);
  const inside = seriesQuery(version, name, range, axis, buckets, streams);
  if (axis === 'event') return { ...inside, queryKey: [...inside.queryKey] };
  const whole = range.from === 0 && range.to === events;
  const ask = async (of: Pick<SeriesRequest, 'preview' | 'next'>) => {
    const at = (part: IndexRange, width: number) =>
      session.engine.series({ name, range: part, axis, buckets: width, streams, ...of });
    const [main, before, after] = await Promise.all([
      at(range, buckets),
      ...(whole || range.to - range.from > FEW_EVENTS
        ? []
        : [at({ from: 0, to: range.from }, 1), at({ from: range.to, to: events }, 1)]),
    ]);
    const joined = before && after ? joinEdges(before, main, after) : main;
    return merged ? joined : breakLines(main, joined);
  };
  return {
    ...inside,
    queryKey: [...inside.queryKey, merged ? 'merged' : 'broken'],
    queryFn: () => ask({ preview: version.preview }),
    meta: {
      next: () => ask({ next: true }),
      nextPreview: () => ask({ next: true, preview: true }),
    } satisfies Prefetched,
  };
}

/** The lines of `joined` broken at their gaps, as wide as they are in the chart of `main`. */
function breakLines(main: SeriesData, joined: SeriesData): SeriesData {
  const drawn = main.lines.filter(({ points }) => points.length > 0);
  const width =
    Math.max(...drawn.map(({ points }) => points.at(-2)!)) - Math.min(...drawn.map(({ points }) => points[0]));
  if (!(width > 0)) return joined;
  return {
    revision: joined.revision,
    lines: joined.lines.map(({ stream, points }) => ({
      stream,
      points: breakGaps(points, width * GAP_SHARE, width * DASH_SHARE),
    })),
  };
}

/** For the place of a second series where a panel has but one. */
const NOTHING = {
  ...seriesQuery({ revision: 0, preview: false }, 'z', { from: 0, to: 0 }, 'event', 0, []),
  queryKey: ['no series'],
  enabled: false,
};

/**
 * The series of a panel over the visible range. One question a panel is under way at a time; when it is answered, only
 * the newest is asked.
 */
export function useLineData(panel: LinePanel): LineData {
  const { report, range, width, axis, streams } = useShared();
  const preview = useTautline((state) => state.analysis.preview);
  const all = useMemo(() => report.streams.map((_, i) => i), [report]);
  const drawn = panel.ledgerWide ? all : streams;
  const wanted = useMemo(
    () => ({
      report,
      preview,
      axis,
      streams: drawn,
      enabled: drawn.length > 0 && width > 1,
      ...fetchWindow(range, report.events, width, axis, drawn.length),
    }),
    [report, preview, axis, drawn, width, range],
  );
  const [asked, setAsked] = useState(wanted);
  const query = (name: SeriesName) => ({
    ...lineQuery(asked, name, panel.ledgerWide === true),
    enabled: asked.enabled,
  });
  const [name, other] = panel.series;
  // Not useQueries: where a key changes it makes another observer and renders twice.
  const results = [useQuery(query(name)), useQuery(other ? query(other) : NOTHING)].slice(0, panel.series.length);
  const busy = results.some((result) => result.isFetching);
  if (!busy && asked !== wanted) setAsked(wanted);
  const [first, second] = results.map((result) => result.data);
  const series = useMemo(
    () => Object.fromEntries(panel.series.map((name, i) => [name, [first, second][i]])),
    [panel, first, second],
  );
  return {
    series,
    stale: busy || asked !== wanted,
    pending: asked.enabled && results.some((result) => result.data === undefined),
    error: results.find((result) => result.error)?.error ?? null,
    retry: () =>
      results.forEach((result) => {
        if (result.error) void result.refetch();
      }),
  };
}
