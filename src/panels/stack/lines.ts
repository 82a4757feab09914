import type { TimeLine } from '../../charts/lineOption.ts';
import { streamStyle } from '../../charts/palette.ts';
import type { TimeChartSpec } from '../../charts/TimeChart.tsx';
import type { SeriesName } from '../../workers/protocol.ts';
import type { PanelInput } from '../panel.ts';

/** The visible streams' lines of a series, each in its own style. */
export function streamLines({ series, streams, report, mode }: PanelInput, name: SeriesName): TimeLine[] {
  const wanted = new Set(streams);
  return (series[name]?.lines ?? [])
    .filter((line) => wanted.has(line.stream) && line.stream < report.streams.length)
    .map((line) => ({ key: String(line.stream), name: report.streams[line.stream].name, style: streamStyle(line.stream, mode), points: line.points }));
}

/** A chart with nothing but lines, for panels to add to. */
export function lineSpec(unit: TimeChartSpec['unit'], scale: TimeChartSpec['scale'], lines: readonly TimeLine[], more: Partial<TimeChartSpec> = {}): TimeChartSpec {
  return { unit, scale, lines, bands: [], thresholds: [], zones: [], include: [], ...more };
}

/** How many times the median the largest value may be before a linear scale shows nothing else. */
const SPIKE = 150;
/** The median of this many evenly spread points is near enough. */
const SAMPLE = 500;

/** True where one spike would press everything else on a linear scale flat. */
export function needsLog(lines: readonly TimeLine[]): boolean {
  const total = lines.reduce((sum, { points }) => sum + points.length / 2, 0);
  const every = Math.max(1, Math.floor(total / SAMPLE));
  const sample: number[] = [];
  let most = 0;
  let seen = 0;
  for (const { points } of lines) {
    for (let i = 1; i < points.length; i += 2) {
      if (!(points[i] > 0)) continue;
      if (points[i] > most) most = points[i];
      if (seen++ % every === 0) sample.push(points[i]);
    }
  }
  return most > SPIKE * sample.sort((a, b) => a - b)[sample.length >> 1];
}
