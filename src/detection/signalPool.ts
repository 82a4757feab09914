import type { Block } from '../kernels/arena.ts';
import { outputsOf, widthOf, type ColumnName, type LedgerArrays, type RowsName } from './channels/stage.ts';
import { STAGES } from './channels/generated/stages.ts';
import { STAGE_IDS, STAGE_TABLE, type StageId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';
import type { SignalSlots } from './signalColumns.ts';
import { referenceIn, type SignalInputs } from './signalRun.ts';
import type { StageSpeed } from './signalStages.ts';

/**
 * Kernels whose streams have nothing to do with each other (others' coordinates are read, nothing of theirs is
 * written).
 */
export const POOLED_STAGES: readonly StageId[] = STAGE_IDS.filter((id) => STAGE_TABLE[id].perStream);

/** What a worker of the pool holds of a ledger, for any number of tasks. */
export interface PoolLedger extends Pick<LedgerArrays, 'instantiation'> {
  readonly n: number;
  readonly k: number;
  readonly streams: number;
  readonly x: Float32Array;
  readonly stream: Int32Array;
  readonly isVoid: Uint8Array;
}

/** The work of one stage that is a worker's. */
export interface PoolWork {
  readonly stage: StageId;
  /** Streams to compute, 1 = mine. */
  readonly only: Uint8Array;
  /** What the stage takes from the reference and the parameters (`SignalStage.given`). */
  readonly given: unknown;
  /** Columns of earlier stages that it reads, by name. */
  readonly read: readonly (readonly [ColumnName, Float64Array])[];
}

/** One worker's share of the kernels' work. Plain data. */
export interface PoolTask {
  readonly works: readonly PoolWork[];
}

/** What a kernel gave for the events [from, to) of a worker's streams, in order. */
export interface PoolPart {
  readonly stage: StageId;
  readonly from: number;
  readonly to: number;
  /** One run of values per column of the stage (`outputsOf`). */
  readonly values: readonly (Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>)[];
}

/** Threads that compute streams, each with a copy of the ledger. */
export interface StagePool {
  readonly size: number;
  /**
   * Starts workers for a run that will come, and has the first `workers` of them take in its ledger where that is
   * known.
   */
  prestart?(ledger?: PoolLedger, workers?: number): void;
  /**
   * Runs a task on each worker, at most `size` of them.
   * @param ledger compared by identity with what the workers hold already
   * @param accept gets the parts of each stage in order of events
   * @returns of each task null, or why it was not done: its worker failed, and somebody else has to do it. Throws kind
   * "cancelled" once the signal is aborted.
   */
  run(
    ledger: PoolLedger,
    tasks: readonly PoolTask[],
    accept: (task: number, part: PoolPart) => void,
    signal: AbortSignal,
  ): Promise<(string | null)[]>;
}

/** The streams of each stage that are a worker's (1 = mine). */
export type Share = Partial<Record<StageId, Uint8Array>>;

/**
 * Streams shared out: longest first, each to the worker that has least to do (Graham 1969).
 * @returns per worker and stage the streams to compute; workers without work are left out
 */
export function shareOut(
  stages: readonly StageId[],
  events: ArrayLike<number>,
  size: number,
  speed: Pick<StageSpeed, 'of'>,
): Share[] {
  const items = stages.flatMap((stage) =>
    Array.from({ length: events.length }, (_, stream) => ({ stage, stream, cost: events[stream] * speed.of(stage) })),
  );
  items.sort((a, b) => b.cost - a.cost);
  const workers = Array.from({ length: size }, (): { cost: number; readonly share: Share } => ({ cost: 0, share: {} }));
  for (const { stage, stream, cost } of items) {
    const least = workers.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.cost += cost;
    (least.share[stage] ??= new Uint8Array(events.length))[stream] = 1;
  }
  return workers.map(({ share }) => share).filter((share) => Object.keys(share).length > 0);
}

/** Shares of the work as tasks for workers. */
export function tasksOf(inputs: SignalInputs, p: Parameters, slots: SignalSlots, shares: readonly Share[]): PoolTask[] {
  const reference = referenceIn(inputs, slots);
  const stages = POOLED_STAGES.filter((stage) => shares.some((share) => share[stage])).map((stage) => ({
    stage,
    given: STAGES[stage].given(reference, p),
    read: columnsRead(stage).map((name) => [name, columnIn(slots, name).view().slice()] as const),
  }));
  return shares.map((share) => ({
    works: stages.flatMap((work) => {
      const only = share[work.stage];
      return only ? [{ ...work, only }] : [];
    }),
  }));
}

const STAGE_OF = new Map<string, StageId>(
  STAGE_IDS.flatMap((id) => STAGE_TABLE[id].columns.map((name) => [name, id] as const)),
);

/** Columns of earlier stages that a stage reads. */
export const columnsRead = (stage: StageId): readonly ColumnName[] =>
  STAGE_TABLE[stage].reads.filter((name): name is typeof name & ColumnName => STAGE_OF.has(name));

const columnIn = (slots: SignalSlots, name: ColumnName): Block<Float64Array> =>
  (slots[STAGE_OF.get(name)!].columns as Readonly<Record<ColumnName, Block<Float64Array>>>)[name];

/** Puts a part in its place. */
export function acceptPart(
  { blocks: { k }, events: { stream } }: SignalInputs,
  slots: SignalSlots,
  only: Uint8Array,
  { stage, from, to, values }: PoolPart,
): void {
  const own = chosenEvents(stream, only, from, to);
  const columns = slots[stage].columns as Readonly<
    Record<ColumnName | RowsName, Block<Float64Array> | Block<Float32Array>>
  >;
  outputsOf(stage).forEach((name, c) => scatter(values[c], widthOf(stage, name, k), own, columns[name].view()));
}

/** Events [from, to) of the chosen streams (1 = chosen). */
export function chosenEvents(stream: Int32Array, only: Uint8Array, from: number, to: number): Int32Array {
  const events = new Int32Array(to - from);
  let count = 0;
  for (let i = from; i < to; i++) if (only[stream[i]] === 1) events[count++] = i;
  return events.subarray(0, count);
}

type Column = Float64Array | Float32Array;

/** The rows `events` of a column whose first row is event `origin`, close together. */
export function packed(
  column: Column,
  width: number,
  events: Int32Array,
  origin: number,
): Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  // A loop for each type: one for both takes several times as long.
  if (column instanceof Float64Array && width === 1) {
    const out = new Float64Array(events.length);
    for (let i = 0; i < out.length; i++) out[i] = column[events[i] - origin];
    return out;
  }
  if (column instanceof Float32Array) {
    const out = new Float32Array(events.length * width);
    for (let i = 0, at = 0; i < events.length; i++)
      for (let a = (events[i] - origin) * width, end = a + width; a < end; a++) out[at++] = column[a];
    return out;
  }
  const out = new Float64Array(events.length * width);
  for (let i = 0, at = 0; i < events.length; i++)
    for (let a = (events[i] - origin) * width, end = a + width; a < end; a++) out[at++] = column[a];
  return out;
}

/** Writes rows of k values to the places `events` of `out`. */
function scatter(given: Column, k: number, events: Int32Array, out: Column): void {
  if (given instanceof Float64Array && out instanceof Float64Array && k === 1) {
    for (let i = 0; i < events.length; i++) out[events[i]] = given[i];
  } else if (given instanceof Float32Array && out instanceof Float32Array) {
    for (let i = 0, at = 0; i < events.length; i++)
      for (let to = events[i] * k, end = to + k; to < end; to++) out[to] = given[at++];
  } else {
    for (let i = 0, at = 0; i < events.length; i++)
      for (let to = events[i] * k, end = to + k; to < end; to++) out[to] = given[at++];
  }
}
