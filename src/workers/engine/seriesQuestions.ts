import { TautlineFailure } from '../../core/errors.ts';
import type { SignalName } from '../../detection/types.ts';
import { downsample } from '../../kernels/downsample.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { valuesOf } from '../../analysis/series.ts';
import type { SERIES_QUESTIONS, SeriesData, SeriesRequest } from '../protocol.ts';
import type { ApiOf } from '../service/contract.ts';
import type { Preview, Previews } from './analysisCommands.ts';
import { requireEvent, type EngineContext } from './context.ts';
import { axisPositions, composition, indexAt, nearestEvent, positionOf, valuesAsOf } from './positions.ts';

/** Answers about lines and positions on the axis. */
export function seriesQuestions(context: EngineContext, previews: Previews): ApiOf<typeof SERIES_QUESTIONS> {
  const revision = () => context.standing.revision;

  return {
    async series(request) {
      const { name, range, axis, buckets, streams, preview, next } = request;
      const previewed = !preview ? null : next ? await previews.next : previews.current;
      if (previewed?.names.has(name as SignalName)) return drawPreview(context.open.kernels, previewed, request);
      if (preview && next) throw new TautlineFailure({ kind: 'cancelled', what: 'Previewing' });
      return context.answer((analysis) => {
        const { events } = analysis;
        const from = Math.min(events.n, Math.max(0, range.from));
        const to = Math.min(events.n, Math.max(from, range.to));
        const lines = downsample(context.open.kernels, {
          x: axisPositions(events, axis),
          y: valuesOf(analysis, name),
          stream: events.stream,
          from,
          to,
          buckets,
          streams,
        });
        return { revision: revision(), lines: lines.map((points, i) => ({ stream: streams[i], points })) };
      }, next);
    },

    composition: (range, axis, buckets, next) =>
      context.answer(
        ({ events, decisions }) => ({
          revision: revision(),
          ...composition(events, decisions.eventState, range, axis, buckets),
        }),
        next,
      ),

    valuesAsOf: (name, index, streams, next) =>
      context.answer((analysis) => {
        requireEvent(index, analysis.events.n);
        const values = valuesAsOf(analysis.events, valuesOf(analysis, name), index, streams);
        return { revision: revision(), values };
      }, next),

    nearest: (name, axis, x, y, xScale, yScale, streams) =>
      context.answer((analysis) =>
        nearestEvent(analysis.events, valuesOf(analysis, name), { axis, x, y, xScale, yScale, streams }),
      ),

    indexAt: (axis, x) => context.answer(({ events }) => indexAt(events, axis, x)),
    indicesAt: (axis, positions) =>
      context.answer(({ events }) => Int32Array.from(positions, (x) => indexAt(events, axis, x))),
    positionOf: (axis, index) => context.answer(({ events }) => positionOf(events, axis, index)),
    positionsOf: (axis, indices) =>
      context.answer(({ events }) => Float64Array.from(indices, (index) => positionOf(events, axis, index))),
  };
}

/** Lines of what there is of a preview. */
function drawPreview(
  kernels: KernelModule,
  { revision, ranges, signals, events }: Preview,
  { name, range, axis, buckets, streams }: SeriesRequest,
): SeriesData {
  const parts = ranges
    .map(({ from, to }) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to) }))
    .filter(({ from, to }) => from < to);
  const n = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const positions = axisPositions(events, axis);
  const values = signals[name as SignalName];
  const [x, y, stream] = [new Float64Array(n), new Float64Array(n), new Int32Array(n)];
  let at = 0;
  for (const { from, to } of parts) {
    if (positions) x.set(positions.subarray(from, to), at);
    else for (let i = from; i < to; i++) x[at + i - from] = i;
    y.set(values.subarray(from, to), at);
    stream.set(events.stream.subarray(from, to), at);
    at += to - from;
  }
  const lines = downsample(kernels, { x, y, stream, from: 0, to: n, buckets, streams });
  return { revision, lines: lines.map((points, i) => ({ stream: streams[i], points })) };
}
