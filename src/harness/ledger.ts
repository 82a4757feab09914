import { emptyLedgerColumns, type DictionaryColumn, type LedgerColumns } from '../core/columns.ts';
import { createGenerator, GENERATOR_DIMENSION, type GeneratedEvents } from '../kernels/generator.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { LedgerTable } from '../ledger/write.ts';
import { AGENTS_PER_PROVIDER, CHOICES, PROVIDERS, SLOT_MS, faultAt, scheduleOf, type Profile } from './profiles.ts';
import { LABELS, messageOf } from './text.ts';

export const PROVIDER_NAMES: readonly string[] = Array.from({ length: PROVIDERS }, (_, p) => `provider-${p}`);
const AGENT_NAMES: readonly string[] = PROVIDER_NAMES.flatMap((_, p) =>
  Array.from({ length: AGENTS_PER_PROVIDER }, (__, a) => `agent-${p}${a}`),
);
const START_MICROS = Date.UTC(2026, 0, 5, CHOICES.startHour.value) * 1000;

/** What makes a ledger besides its seed. */
type Plan = Pick<Profile, 'events' | 'faults'>;

/** The columns that the pipeline reads, and the embeddings, row-major n x 64. */
export interface GeneratedLedger {
  readonly columns: LedgerColumns & {
    readonly provider: DictionaryColumn;
    readonly agent: DictionaryColumn;
    readonly thread: DictionaryColumn;
  };
  readonly embeddings: Float32Array;
  readonly dimension: number;
}

/** Some consecutive slots of a ledger. */
interface Part {
  /** Slot of its first events. */
  readonly slot: number;
  readonly ledger: GeneratedLedger;
}

/**
 * A generated ledger (spec 10) part by part, without text and labels; all but the last part have `slots` slots. The
 * parts together are the ledger that
 * `generateColumns` gives in one piece, with thread names of their own.
 */
function* generateParts(kernels: KernelModule, plan: Plan, seed: number, slots: number): Generator<Part> {
  const generate = createGenerator(kernels, {
    seed,
    centroidScale: CHOICES.centroidSpread.value,
    noise: CHOICES.noise.value,
  });
  const end = plan.events / PROVIDERS;
  for (let first = 0; first < end; first += slots) {
    const events = generate(scheduleOf(plan, first, Math.min(end, first + slots)));
    yield { slot: first, ledger: toLedger(events, first) };
  }
}

function toLedger({ n, provider, latencyMicros, embedding }: GeneratedEvents, firstSlot: number): GeneratedLedger {
  const eventId = new BigInt64Array(n);
  const time = new Float64Array(n);
  const latency = new Float64Array(n);
  const agents = new Int32Array(n);
  const threads = new Int32Array(n);
  const threadOf = (slot: number) => Math.floor(slot / CHOICES.threadSlots.value);
  const firstThread = threadOf(firstSlot);
  for (let i = 0; i < n; i++) {
    const slot = firstSlot + Math.floor(i / PROVIDERS);
    eventId[i] = BigInt(firstSlot * PROVIDERS + i);
    // Whole microseconds until the last step: the double that a reader of the written ledger gets.
    time[i] = (START_MICROS + slot * SLOT_MS * 1000 + latencyMicros[i]) / 1000;
    latency[i] = latencyMicros[i] / 1000;
    agents[i] = provider[i] * AGENTS_PER_PROVIDER + (slot % AGENTS_PER_PROVIDER);
    threads[i] = threadOf(slot) - firstThread;
  }
  const threadNames = Array.from({ length: threads[n - 1] + 1 }, (_, t) => `thread-${firstThread + t}`);
  return {
    columns: {
      ...emptyLedgerColumns(n),
      eventId,
      time,
      hasTime: true,
      latency,
      hasLatency: true,
      provider: { codes: provider, values: PROVIDER_NAMES },
      agent: { codes: agents, values: AGENT_NAMES },
      thread: { codes: threads, values: threadNames },
    },
    embeddings: embedding,
    dimension: GENERATOR_DIMENSION,
  };
}

/**
 * A generated ledger (spec 10), without text and labels. event_id counts from 0 in the order of arrival, so it is the
 * event number of the verdicts. The same plan and seed give the same bits in every engine.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function generateColumns(kernels: KernelModule, plan: Plan, seed: number): GeneratedLedger {
  const [{ ledger }] = generateParts(kernels, plan, seed, plan.events / PROVIDERS);
  return ledger;
}

/** A generated ledger with every column, ready to be written: `generateColumns` with roles, ground truth and text. */
export function generateLedger(kernels: KernelModule, plan: Plan, seed: number): LedgerTable {
  const [table] = generateLedgerParts(kernels, plan, seed, plan.events / PROVIDERS);
  return table;
}

/** The same in consecutive parts of `slots` slots, so that a ledger of any size can be written in little memory. */
export function* generateLedgerParts(
  kernels: KernelModule,
  plan: Plan,
  seed: number,
  slots: number,
): Generator<LedgerTable> {
  for (const { slot, ledger } of generateParts(kernels, plan, seed, slots)) yield toTable(ledger, plan, seed, slot);
}

function toTable(
  { columns, embeddings, dimension }: GeneratedLedger,
  plan: Plan,
  seed: number,
  firstSlot: number,
): LedgerTable {
  const { n, eventId, time, latency, provider, agent, thread } = columns;
  const labels = new Int32Array(n);
  const text = new Array<string>(n);
  for (let i = 0; i < n; i++) {
    const slot = firstSlot + Math.floor(i / PROVIDERS);
    const p = provider.codes[i];
    const fault = faultAt(plan.faults, slot, p);
    labels[i] = fault ? LABELS.indexOf(fault.kind) : -1;
    text[i] = messageOf(seed, firstSlot * PROVIDERS + i, slot, p, Math.floor(slot / CHOICES.threadSlots.value), fault);
  }
  return {
    n,
    eventId,
    time,
    latency,
    provider,
    agent,
    thread,
    embeddings,
    dimension,
    text,
    role: { codes: new Int32Array(n), values: ['assistant'] },
    label: { codes: labels, values: LABELS },
  };
}
