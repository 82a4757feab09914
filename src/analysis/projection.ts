import type { Coordinates, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { counted, formatCount } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Projection } from '../detection/types.ts';
import { CovarianceAccumulator } from '../kernels/covariance.ts';
import { topEigenpairs, type Eigenpairs } from '../kernels/eigen.ts';
import { gramEigenpairs, RANK_TOLERANCE } from '../kernels/gram.ts';
import type { KernelModule } from '../kernels/module.ts';
import { Scheduler, type SchedulerOptions } from '../core/scheduler.ts';
import { projectRows } from '../kernels/project.ts';
import type { EmbeddingSource, OpenedLedger } from '../ledger/types.ts';

/** Streams of the canonical rows, of length n: what a projection is fitted within. */
export interface StreamRows {
  /** Stream code of each row; rows with a negative one take no part. */
  readonly stream: Int32Array;
  /** 1 where the row has no embedding. */
  readonly isVoid: Uint8Array;
}

export interface FittedProjection {
  readonly projection: Projection;
  /** Reference rows that it was fitted on, those with an embedding. */
  readonly rows: number;
  /** How the eigenpairs were found, for the log. */
  readonly method: 'covariance' | 'gram';
  readonly solver: Eigenpairs['method'];
  /** Largest |C v - lambda v| / lambda_1. */
  readonly residual: number;
}

/**
 * A reference that takes no more is put in canonical order before it is summed, so that its sums have the same bits
 * however the ledger is cut into files and batches.
 */
const ORDERED_BYTES = 64 * 2 ** 20;

/** Share of the progress that reading takes; the rest is the eigenproblem. */
const READING = 0.7;

/**
 * Fits the whitening projection (docs/methods.md 3) on the reference rows that have an embedding: the k largest
 * eigenpairs of the pooled within-stream covariance. One pass over the source: vectors are shifted by the first of
 * their stream, so the means can be taken off at the end without loss of digits. With fewer rows than dimensions the
 * smaller Gram problem is solved. `projection.k` is lower than `k` where the rank is. Works in an instance of its own,
 * so other kernels may run meanwhile.
 * @param reference half-open range of canonical rows
 */
export async function fitProjection(
  kernels: KernelModule,
  rows: StreamRows,
  source: EmbeddingSource,
  reference: IndexRange,
  k: number,
  options: SchedulerOptions = {},
): Promise<FittedProjection> {
  const { only, rank, expected, code, streamCount } = referenceRows(rows, reference);
  const d = source.dimension;
  const degrees = expected - streamCount;
  if (degrees < 1) {
    const whole = reference.from === 0 && reference.to >= rows.isVoid.length;
    throw new TautlineFailure({
      kind: 'ledger',
      problem:
        `${whole ? 'The ledger' : 'The reference'} has ${counted(expected, 'event')} with an embedding ` +
        `in ${counted(streamCount, 'stream')}: ` +
        'too few to measure how a stream varies',
      advice: whole
        ? 'Open a ledger with more events, or choose a stream key with fewer streams'
        : 'Choose a longer reference, or a stream key with fewer streams',
    });
  }
  const own = kernels.fork();
  const reading = new Scheduler('Fitting the projection', within(options, 0, READING));
  const solving = new Scheduler('Fitting the projection', within(options, READING, 1));
  const wanted = Math.min(k, degrees, d);
  // With fewer rows than dimensions the rows are smaller than the covariance, and so is their Gram matrix.
  const gram = expected < d;
  const kept = gram || expected * d * Float32Array.BYTES_PER_ELEMENT <= ORDERED_BYTES;
  const rowsKept = new Float32Array(kept ? expected * d : 0);
  const streamsKept = new Int32Array(kept ? expected : 0);
  const accumulator = gram ? null : new CovarianceAccumulator(own, d, streamCount);
  const accumulate = async (vectors: Float32Array, codes: Int32Array, before: number): Promise<void> => {
    for (let from = 0; accumulator && from < codes.length; from += accumulator.chunk) {
      const to = Math.min(codes.length, from + accumulator.chunk);
      accumulator.add(vectors.subarray(from * d, to * d), codes.subarray(from, to));
      await reading.yieldIfDue((before + to) / expected);
    }
  };

  let read = 0;
  for await (const batch of source.batches({ only, signal: options.signal })) {
    const { length } = batch.rows;
    const codes = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const row = batch.rows[i];
      if (!(only[row] === 1)) throw unexpectedRow(row);
      only[row] = 2;
      codes[i] = code[rows.stream[row]];
      if (!kept) continue;
      streamsKept[rank[row]] = codes[i];
      rowsKept.set(batch.vectors.subarray(i * d, (i + 1) * d), rank[row] * d);
    }
    if (!kept) await accumulate(batch.vectors, codes, read);
    read += length;
    await reading.yieldIfDue(read / expected);
  }
  if (read !== expected) {
    throw new TautlineFailure({
      kind: 'internal',
      problem: `${read} of ${expected} reference embeddings could be read`,
      advice: 'Open the ledger again; the file may have changed.',
    });
  }

  let pairs: Eigenpairs;
  let mean: Float64Array;
  if (gram) {
    const centred = own.arena.f64(expected * d);
    mean = centreWithinStreams(rowsKept, streamsKept, streamCount, d, centred.view());
    requireFinite(mean);
    pairs = await gramEigenpairs(own, centred, expected, d, degrees, wanted, solving);
  } else {
    if (kept) await accumulate(rowsKept, streamsKept, 0);
    const { covariance, mean: all } = accumulator!.finish();
    mean = all;
    requireFinite(mean);
    pairs = await topEigenpairs(own, covariance, d, wanted, solving);
  }
  return {
    projection: whiten(pairs, mean, d),
    rows: expected,
    method: gram ? 'gram' : 'covariance',
    solver: pairs.method,
    residual: pairs.residual,
  };
}

/**
 * Whitened coordinates of the canonical rows [0, n), batch by batch; rows that the source does not deliver (void
 * events, rows left out by `only`) are NaN.
 * @param only length n: rows with a non-zero entry
 */
export async function projectLedger(
  kernels: KernelModule,
  projection: Projection,
  source: EmbeddingSource,
  n: number,
  options: SchedulerOptions & { readonly only?: Uint8Array } = {},
): Promise<Coordinates> {
  const { k, dimension: d } = projection;
  if (source.dimension !== d) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the embeddings have ${source.dimension} values, the projection was fitted on ${d}`,
      advice: 'Use a baseline of the same embedding model, or fit the projection on this ledger.',
    });
  }
  const scheduler = new Scheduler('Projecting embeddings', options);
  const x = new Float32Array(n * k).fill(NaN);
  const total = options.only ? options.only.reduce((sum, wanted) => sum + (wanted ? 1 : 0), 0) : n;
  let done = 0;
  for await (const { rows, vectors } of source.batches({ only: options.only, signal: options.signal })) {
    const projected = projectRows(kernels, projection, vectors.subarray(0, rows.length * d), rows.length);
    let consecutive = true;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (!(row >= 0 && row < n)) throw unexpectedRow(row);
      consecutive &&= row === rows[0] + i;
      // x - x is 0 for a finite number, NaN for NaN and infinities.
      let sum = 0;
      for (let at = i * k; at < (i + 1) * k; at++) sum += projected[at] - projected[at];
      if (sum !== 0) throw notFinite(`the embedding of row ${row} is not finite`);
    }
    if (consecutive && rows.length > 0) x.set(projected, rows[0] * k);
    else
      for (let i = 0; i < rows.length; i++)
        for (let axis = 0; axis < k; axis++) x[rows[i] * k + axis] = projected[i * k + axis];
    done += rows.length;
    await scheduler.yieldIfDue(total === 0 ? 1 : Math.min(1, done / total));
  }
  return { k, x };
}

/** The first `k` axes: eigenpairs are nested, so a larger fit contains every smaller one. */
export function truncateProjection(projection: Projection, k: number): Projection {
  const kept = Math.min(k, projection.k);
  return {
    ...projection,
    k: kept,
    axes: projection.axes.slice(0, kept * projection.dimension),
    eigenvalues: projection.eigenvalues.slice(0, kept),
  };
}

/** The first `k` coordinates of every row, equal to those of a projection cut to k axes. */
export function truncateCoordinates(coordinates: Coordinates, k: number): Coordinates {
  if (k >= coordinates.k) return coordinates;
  const n = coordinates.x.length / coordinates.k;
  const x = new Float32Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let axis = 0; axis < k; axis++) x[i * k + axis] = coordinates.x[i * coordinates.k + axis];
  }
  return { k, x };
}

/**
 * Axes lambda^(-1/2) v, each v with its largest-magnitude entry positive; eigenvalues that are rounding are dropped.
 */
function whiten(pairs: Eigenpairs, mean: Float64Array, d: number): Projection {
  const largest = pairs.values[0];
  if (!(largest > 0)) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: 'the embeddings of the reference do not vary within any stream',
      advice: 'Choose another reference period or stream key.',
    });
  }
  const eigenvalues = pairs.values.filter((value) => value >= RANK_TOLERANCE * largest);
  const k = eigenvalues.length;
  const axes = new Float64Array(k * d);
  for (let i = 0; i < k; i++) {
    const v = pairs.vectors.subarray(i * d, (i + 1) * d);
    let extreme = 0;
    for (let l = 1; l < d; l++) if (Math.abs(v[l]) > Math.abs(v[extreme])) extreme = l;
    const scale = (v[extreme] < 0 ? -1 : 1) / Math.sqrt(eigenvalues[i]);
    for (let l = 0; l < d; l++) axes[i * d + l] = v[l] * scale;
  }
  return { dimension: d, k, mean, axes, eigenvalues };
}

/** Mask of the reference rows with an embedding, their ranks, and dense codes of the streams that occur among them. */
function referenceRows(
  rows: StreamRows,
  reference: IndexRange,
): { only: Uint8Array; rank: Int32Array; expected: number; code: Int32Array; streamCount: number } {
  const n = rows.stream.length;
  const only = new Uint8Array(n);
  const rank = new Int32Array(n);
  const from = Math.max(0, reference.from);
  const to = Math.min(n, reference.to);
  const code = new Int32Array(rows.stream.reduce((most, stream) => Math.max(most, stream + 1), 0)).fill(-1);
  let expected = 0;
  let streamCount = 0;
  for (let row = from; row < to; row++) {
    const stream = rows.stream[row];
    if (stream < 0 || rows.isVoid[row]) continue;
    only[row] = 1;
    rank[row] = expected++;
    if (code[stream] < 0) code[stream] = streamCount++;
  }
  return { only, rank, expected, code, streamCount };
}

/** Writes each row less the mean of its stream; returns the mean of all rows. */
function centreWithinStreams(
  vectors: Float32Array,
  streams: Int32Array,
  streamCount: number,
  d: number,
  centred: Float64Array,
): Float64Array {
  const n = streams.length;
  const means = new Float64Array(streamCount * d);
  const counts = new Int32Array(streamCount);
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    counts[streams[i]]++;
    for (let l = 0; l < d; l++) means[streams[i] * d + l] += vectors[i * d + l];
  }
  for (let s = 0; s < streamCount; s++) {
    for (let l = 0; l < d; l++) {
      mean[l] += means[s * d + l] / n;
      means[s * d + l] /= counts[s];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < d; l++) centred[i * d + l] = vectors[i * d + l] - means[streams[i] * d + l];
  }
  return mean;
}

/** Maps fractions of a part of the work to fractions of the whole. */
function within(options: SchedulerOptions, from: number, to: number): SchedulerOptions {
  const { onProgress } = options;
  if (!onProgress) return options;
  const mapped: OnProgress = (progress) =>
    onProgress({ ...progress, fraction: from + (to - from) * progress.fraction });
  return { ...options, onProgress: mapped };
}

function requireFinite(mean: Float64Array): void {
  if (!mean.every(Number.isFinite)) throw notFinite('an embedding of the reference is not finite');
}

function notFinite(problem: string): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem,
    advice: 'Leave out rows with NaN or infinite values and open the ledger again.',
  });
}

function unexpectedRow(row: number): TautlineFailure {
  return new TautlineFailure({
    kind: 'internal',
    problem: `the embedding source delivered row ${row}, which was not asked for or was delivered before`,
    advice: 'Open the ledger again.',
  });
}

/** Coordinates of the rows that are events, in the order of the events. */
export function gatherCoordinates({ k, x }: Coordinates, rows: Int32Array): Coordinates {
  const gathered = new Float32Array(rows.length * k);
  for (let i = 0; i < rows.length; i += 1) {
    for (let axis = 0; axis < k; axis += 1) gathered[i * k + axis] = x[rows[i] * k + axis];
  }
  return { k, x: gathered };
}

/** The embeddings of a ledger that can be analysed. Throws kind `ledger` where there are none. */
export function embeddingsOf({ columns, embeddings }: Pick<OpenedLedger, 'columns' | 'embeddings'>): EmbeddingSource {
  if (!embeddings) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: 'This ledger has neither embeddings nor text, so nothing can be measured of how its meanings move',
      advice: 'Map a column with a list of numbers to "embedding", or one with the messages to "text"',
    });
  }
  if (columns.isVoid.every((isVoid) => isVoid === 1)) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem:
        `All ${formatCount(columns.n)} events are void: none has an embedding, ` +
        `so nothing can be measured of how their meanings move`,
      advice: 'Map another column to "embedding", or one with the messages to "text"',
    });
  }
  return embeddings;
}
