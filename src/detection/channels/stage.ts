import type { IndexRange } from '../../core/columns.ts';
import type { Block } from '../../kernels/arena.ts';
import type { EventBlocks, StateBlock } from '../../kernels/events.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { ParameterName, Parameters } from '../parameters.ts';
import type { ReferenceWindows } from '../reference.ts';
import { STAGE_TABLE, type StageId } from './table.ts';

/** Columns of the ledger that stages may read, by event. */
export interface LedgerArrays {
  readonly time: Float64Array;
  readonly latency: Float64Array;
  readonly instantiation: Int32Array;
  /** Newest earlier event of the same thread that has an embedding, -1 = none. */
  readonly previous: Int32Array;
}
type LedgerColumn = keyof LedgerArrays;
export type LedgerBlocks = { readonly [C in LedgerColumn]: Block<LedgerArrays[C]> };

type Table = typeof STAGE_TABLE;
type ColumnOf<S extends StageId> = Table[S]['columns'][number];
type RowsOf<S extends StageId> = Table[S]['rows'][number];
/** A column of one float64 per event. */
export type ColumnName = ColumnOf<StageId>;
/** A column of k float32 per event. */
export type RowsName = RowsOf<StageId>;
/** What a stage writes. */
export type OutputBlocks<S extends StageId = StageId> = Readonly<Record<ColumnOf<S>, Block<Float64Array>>> &
  Readonly<Record<RowsOf<S>, Block<Float32Array>>>;
/** Everything that stages read and write. */
export type StageBlocks = LedgerBlocks & OutputBlocks;
/** The columns that a stage touches. */
type OwnBlocks<S extends StageId> = Pick<StageBlocks, Table[S]['reads'][number] | ColumnOf<S> | RowsOf<S>>;

/** What the reference period fixes, for the streams at hand. Source: docs/methods.md 2. */
export interface StageReference {
  /** Where it lies in the events; empty where it lies elsewhere. */
  readonly range: IndexRange;
  /** Mean coordinates of each stream, S x k. */
  readonly means: Float64Array;
  /** The newest `size` reference coordinates of each stream. */
  windows(size: number): ReferenceWindows;
  readonly hasLatency: boolean;
  /** W_ref, ms; NaN until the latency stage has run. */
  readonly windowReference: number;
}

/** Events as a stage computes them: all of them, a stretch, or one with what it looks back at. */
export interface Place<S extends StageId = StageId> {
  readonly blocks: EventBlocks;
  readonly columns: OwnBlocks<S>;
  /** Number of the event in row 0. */
  readonly origin: number;
}

/** A stage with its options and its state in wasm memory. */
export interface OpenStage<S extends StageId = StageId> {
  /** Everything that it remembers of earlier events: copied out it is saved, copied back it goes on, bit for bit. */
  readonly state: StateBlock;
  /** Computes rows [from, to), which follow those that were computed last. */
  run(place: Place<S>, from: number, to: number): void;
}

/**
 * How far before an event a fresh state has to start for a picture of it.
 * forgets: an exponential memory of rate `rate`, stretched with the window where `stretched`, of a k x k covariance
 * where `covariance`. events: as many events of every stream with an embedding. latencies: as many latencies.
 */
type RunUp =
  | {
      readonly kind: 'forgets';
      readonly rate: number;
      readonly stretched: boolean;
      readonly covariance: boolean;
    }
  | { readonly kind: 'events' | 'latencies'; readonly count: number };

/**
 * A kernel of the signals stage. Batch, preview, worker pool, event by event and the benchmark are loops over `STAGES`:
 * nothing else calls the kernel.
 * @typeParam G what it takes from the reference and the parameters: plain data, so that a worker can be given it
 */
export interface SignalStage<S extends StageId = StageId, G = unknown> {
  readonly id: S;
  /** What it computes, for the tables of the benchmark. */
  readonly title: string;
  /** What its outcome depends on besides the ledger and its reference: it runs again when one of these changes. */
  readonly parameters: readonly ParameterName[];
  /** ns that an event of k axes takes: a guess until a run was measured. */
  cost(k: number): number;
  runUp(p: Parameters): RunUp;
  /** Reads coordinates of so many earlier events of every stream by their place. Absent: it keeps what it needs. */
  lookBack?(p: Parameters): number;
  /** States are kept every `CHECKPOINT` events, for questions about single events. */
  readonly checkpoints?: boolean;
  given(reference: StageReference, p: Parameters): G;
  open(kernels: KernelModule, shape: Pick<EventBlocks, 'k' | 'streams'>, given: G): OpenStage<S>;
  /** A number that its columns give over the reference period and that later stages read. */
  settle?(columns: OutputBlocks<S>, range: IndexRange, p: Parameters): number;
}

/** Names of everything that a stage writes, float64 columns first: the order in which parts carry them. */
export const outputsOf = (stage: StageId): readonly (ColumnName | RowsName)[] => [
  ...STAGE_TABLE[stage].columns,
  ...STAGE_TABLE[stage].rows,
];

const isRows = (stage: StageId, name: ColumnName | RowsName): name is RowsName =>
  (STAGE_TABLE[stage].rows as readonly string[]).includes(name);

/** Numbers that an event of k axes has in a column of the stage. */
export const widthOf = (stage: StageId, name: ColumnName | RowsName, k: number): number =>
  isRows(stage, name) ? k : 1;

/** Room for what a stage writes of n events. */
export function allocateOutputs<S extends StageId>(
  { arena }: KernelModule,
  stage: S,
  n: number,
  k: number,
): OutputBlocks<S> {
  return Object.fromEntries(
    outputsOf(stage).map((name) => [name, isRows(stage, name) ? arena.f32(n * k) : arena.f64(n)]),
  ) as unknown as OutputBlocks<S>;
}

/** Bytes of what all stages write of an event of k axes. */
export const outputBytes = (k: number, stages: readonly StageId[]): number =>
  stages.reduce((sum, id) => sum + 8 * STAGE_TABLE[id].columns.length + 4 * k * STAGE_TABLE[id].rows.length, 0);
