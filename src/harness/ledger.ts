import { emptyLedgerColumns, type DictionaryColumn, type LedgerColumns } from '../core/columns.ts';
import { createGenerator, GENERATOR_DIMENSION, type GeneratedEvents } from '../kernels/generator.ts';
import type { KernelModule } from '../kernels/module.ts';
import {
  agentOf,
  AGENTS_PER_PROVIDER,
  VALUES,
  isPause,
  PROVIDERS,
  resetsOf,
  scheduleOf,
  SLOT_MS,
  type Profile,
} from './profiles.ts';

export const PROVIDER_NAMES: readonly string[] = Array.from({ length: PROVIDERS }, (_, p) => `provider-${p}`);
export const AGENT_NAMES: readonly string[] = PROVIDER_NAMES.flatMap((_, p) =>
  Array.from({ length: AGENTS_PER_PROVIDER }, (__, a) => `agent-${p}${a}`),
);
const START_MICROS = Date.UTC(2026, 0, 5, VALUES.startHour) * 1000;

/** What makes a ledger besides its seed. */
export type Plan = Pick<Profile, 'events' | 'faults' | 'interruptedFrom'>;

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
export interface Part {
  /** Slot of its first events. */
  readonly slot: number;
  readonly ledger: GeneratedLedger;
}

/**
 * A generated ledger (docs/methods.md 10) part by part, without text and labels; all but the last part have `slots`
 * slots. The parts together are the ledger that
 * `generateColumns` gives in one piece, with thread names of their own.
 */
export function* generateParts(kernels: KernelModule, plan: Plan, seed: number, slots: number): Generator<Part> {
  const generate = createGenerator(kernels, {
    seed,
    centroidScale: VALUES.centroidSpread,
    noise: VALUES.noise,
  });
  const end = plan.events / PROVIDERS;
  for (let first = 0; first < end; first += slots) {
    const events = generate(scheduleOf(plan, first, Math.min(end, first + slots)));
    yield { slot: first, ledger: toLedger(events, plan, first) };
  }
}

function toLedger(
  { n, provider, latencyMicros, embedding }: GeneratedEvents,
  plan: Plan,
  firstSlot: number,
): GeneratedLedger {
  const eventId = new BigInt64Array(n);
  const time = new Float64Array(n);
  const latency = new Float64Array(n);
  const agents = new Int32Array(n);
  const threads = new Int32Array(n);
  const isVoid = new Uint8Array(n);
  const firstThread = threadOf(firstSlot);
  for (let i = 0; i < n; i++) {
    const slot = firstSlot + Math.floor(i / PROVIDERS);
    eventId[i] = BigInt(firstSlot * PROVIDERS + i);
    // Whole microseconds until the last step: the double that a reader of the written ledger gets.
    time[i] = (START_MICROS + slot * SLOT_MS * 1000 + latencyMicros[i]) / 1000;
    latency[i] = latencyMicros[i] / 1000;
    agents[i] = agentOf(provider[i], slot);
    threads[i] = threadOf(slot) - firstThread;
    if (!isPause(plan, slot, provider[i])) continue;
    isVoid[i] = 1;
    embedding.fill(Number.NaN, i * GENERATOR_DIMENSION, (i + 1) * GENERATOR_DIMENSION);
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
      instantiation: plan.interruptedFrom < plan.events / PROVIDERS ? instantiations(provider, plan, firstSlot) : null,
      isVoid,
    },
    embeddings: embedding,
    dimension: GENERATOR_DIMENSION,
  };
}

export const threadOf = (slot: number): number => Math.floor(slot / VALUES.threadSlots);

/** The running instance of each event's provider, numbered from 1. */
function instantiations(provider: Int32Array, plan: Plan, firstSlot: number): DictionaryColumn {
  const codes = new Int32Array(provider.length);
  const values: string[] = [];
  const known = new Map<string, number>();
  provider.forEach((p, i) => {
    const name = `${PROVIDER_NAMES[p]}#${resetsOf(plan, firstSlot + Math.floor(i / PROVIDERS), p) + 1}`;
    let code = known.get(name);
    if (code === undefined) {
      known.set(name, (code = values.length));
      values.push(name);
    }
    codes[i] = code;
  });
  return { codes, values };
}

/**
 * A generated ledger (docs/methods.md 10), without text and labels. event_id counts from 0 in the order of arrival, so
 * it is the event number of the verdicts. The same plan and seed give the same bits in every engine.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function generateColumns(kernels: KernelModule, plan: Plan, seed: number): GeneratedLedger {
  const [{ ledger }] = generateParts(kernels, plan, seed, plan.events / PROVIDERS);
  return ledger;
}
