import type { SeriesData } from '../../workers/protocol.ts';

/**
 * The last point of each line of `before`, then `main`, then the first point of each line of `after`: lines that run on
 * to the edges of a plot.
 */
export function joinEdges(before: SeriesData, main: SeriesData, after: SeriesData): SeriesData {
  const pointsOf = (data: SeriesData, stream: number) =>
    data.lines.find((line) => line.stream === stream)?.points ?? new Float64Array(0);
  return {
    revision: main.revision,
    lines: main.lines.map(({ stream, points }) => {
      const parts = [pointsOf(before, stream).slice(-2), points, pointsOf(after, stream).slice(0, 2)];
      const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        joined.set(part, at);
        at += part.length;
      }
      return { stream, points: joined };
    }),
  };
}
