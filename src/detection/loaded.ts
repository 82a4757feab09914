import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import type { EventIndex } from '../core/units.ts';
import type { Block } from '../kernels/arena.ts';
import { previousInThread } from './channels/coupling/kernel.ts';
import type { DetectorColumns } from '../kernels/detectors.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Baseline } from './baseline.ts';
import { outputBytes } from './channels/stage.ts';
import { NO_CHANGES, type Changes } from './changes.ts';
import { STAGE_IDS } from './channels/table.ts';
import type { PoolLedger } from './signalPool.ts';
import { alignReference, referenceMeans } from './reference.ts';
import { allocateSlots, signalBytes, type SignalSlots } from './signalColumns.ts';
import type { SignalInputs } from './signalRun.ts';
import { StageSpeed } from './signalStages.ts';

/** Memory that a second set of signals may take, so that the last one stays while the next is computed. */
const SPARE_BYTES = 256 * 2 ** 20;

/** Columns of a loaded ledger in wasm memory. */
export interface Loaded extends SignalInputs {
  readonly seq: Block<Int32Array>;
  readonly decided: DetectorColumns;
  readonly baseline: Baseline | null;
  /** Two where the last signals can stay while others are computed, else one. */
  readonly sets: readonly SignalSlots[];
  readonly speed: StageSpeed;
  /** Events of each stream. */
  readonly counts: Int32Array;
  poolLedger: PoolLedger | null;
  /** What was computed apart, for the parameters at hand. */
  changes: Changes;
}

/**
 * Bytes that the columns of an event take at least in wasm memory: f64 (time, latency, CUSUM), i32 and byte columns,
 * coordinates on k axes, and what the stages write.
 */
export const eventBytes = (k: number): number => 8 * 3 + 4 * 4 + 3 + 4 * k + outputBytes(k, STAGE_IDS);

export function loadLedger(
  kernels: KernelModule,
  events: EventColumns,
  coordinates: Coordinates,
  reference: IndexRange | Baseline,
  skip: IndexRange,
): Loaded {
  const { arena } = kernels;
  const { n } = events;
  const { k, x } = coordinates;
  const streams = events.streams.length;
  const baseline = 'reference' in reference ? reference : null;
  const given = baseline && alignReference(baseline.reference, events.streams);
  if (given && given.k !== k) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the baseline has ${given.k} axes, the coordinates ${k}`,
      advice: 'Project the ledger with the projection of the baseline.',
    });
  }
  const doubles = signalBytes(n, k) <= SPARE_BYTES;
  // Memory that nothing is written to costs nothing. 16 bytes of padding a column; later questions and runs allocate
  // some megabytes.
  arena.reserve(
    n * eventBytes(k) + (doubles ? signalBytes(n, k) : 0) + (4 << 20) + 1024 * streams + 32 * streams * streams,
  );
  const blocks: EventBlocks = {
    n,
    k,
    streams,
    x: arena.f32From(x),
    stream: arena.i32From(events.stream),
    isVoid: arena.u8From(events.isVoid),
  };
  const seq = arena.i32(n);
  const columns = {
    time: arena.f64From(events.time),
    latency: arena.f64From(events.latency),
    instantiation: arena.i32From(events.instantiation),
    previous: arena.i32(n),
  };
  const counts = new Int32Array(streams);
  const numbers = seq.view();
  for (let i = 0; i < n; i++) numbers[i] = ++counts[events.stream[i]];
  previousInThread(events.thread, events.isVoid, events.threadCount, columns.previous.view());
  const range = 'reference' in reference ? skip : reference;
  return {
    kernels,
    events,
    coordinates,
    blocks,
    columns,
    seq,
    decided: { cusum: arena.f64(n), eventState: arena.u8(n), notice: arena.u8(n) },
    baseline,
    given,
    range,
    means: given ?? referenceMeans(events, coordinates, range),
    sets: Array.from({ length: doubles ? 2 : 1 }, () => allocateSlots(kernels, n, k)),
    speed: new StageSpeed(k),
    counts,
    poolLedger: null,
    changes: NO_CHANGES,
  };
}

/** The same object for the same ledger. */
export function poolLedgerOf(held: Loaded): PoolLedger {
  const {
    blocks: { n, k, streams },
    events: { stream, isVoid, instantiation },
    coordinates: { x },
  } = held;
  held.poolLedger ??= { n, k, streams, x, stream, isVoid, instantiation };
  return held.poolLedger;
}

export function need<T>(value: T | null, first: string): T {
  if (value !== null) return value;
  throw new TautlineFailure({
    kind: 'internal',
    problem: `the detector was asked before ${first} was called`,
    advice: 'Report it with this text.',
  });
}

export function requireEvent(index: EventIndex, n: number): void {
  if (Number.isInteger(index) && index >= 0 && index < n) return;
  throw new TautlineFailure({
    kind: 'internal',
    problem: `there is no event ${index} among ${n}`,
    advice: 'Report it with this text.',
  });
}
