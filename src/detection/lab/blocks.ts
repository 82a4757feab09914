import { splitmix64 } from '../../core/random.ts';
import type { Pieces } from '../../kernels/runLength.ts';
import type { PlacedSeries } from './inControl.ts';

/** Block of the bootstrap where there are no conversations to draw (docs/methods.md 9). */
export const BLOCK = 50;
/** Blocks that a stream must hold for conversations to be drawn from it. */
const MIN_BLOCKS = 4;
/** Slices of time that replicates must be drawn from: the spread of fewer says nothing. */
const MIN_SLICES = 4;

/** A block is cut to a quarter of a stream where that is shorter. */
const blockOf = (count: number): number => Math.min(BLOCK, Math.max(1, count >> 2));

/** A run of a stream's values. */
interface Run {
  readonly stream: number;
  /** First value, within the stream. */
  readonly first: number;
  readonly length: number;
}

function streamsOf({ starts }: PlacedSeries): number[] {
  return Array.from({ length: starts.length - 1 }, (_, s) => s);
}

/**
 * Whole conversations of a stream, short ones joined to their neighbours until they fill a block. Null where there are
 * fewer than four: one long conversation, or no thread ids.
 */
function conversationsOf({ starts, thread }: PlacedSeries, stream: number): Run[] | null {
  const [from, to] = [starts[stream], starts[stream + 1]];
  const least = blockOf(to - from);
  const cuts = [from];
  for (let i = from + 1; i < to; i++)
    if (thread[i] !== thread[i - 1] && i - cuts[cuts.length - 1] >= least) cuts.push(i);
  if (cuts.length > 1 && to - cuts[cuts.length - 1] < least) cuts.pop();
  if (cuts.length < MIN_BLOCKS) return null;
  return cuts.map((cut, i) => ({ stream, first: cut - from, length: (cuts[i + 1] ?? to) - cut }));
}

/** The blocks that paths are drawn from: whole conversations in streams that have them; null: moving blocks in all. */
export function piecesOf(series: PlacedSeries): Pieces | null {
  const conversations = streamsOf(series).map((s) => conversationsOf(series, s));
  if (conversations.every((own) => own === null)) return null;
  return toPieces(
    conversations.map((own, stream) => {
      const count = series.starts[stream + 1] - series.starts[stream];
      return own ?? Array.from({ length: count }, (_, first) => ({ stream, first, length: blockOf(count) }));
    }),
  );
}

function toPieces(byStream: readonly (readonly Run[])[]): Pieces {
  const starts = new Int32Array(byStream.length + 1);
  byStream.forEach((own, s) => (starts[s + 1] = starts[s] + own.length));
  return { spans: Int32Array.from(byStream.flat().flatMap(({ first, length }) => [first, length])), starts };
}

/** Slices of time, each as long as a block in every stream, that replicates are drawn from. */
export function slicesOf(series: PlacedSeries): number {
  const counts = streamsOf(series).map((s) => series.starts[s + 1] - series.starts[s]);
  const width = blockOf(Math.max(0, ...counts)) * counts.filter((own) => own > 0).length;
  return width > 0 ? Math.round(series.values.length / width) : 0;
}

/**
 * Replicates of the sample: its slices drawn with replacement. A slice is drawn for all streams at once: what they say
 * at the same time hangs together, so that four streams are worth less than four times as many events. None where there
 * are fewer than four slices.
 */
export function replicatesOf(series: PlacedSeries, count: number, seed: number): Pieces[] {
  const n = series.values.length;
  const slices = slicesOf(series);
  if (slices < MIN_SLICES) return [];
  const sliceOf = new Int32Array(n);
  Int32Array.from({ length: n }, (_, i) => i)
    .sort((a, b) => series.event[a] - series.event[b])
    .forEach((value, rank) => (sliceOf[value] = Math.floor((rank * slices) / n)));
  const bySlice: Run[][] = Array.from({ length: slices }, () => []);
  for (const stream of streamsOf(series))
    for (const run of conversationsOf(series, stream) ?? cutBySlice(series, stream, sliceOf))
      bySlice[sliceOf[series.starts[stream] + run.first]].push(run);
  const random = splitmix64(seed);
  return Array.from({ length: count }, () => {
    const byStream: Run[][] = streamsOf(series).map(() => []);
    for (let i = 0; i < slices; i++)
      for (const run of bySlice[Math.floor(random() * slices)]) byStream[run.stream].push(run);
    return toPieces(byStream);
  });
}

function cutBySlice({ starts }: PlacedSeries, stream: number, sliceOf: Int32Array): Run[] {
  const [from, to] = [starts[stream], starts[stream + 1]];
  const runs: Run[] = [];
  for (let i = from; i < to;) {
    let end = i + 1;
    while (end < to && sliceOf[end] === sliceOf[i]) end++;
    runs.push({ stream, first: i - from, length: end - i });
    i = end;
  }
  return runs;
}
