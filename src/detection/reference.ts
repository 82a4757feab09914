import type { Coordinates, DictionaryColumn, EventColumns, IndexRange, LedgerColumns } from '../core/columns.ts';
import { runLatency, latencyState } from './channels/latency/kernel.ts';
import type { KernelModule } from '../kernels/module.ts';
import { NO_STREAM } from '../core/streamKey.ts';
import type { Parameters } from './parameters.ts';
import { nearestRank } from '../core/statistics.ts';

/** A stream needs as many reference events with an embedding for a mean of its own (docs/methods.md 6). */
const MIN_OWN_MEAN = 16;
/** Ledgers of fewer events are analysed in retrospect (docs/methods.md 2). */
const MIN_LEDGER = 200;
/** Streams that are tracked by default; the others are named and left out. */
const MAX_STREAMS = 24;

export interface StreamSelection {
  readonly events: EventColumns;
  /** Streams beyond the busiest, with their events, busiest first. */
  readonly leftOut: readonly { readonly name: string; readonly events: number }[];
}

/**
 * The events of the busiest `max` streams (ties by name), in order; streams sorted by name. NULL keys are the stream
 * "(none)".
 * @param by the stream of each event: that of `heldStreams`, or another column
 */
export function selectStreams(ledger: LedgerColumns, by: DictionaryColumn, max: number = MAX_STREAMS): StreamSelection {
  const { n } = ledger;
  const names = [...by.values, NO_STREAM];
  const codes = Int32Array.from(by.codes, (code) => (code < 0 ? names.length - 1 : code));
  // A value that is itself "(none)" and NULL are one stream, as are equal values under two codes.
  const slotOf = new Map<string, number>();
  const slots = names.map((name) => {
    if (!slotOf.has(name)) slotOf.set(name, slotOf.size);
    return slotOf.get(name)!;
  });
  const counts = new Int32Array(slotOf.size);
  for (let i = 0; i < n; i++) counts[slots[codes[i]]]++;
  const busiest = [...slotOf]
    .map(([name, slot]) => ({ name, slot, events: counts[slot] }))
    .filter((s) => s.events > 0)
    .sort((a, b) => b.events - a.events || compare(a.name, b.name));
  const tracked = busiest.slice(0, max).sort((a, b) => compare(a.name, b.name));
  const streamOf = new Int32Array(slotOf.size).fill(-1);
  tracked.forEach((s, index) => (streamOf[s.slot] = index));
  const streamOfCode = Int32Array.from(slots, (slot) => streamOf[slot]);

  const kept = tracked.reduce((sum, s) => sum + s.events, 0);
  const row = new Int32Array(kept);
  const stream = new Int32Array(kept);
  for (let i = 0, j = 0; i < n; i++) {
    const s = streamOfCode[codes[i]];
    if (s < 0) continue;
    row[j] = i;
    stream[j++] = s;
  }
  const all = kept === n;
  const absent = (): Int32Array => new Int32Array(kept).fill(-1);
  return {
    events: {
      n: kept,
      streams: tracked.map((s) => s.name),
      stream,
      row,
      eventId: all ? ledger.eventId : BigInt64Array.from(row, (r) => ledger.eventId[r]),
      time: all ? ledger.time : Float64Array.from(row, (r) => ledger.time[r]),
      hasTime: ledger.hasTime,
      thread: ledger.thread ? pick(ledger.thread.codes, row, all) : absent(),
      threadCount: ledger.thread?.values.length ?? 0,
      instantiation: ledger.instantiation ? pick(ledger.instantiation.codes, row, all) : absent(),
      latency: all ? ledger.latency : Float64Array.from(row, (r) => ledger.latency[r]),
      hasLatency: ledger.hasLatency,
      isVoid: all ? ledger.isVoid : Uint8Array.from(row, (r) => ledger.isVoid[r]),
    },
    leftOut: busiest.slice(max).map(({ name, events }) => ({ name, events })),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const pick = (codes: Int32Array, rows: Int32Array, all: boolean): Int32Array =>
  all ? codes : Int32Array.from(rows, (r) => codes[r]);

/**
 * The streams of the keys that are in memory; of the others null. A ledger without provider_id is split by agent_id
 * under the default key (docs/ledger-format.md); "ledger" is one stream of all.
 */
export function heldStreams(ledger: LedgerColumns, key: string): DictionaryColumn | null {
  switch (key) {
    case 'provider_id':
      return ledger.provider ?? ledger.agent;
    case 'agent_id':
      return ledger.agent;
    case 'thread_id':
      return ledger.thread;
    case 'instantiation_id':
      return ledger.instantiation;
    case 'label':
      return ledger.label;
    case 'ledger':
      return { codes: new Int32Array(ledger.n), values: ['ledger'] };
    default:
      return null;
  }
}

/**
 * How coupling matches answers: by time where there are latencies, else by turns, unless stated (docs/methods.md 6).
 */
export function resolveSync(parameters: Pick<Parameters, 'sync'>, hasLatency: boolean): 'time' | 'turn' {
  return parameters.sync === 'auto' ? (hasLatency ? 'time' : 'turn') : parameters.sync;
}

/**
 * The reference period of a ledger of n events (docs/methods.md 2): its first min(max(200, min(reference_events, 20
 * %)), n) events, or `reference_range` clamped to the ledger.
 * `retrospective` where it is the whole ledger.
 */
export function referenceRange(
  n: number,
  parameters: Pick<Parameters, 'reference_events' | 'reference_range'>,
): { readonly range: IndexRange; readonly retrospective: boolean } {
  const range = brushed(n, parameters.reference_range) ?? {
    from: 0,
    to:
      n < MIN_LEDGER
        ? n
        : Math.min(n, Math.max(MIN_LEDGER, Math.min(parameters.reference_events, Math.floor(0.2 * n)))),
  };
  return { range, retrospective: range.from === 0 && range.to === n };
}

function brushed(n: number, wanted: readonly [number, number] | null): IndexRange | null {
  if (!wanted || n === 0) return null;
  const from = Math.min(n - 1, Math.max(0, Math.floor(wanted[0])));
  return { from, to: Math.min(n, Math.max(from + 1, Math.floor(wanted[1]))) };
}

/**
 * Reference events that calibration skips of a stream: `burn`, or a tenth where there are fewer than 500
 * (docs/methods.md 7).
 */
export const burnOf = (burn: number, referenceEvents: number): number =>
  referenceEvents < 500 ? Math.floor(0.1 * referenceEvents) : burn;

/**
 * Events after which a stream is warm: `warmup`, or a tenth of the stream where that has fewer than ten warm-ups; -1 =
 * length not known (docs/methods.md 8).
 */
export const warmupOf = (warmup: number, streamEvents: number): number =>
  streamEvents >= 0 && streamEvents < 10 * warmup ? Math.floor(0.1 * streamEvents) : warmup;

/** What does not depend on any parameter but the projection's: counts and means of the reference. */
export interface ReferenceMeans {
  /** Mean of all reference coordinates, k; NaN if there are none. */
  readonly pooledMean: Float64Array;
  /** S x k: each stream's mean; the pooled one where it has fewer than 16 events with an embedding. */
  readonly means: Float64Array;
  /** Reference events of each stream, and those of them with an embedding. */
  readonly referenceEvents: Int32Array;
  readonly referenceEmbedded: Int32Array;
  /** Events of each stream in the ledger; -1 = not known. */
  readonly streamEvents: Int32Array;
}

/** Everything that the reference fixes (docs/methods.md 2): what a stream consumer needs to start with. */
export interface ResolvedReference extends ReferenceMeans {
  /** Where the reference lies in the events at hand; `to` 0 when it came from elsewhere (a baseline). */
  readonly range: IndexRange;
  readonly retrospective: boolean;
  readonly streams: readonly string[];
  readonly k: number;
  readonly hasLatency: boolean;
  /** W_ref: nearest-rank median of the dynamic window over the reference, ms. */
  readonly windowReference: number;
  readonly windows: ReferenceWindows;
}

/** Each stream's newest reference coordinates, for shift. */
export interface ReferenceWindows {
  readonly size: number;
  /** S x size x k, the first `counts` rows of each stream used, oldest first; the rest is 0. */
  readonly rows: Float32Array;
  readonly counts: Int32Array;
}

export function referenceMeans(events: EventColumns, { k, x }: Coordinates, range: IndexRange): ReferenceMeans {
  const streams = events.streams.length;
  const sums = new Float64Array(streams * k);
  const pooledMean = new Float64Array(k);
  const referenceEvents = new Int32Array(streams);
  const referenceEmbedded = new Int32Array(streams);
  const streamEvents = new Int32Array(streams);
  let pooled = 0;
  for (let i = 0; i < events.n; i++) streamEvents[events.stream[i]]++;
  for (let i = range.from; i < range.to; i++) {
    const s = events.stream[i];
    referenceEvents[s]++;
    if (events.isVoid[i]) continue;
    referenceEmbedded[s]++;
    pooled++;
    for (let a = 0; a < k; a++) {
      sums[s * k + a] += x[i * k + a];
      pooledMean[a] += x[i * k + a];
    }
  }
  for (let a = 0; a < k; a++) pooledMean[a] /= pooled;
  const means = sums.map((sum, j) => {
    const count = referenceEmbedded[Math.floor(j / k)];
    return count < MIN_OWN_MEAN ? pooledMean[j % k] : sum / count;
  });
  return { pooledMean, means, referenceEvents, referenceEmbedded, streamEvents };
}

export function referenceWindows(
  events: EventColumns,
  { k, x }: Coordinates,
  range: IndexRange,
  size: number,
): ReferenceWindows {
  const streams = events.streams.length;
  const newest: number[][] = events.streams.map(() => []);
  let missing = streams;
  for (let i = range.to - 1; i >= range.from && missing > 0; i--) {
    const own = newest[events.stream[i]];
    if (events.isVoid[i] || own.length === size) continue;
    if (own.push(i) === size) missing--;
  }
  const rows = new Float32Array(streams * size * k);
  newest.forEach((own, s) =>
    own.reverse().forEach((i, j) => rows.set(x.subarray(i * k, (i + 1) * k), (s * size + j) * k)),
  );
  return { size, rows, counts: Int32Array.from(newest, (own) => own.length) };
}

/** W_ref from the column of dynamic windows; the minimum where the reference is empty. */
export function windowReferenceOf(window: Float64Array, range: IndexRange, minimum: number): number {
  return range.to > range.from ? nearestRank(window.subarray(range.from, range.to), 0.5) : minimum;
}

/** Resolves a reference period within the events at hand. */
export function resolveReference(
  kernels: KernelModule,
  events: EventColumns,
  coordinates: Coordinates,
  range: IndexRange,
  parameters: Pick<Parameters, 'emd_window' | 'lat_window' | 'win_factor' | 'win_min' | 'adaptive'>,
): ResolvedReference {
  const { arena } = kernels;
  const windowReference = arena.scope(() => {
    const latency = arena.f64From(events.latency.subarray(0, range.to));
    const p95 = arena.f64(range.to);
    const window = arena.f64(range.to);
    const options = {
      size: parameters.lat_window,
      factor: parameters.win_factor,
      minimum: parameters.win_min,
      adaptive: parameters.adaptive,
    };
    runLatency(kernels, latency, options, latencyState(kernels, options.size), { p95, window }, 0, range.to);
    return windowReferenceOf(window.view(), range, parameters.win_min);
  });
  return {
    ...referenceMeans(events, coordinates, range),
    range,
    retrospective: range.from === 0 && range.to === events.n,
    streams: events.streams,
    k: coordinates.k,
    hasLatency: events.hasLatency,
    windowReference,
    windows: referenceWindows(events, coordinates, range, parameters.emd_window),
  };
}

/**
 * A reference from elsewhere, for the streams at hand: matched by name; a stream that it does not know has the pooled
 * mean and no window.
 */
export function alignReference(reference: ResolvedReference, streams: readonly string[]): ResolvedReference {
  const { k, windows, pooledMean } = reference;
  const known = streams.map((name) => reference.streams.indexOf(name));
  const counts = (values: Int32Array, absent: number) => Int32Array.from(known, (s) => (s < 0 ? absent : values[s]));
  const means = new Float64Array(streams.length * k);
  const rows = new Float32Array(streams.length * windows.size * k);
  known.forEach((s, index) => {
    means.set(s < 0 ? pooledMean : reference.means.subarray(s * k, (s + 1) * k), index * k);
    const length = windows.size * k;
    if (s >= 0) rows.set(windows.rows.subarray(s * length, (s + 1) * length), index * length);
  });
  return {
    ...reference,
    streams,
    means,
    referenceEvents: counts(reference.referenceEvents, 0),
    referenceEmbedded: counts(reference.referenceEmbedded, 0),
    streamEvents: counts(reference.streamEvents, -1),
    windows: { size: windows.size, rows, counts: counts(windows.counts, 0) },
  };
}

/** The newest `size` rows of each window (fewer where fewer were kept). */
export function resizeWindows(windows: ReferenceWindows, k: number, size: number): ReferenceWindows {
  if (windows.size === size) return windows;
  const streams = windows.counts.length;
  const rows = new Float32Array(streams * size * k);
  const counts = windows.counts.map((count) => Math.min(count, size));
  for (let s = 0; s < streams; s++) {
    const from = s * windows.size + windows.counts[s] - counts[s];
    rows.set(windows.rows.subarray(from * k, (from + counts[s]) * k), s * size * k);
  }
  return { size, rows, counts };
}
