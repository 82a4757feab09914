import { TautlineFailure } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import { boxMuller, splitmix64 } from '../../core/random.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Baseline } from '../baseline.ts';
import type { Parameters } from '../parameters.ts';
import { createDetector } from '../pipeline.ts';
import { STATE_KINDS } from '../channels/table.ts';
import { runTasks, sliceEvents, type LabLedger } from './ledger.ts';

/**
 * What is done to a stream from an event on. mean: its coordinates move by `size` within-stream standard deviations,
 * all axes together, in a random direction. scale: its residuals about the mean of its last 64 events become `size`
 * times as large. A mean of 0 and a scale of 1 change nothing: what fires then are false alarms.
 */
export type ChangeKind = 'mean' | 'scale';

/** Sizes of the power curves. */
export const MEAN_SIZES: readonly number[] = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];
export const SCALE_SIZES: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

export interface DelayRequest {
  readonly parameters: Parameters;
  readonly stream: StreamIndex;
  readonly change: ChangeKind;
  readonly sizes: readonly number[];
  /** Where the changes begin: each is a replicate. */
  readonly starts: readonly EventIndex[];
  /** Own events of the stream, from the change on, within which it must be found. */
  readonly horizon: number;
}

/**
 * One replicate: every size from one start, over the part of the ledger that matters. Self-contained, so that a worker
 * can run it.
 */
export interface DelayTask {
  readonly ledger: LabLedger;
  readonly baseline: Baseline;
  readonly parameters: Parameters;
  readonly stream: StreamIndex;
  readonly change: ChangeKind;
  readonly sizes: readonly number[];
  /** In the task's own events. */
  readonly start: EventIndex;
  /** Which start of the request; the direction of a mean shift follows from it. */
  readonly replicate: number;
}

/** The kinds that changes of coordinates can set off; style, meaning and behaviour read the messages. */
export const DELAY_KINDS = STATE_KINDS;
export type DelayKind = (typeof DELAY_KINDS)[number];
const isDelayKind = (kind: string): kind is DelayKind => (DELAY_KINDS as readonly string[]).includes(kind);

/** Own events from the change to the first alert of a kind, 1 for the first changed event; null if none fired. */
export type Delays = Readonly<Record<DelayKind, number | null>>;

export interface DelayOutcome {
  /** Per size of the task. */
  readonly delays: readonly Delays[];
  /** Kinds of alert that were already open at the start: they say nothing of the change. */
  readonly open: readonly DelayKind[];
}

/** Power and delay of one channel at one size. */
export interface DelayPoint {
  readonly kind: DelayKind;
  readonly size: number;
  /** Replicates in which the channel was silent before the change. */
  readonly replicates: number;
  readonly detected: number;
  /** detected / replicates, with its 95 % interval (Wilson 1927). */
  readonly power: number;
  readonly powerInterval: readonly [number, number];
  /**
   * Own events to detection, the misses counted as later than any; Infinity where half or more were missed, NaN without
   * replicates.
   */
  readonly medianDelay: number;
  /** 95 % interval of the median, by order statistics; Infinity where it reaches the misses. */
  readonly delayInterval: readonly [number, number];
}

/** Windows and memories are as good as full after this many of their time constants. */
const SETTLING = 5;
const LOCAL_MEAN = 64;
const DIRECTION_SEED = 7_919;

/** Own events before the change that a replicate needs, so that every memory is warm when it comes. */
const historyOf = (p: Parameters): number => Math.max(p.emd_window, Math.ceil(SETTLING / p.lambda_slow));

const MAX_HORIZON = 200;
const MIN_HORIZON = 10;

/** Index among a stream's own events of the first at which a change can be injected. */
const firstStart = (own: readonly EventIndex[], { reference }: Pick<LabLedger, 'reference'>, p: Parameters): number =>
  Math.max(
    historyOf(p),
    own.findIndex((i) => i >= reference.to),
  );

/**
 * Own events within which a change is to be found where nobody says: 200, and on a short stream half of those that are
 * left for a start, so that there are several starts.
 */
export function horizonOf(ledger: Pick<LabLedger, 'events' | 'reference'>, stream: StreamIndex, p: Parameters): number {
  const own = ownEvents(ledger.events.stream, stream);
  const room = own.length - firstStart(own, ledger, p);
  return Math.max(MIN_HORIZON, Math.min(MAX_HORIZON, Math.floor(room / 2)));
}

/**
 * Starts for replicates: `count` of the stream's events, evenly spread over those with room before and after, past the
 * reference. Throws where there is no room for one.
 */
export function delayStarts(
  { events, reference }: Pick<LabLedger, 'events' | 'reference'>,
  stream: StreamIndex,
  count: number,
  horizon: number,
  p: Parameters,
): EventIndex[] {
  const own = ownEvents(events.stream, stream);
  const first = firstStart(own, { reference }, p);
  const last = own.length - horizon;
  if (own[own.length - 1] < reference.to || last < first) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem:
        `Stream ${events.streams[stream]} has ${own.length} events: ` +
        `too few for ${historyOf(p)} before a change and ${horizon} after it`,
      advice: 'Choose a stream with more events, or let a change be found within fewer events of the stream',
    });
  }
  const starts = Math.min(count, last - first + 1);
  return Array.from({ length: starts }, (_, i) => own[first + Math.floor(((i + 0.5) * (last - first + 1)) / starts)]);
}

function ownEvents(stream: Int32Array, own: StreamIndex): number[] {
  const indices: number[] = [];
  for (let i = 0; i < stream.length; i++) if (stream[i] === own) indices.push(i);
  return indices;
}

/** One task a start. */
export function delayTasks(
  { events, coordinates, reference }: LabLedger,
  baseline: Baseline,
  request: DelayRequest,
): DelayTask[] {
  const { parameters, stream, change, sizes, starts, horizon } = request;
  const own = ownEvents(events.stream, stream);
  const position = new Map(own.map((index, i) => [index, i]));
  return starts.map((start, replicate) => {
    const at = position.get(start);
    if (at === undefined)
      throw new TautlineFailure({
        kind: 'ledger',
        problem: `Event ${start} is not of stream ${events.streams[stream]}`,
        advice: 'Choose one of its events',
      });
    const from = own[Math.max(0, at - historyOf(parameters))];
    const to = own[Math.min(own.length, at + horizon) - 1] + 1;
    return {
      ledger: {
        events: sliceEvents(events, { from, to }),
        coordinates: { k: coordinates.k, x: coordinates.x.slice(from * coordinates.k, to * coordinates.k) },
        reference,
      },
      baseline,
      parameters,
      stream,
      change,
      sizes,
      start: start - from,
      replicate,
    };
  });
}

/** Injects every size in turn and runs the pipeline over the slice, from the baseline's reference. */
export function runDelayTask(kernels: KernelModule, task: DelayTask): DelayOutcome {
  const { events, coordinates } = task.ledger;
  const detector = createDetector(kernels);
  // The stream was warm long before the slice began.
  const parameters = { ...task.parameters, warmup: 0 };
  const open = new Set<DelayKind>();
  const delays = task.sizes.map((size) => {
    detector.load(events, inject(task, size), task.baseline);
    detector.runSignals(parameters);
    const first: Record<string, number | null> = Object.fromEntries(DELAY_KINDS.map((kind) => [kind, null]));
    for (const alert of detector.decide(parameters).alerts) {
      if (alert.stream !== task.stream || !isDelayKind(alert.kind)) continue;
      if (alert.fired < task.start) {
        if (alert.resolved === null || alert.resolved >= task.start) open.add(alert.kind);
      } else first[alert.kind] ??= countOwn(events.stream, task.stream, task.start, alert.fired);
    }
    return first as Delays;
  });
  return { delays, open: [...open] };

  function inject({ stream, start, change, replicate }: DelayTask, size: number) {
    const { k } = coordinates;
    const x = coordinates.x.slice();
    const centre = localMean(task);
    const direction = unitVector(k, DIRECTION_SEED + replicate);
    for (let i = start; i < events.n; i++) {
      if (events.stream[i] !== stream || events.isVoid[i]) continue;
      for (let a = 0; a < k; a++) {
        const j = i * k + a;
        x[j] = change === 'mean' ? x[j] + size * direction[a] : centre[a] + size * (x[j] - centre[a]);
      }
    }
    return { k, x };
  }
}

function localMean({
  ledger: {
    events,
    coordinates: { k, x },
  },
  stream,
  start,
}: DelayTask): Float64Array {
  const mean = new Float64Array(k);
  let count = 0;
  for (let i = start - 1; i >= 0 && count < LOCAL_MEAN; i--) {
    if (events.stream[i] !== stream || events.isVoid[i]) continue;
    count++;
    for (let a = 0; a < k; a++) mean[a] += x[i * k + a];
  }
  return count === 0 ? mean : mean.map((sum) => sum / count);
}

/** A direction drawn evenly from the sphere. */
function unitVector(k: number, seed: number): Float64Array {
  const random = splitmix64(seed);
  const v = Float64Array.from({ length: k }, () => boxMuller(1 - random(), random()));
  const norm = Math.hypot(...v);
  return v.map((value) => value / norm);
}

function countOwn(stream: Int32Array, own: StreamIndex, from: number, to: number): number {
  let count = 0;
  for (let i = from; i <= to; i++) if (stream[i] === own) count++;
  return count;
}

/** Power curves from the outcomes of all replicates: per kind of alert and size. */
export function delayCurve(sizes: readonly number[], outcomes: readonly DelayOutcome[]): DelayPoint[] {
  return DELAY_KINDS.flatMap((kind) =>
    sizes.map((size, s) => {
      const valid = outcomes.filter((outcome) => !outcome.open.includes(kind));
      const delays = valid.map((outcome) => outcome.delays[s][kind] ?? Infinity).sort((a, b) => a - b);
      const detected = delays.filter(Number.isFinite).length;
      const n = valid.length;
      return {
        kind,
        size,
        replicates: n,
        detected,
        power: detected / n,
        powerInterval: wilson(detected, n),
        medianDelay: middle(delays),
        delayInterval: medianInterval(delays),
      };
    }),
  );
}

const Z = 1.96;

/** 95 % interval of a share (Wilson 1927). */
export function wilson(hits: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const p = hits / n;
  const centre = (p + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n))) / (1 + (Z * Z) / n);
  return [hits === 0 ? 0 : centre - half, hits === n ? 1 : centre + half];
}

function middle(sorted: readonly number[]): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  return n % 2 === 1 ? sorted[n >> 1] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/** 95 % interval of a median: the order statistics n/2 -+ 0.98 sqrt(n) (normal approximation of the binomial). */
function medianInterval(sorted: readonly number[]): [number, number] {
  const n = sorted.length;
  if (n === 0) return [Number.NaN, Number.NaN];
  const half = (Z / 2) * Math.sqrt(n);
  const low = Math.floor(n / 2 - half);
  const high = Math.ceil(n / 2 + half);
  return [low < 1 ? 0 : sorted[low - 1], high >= n ? Infinity : sorted[high]];
}

/** The whole curve in this thread, a replicate at a time. */
export async function delayCurveOf(
  kernels: KernelModule,
  ledger: LabLedger,
  baseline: Baseline,
  request: DelayRequest,
  options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): Promise<DelayPoint[]> {
  const outcomes = await runTasks(delayTasks(ledger, baseline, request), (task) => runDelayTask(kernels, task), {
    phase: 'Injecting changes',
    ...options,
  });
  return delayCurve(request.sizes, outcomes);
}
