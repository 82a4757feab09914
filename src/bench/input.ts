import {
  emptyLedgerColumns,
  type Coordinates,
  type EventColumns,
  type IndexRange,
  type LedgerColumns,
} from '../core/columns.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { heldStreams, referenceRange, selectStreams } from '../detection/pipeline.ts';
import type { Projection } from '../detection/types.ts';
import {
  AGENTS_PER_PROVIDER,
  CHOICES,
  PROFILES,
  PROVIDERS,
  SLOT_MS,
  scheduleOf,
  type Fault,
} from '../harness/profiles.ts';
import { PROVIDER_NAMES } from '../harness/ledger.ts';
import { GENERATOR_DIMENSION, SCHEDULE_FIELDS } from '../kernels/generator.ts';
import type { KernelModule } from '../kernels/module.ts';
import { projectRows } from '../kernels/project.ts';
import { fitProjection } from '../analysis/projection.ts';
import type { EmbeddingSource } from '../ledger/types.ts';

/**
 * What is timed: events of four providers as the generator makes them, with pauses and changes of instantiation put in.
 */
export interface BenchInput {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly range: IndexRange;
  readonly projection: Projection;
  /** Embeddings of the first events, row-major: of a ledger all, of generated events at most `EMBEDDED`. */
  readonly embeddings: Float32Array;
  readonly dimension: number;
  readonly parameters: Parameters;
}

/** Embeddings kept: more than any cache holds. */
const EMBEDDED = 50_000;
export const SEED = CHOICES.seed.value;
/** Slots generated at a time: 13 MB of embeddings. */
const SLOTS = 12_500;
/** One event in so many is a pause; so many events of the ledger to a change of instantiation. */
const VOID_EVERY = 53;
const INSTANTIATION_EVERY = 4096;

/** Slow spells as in the backoff profile, from end to end, so that a long ledger is more of the same. */
function plan(n: number): { readonly events: number; readonly faults: readonly Fault[] } {
  const spell = PROFILES.backoff.faults.find((fault) => fault.kind === 'backoff')!;
  const slots = Math.ceil(n / PROVIDERS);
  const faults: Fault[] = [];
  for (let slot = CHOICES.backoffFirst.value; slot < slots; slot += CHOICES.backoffPeriod.value)
    faults.push({ ...spell, slot });
  return { events: slots * PROVIDERS, faults };
}

/** The schedule of the generator for n events. */
export const scheduleFor = (n: number): Float64Array => scheduleOf(plan(n));

/** The same events in every engine; 1,000,000 of them never have more than 50,000 embeddings in memory. */
export async function benchInput(kernels: KernelModule, n: number, k: number): Promise<BenchInput> {
  const own = kernels.fork();
  const { arena, exports } = own;
  const schedule = scheduleFor(n);
  const parameters: Parameters = { ...DEFAULT_PARAMETERS, k };
  const d = GENERATOR_DIMENSION;
  const columns = emptyColumns(n);
  const state = arena.alloc(exports.generatorStateBytes());
  exports.generatorInit(state, BigInt(SEED), CHOICES.centroidSpread.value);
  const slots = schedule.length / SCHEDULE_FIELDS;
  const plans = arena.f64(SLOTS * SCHEDULE_FIELDS);
  const provider = arena.i32(SLOTS * PROVIDERS);
  const micros = arena.i32(SLOTS * PROVIDERS);
  const embedding = arena.f32(SLOTS * PROVIDERS * d);

  let projection: Projection | null = null;
  let embeddings = new Float32Array(0);
  let x = new Float32Array(0);
  for (let slot = 0; slot < slots; slot += SLOTS) {
    const count = Math.min(SLOTS, slots - slot);
    plans.view().set(schedule.subarray(slot * SCHEDULE_FIELDS, (slot + count) * SCHEDULE_FIELDS));
    exports.generateSlots(state, plans.ptr, count, CHOICES.noise.value, provider.ptr, micros.ptr, 0, embedding.ptr);
    const first = slot * PROVIDERS;
    const rows = Math.min(n - first, count * PROVIDERS);
    fillColumns(columns, first, rows, provider.view(), micros.view());
    const vectors = embedding.view().slice(0, rows * d);
    if (projection === null) {
      const { range } = referenceRange(n, parameters);
      const rowsOf = { stream: columns.provider.codes, isVoid: columns.isVoid };
      ({ projection } = await fitProjection(kernels, rowsOf, inMemory(vectors, d), range, k));
      if (projection.k !== k) throw new Error(`the generated embeddings have rank ${projection.k}, ${k} axes wanted`);
      embeddings = vectors.subarray(0, Math.min(n, EMBEDDED) * d);
      x = new Float32Array(n * k);
    }
    x.set(projectRows(kernels, projection, vectors, rows), first * k);
  }
  for (let i = 0; i < n; i++) if (columns.isVoid[i]) x.fill(Number.NaN, i * k, (i + 1) * k);
  const { events } = selectStreams(columns, heldStreams(columns, parameters.stream)!);
  return {
    events,
    coordinates: { k, x },
    range: referenceRange(n, parameters).range,
    projection: projection!,
    embeddings,
    dimension: d,
    parameters,
  };
}

type Columns = LedgerColumns &
  Record<
    'provider' | 'agent' | 'thread' | 'instantiation',
    { readonly codes: Int32Array; readonly values: readonly string[] }
  >;

function emptyColumns(n: number): Columns {
  const codes = () => new Int32Array(n);
  const threads = Math.floor((n - 1) / PROVIDERS / CHOICES.threadSlots.value) + 1;
  const versions = Math.floor((n - 1) / INSTANTIATION_EVERY) + 1;
  return {
    ...emptyLedgerColumns(n),
    eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i)),
    time: new Float64Array(n),
    hasTime: true,
    latency: new Float64Array(n),
    hasLatency: true,
    provider: { codes: codes(), values: PROVIDER_NAMES },
    agent: { codes: codes(), values: Array.from({ length: PROVIDERS * AGENTS_PER_PROVIDER }, (_, a) => `agent-${a}`) },
    thread: { codes: codes(), values: Array.from({ length: threads }, (_, t) => `thread-${t}`) },
    instantiation: { codes: codes(), values: Array.from({ length: versions }, (_, v) => `version-${v}`) },
  };
}

function fillColumns(c: Columns, first: number, rows: number, provider: Int32Array, micros: Int32Array): void {
  for (let j = 0; j < rows; j++) {
    const i = first + j;
    const slot = Math.floor(i / PROVIDERS);
    c.provider.codes[i] = provider[j];
    c.agent.codes[i] = provider[j] * AGENTS_PER_PROVIDER + (slot % AGENTS_PER_PROVIDER);
    c.thread.codes[i] = Math.floor(slot / CHOICES.threadSlots.value);
    c.instantiation.codes[i] = Math.floor(i / INSTANTIATION_EVERY);
    c.time[i] = slot * SLOT_MS + micros[j] / 1000;
    c.latency[i] = micros[j] / 1000;
    c.isVoid[i] = i % VOID_EVERY === VOID_EVERY - 1 ? 1 : 0;
  }
}

/** Vectors at hand as a source. */
export function inMemory(vectors: Float32Array, dimension: number): EmbeddingSource {
  return {
    dimension,
    async *batches({ only }) {
      const rows = Int32Array.from({ length: vectors.length / dimension }, (_, row) => row).filter(
        (row) => !only || only[row] !== 0,
      );
      const picked = new Float32Array(rows.length * dimension);
      rows.forEach((row, j) => picked.set(vectors.subarray(row * dimension, (row + 1) * dimension), j * dimension));
      yield { rows, vectors: picked };
    },
  };
}
