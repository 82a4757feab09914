import type { TimeLine } from '../../charts/lineOption.ts';
import { streamStyle, type Mode } from '../../charts/palette.ts';
import type { TimeChartSpec } from '../../charts/TimeChart.tsx';
import { sameItems } from '../../charts/useSame.ts';
import type { SeriesData, SeriesName } from '../../workers/protocol.ts';
import type { PanelInput } from '../panel.ts';

/**
 * The newest lines made of a series: while a threshold moves, the lines of a signal are the same array, and charts draw
 * them once.
 */
const made = new WeakMap<
  SeriesData,
  {
    readonly streams: readonly number[];
    readonly report: PanelInput['report']['streams'];
    readonly mode: Mode;
    readonly lines: TimeLine[];
  }
>();
const NO_LINES: readonly TimeLine[] = [];

/** The visible streams' lines of a series, each in its own style. */
export function streamLines({ series, streams, report, mode }: PanelInput, name: SeriesName): readonly TimeLine[] {
  const data = series[name];
  if (!data) return NO_LINES;
  const known = made.get(data);
  const sameNames =
    known?.report.length === report.streams.length &&
    known.report.every((stream, i) => stream.name === report.streams[i].name);
  if (known?.mode === mode && sameNames && sameItems(known.streams, streams)) return known.lines;
  const wanted = new Set(streams);
  const lines = data.lines
    .filter((line) => wanted.has(line.stream) && line.stream < report.streams.length)
    .map((line) => ({
      key: String(line.stream),
      name: report.streams[line.stream].name,
      style: streamStyle(line.stream, mode),
      points: line.points,
    }));
  made.set(data, { streams, report: report.streams, mode, lines });
  return lines;
}

const NO_BANDS: TimeChartSpec['bands'] = [];

/** A chart with nothing but lines, for panels to add to. */
export function lineSpec(
  unit: TimeChartSpec['unit'],
  scale: TimeChartSpec['scale'],
  lines: readonly TimeLine[],
  more: Partial<TimeChartSpec> = {},
): TimeChartSpec {
  return { unit, scale, lines, bands: NO_BANDS, thresholds: [], zones: [], include: [], ...more };
}

/** How many times the median the largest value may be before a linear scale shows nothing else. */
const SPIKE = 150;
/** The median of this many evenly spread points is near enough. */
const SAMPLE = 500;

/** True if one spike from `from` on would press everything else on a linear scale flat. */
export function needsLog(lines: readonly TimeLine[], from = -Infinity): boolean {
  const total = lines.reduce((sum, { points }) => sum + points.length / 2, 0);
  const every = Math.max(1, Math.floor(total / SAMPLE));
  const sample: number[] = [];
  let most = 0;
  let seen = 0;
  for (const { points } of lines) {
    for (let i = 1; i < points.length; i += 2) {
      if (!(points[i] > 0) || points[i - 1] < from) continue;
      if (points[i] > most) most = points[i];
      if (seen++ % every === 0) sample.push(points[i]);
    }
  }
  return most > SPIKE * sample.sort((a, b) => a - b)[sample.length >> 1];
}
