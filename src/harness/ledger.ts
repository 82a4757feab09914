import type { DictionaryColumn, LedgerColumns } from '../core/columns.ts';
import { GENERATOR_DIMENSION, generateEvents } from '../kernels/generator.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { LedgerTable } from '../ledger/write.ts';
import { AGENTS_PER_PROVIDER, CHOICES, PROVIDERS, SLOT_MS, faultAt, scheduleOf, type Profile } from './profiles.ts';
import { LABELS, messageOf } from './text.ts';

export const PROVIDER_NAMES: readonly string[] = Array.from({ length: PROVIDERS }, (_, p) => `provider-${p}`);
const AGENT_NAMES: readonly string[] = PROVIDER_NAMES.flatMap((_, p) => Array.from({ length: AGENTS_PER_PROVIDER }, (__, a) => `agent-${p}${a}`));
const START_MICROS = Date.UTC(2026, 0, 5, CHOICES.startHour.value) * 1000;

/** What makes a ledger besides its seed. */
type Plan = Pick<Profile, 'events' | 'faults'>;

/** The columns that the pipeline reads, and the embeddings, row-major n x 64. */
export interface GeneratedLedger {
  readonly columns: LedgerColumns & { readonly provider: DictionaryColumn; readonly agent: DictionaryColumn; readonly thread: DictionaryColumn };
  readonly embeddings: Float32Array;
  readonly dimension: number;
}

/**
 * A generated ledger (spec 10), without text and labels. event_id counts from 0 in the order of arrival, so it is the event number of the verdicts.
 * The same plan and seed give the same bits in every engine.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function generateColumns(kernels: KernelModule, plan: Plan, seed: number): GeneratedLedger {
  const { n, provider, latencyMicros, embedding } = generateEvents(kernels, {
    seed, centroidScale: CHOICES.centroidSpread.value, noise: CHOICES.noise.value, schedule: scheduleOf(plan),
  });
  const eventId = new BigInt64Array(n);
  const time = new Float64Array(n);
  const latency = new Float64Array(n);
  const agents = new Int32Array(n);
  const threads = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const slot = Math.floor(i / PROVIDERS);
    eventId[i] = BigInt(i);
    // Whole microseconds until the last step: the double that a reader of the written ledger gets.
    time[i] = (START_MICROS + slot * SLOT_MS * 1000 + latencyMicros[i]) / 1000;
    latency[i] = latencyMicros[i] / 1000;
    agents[i] = provider[i] * AGENTS_PER_PROVIDER + (slot % AGENTS_PER_PROVIDER);
    threads[i] = Math.floor(slot / CHOICES.threadSlots.value);
  }
  const threadNames = Array.from({ length: threads[n - 1] + 1 }, (_, t) => `thread-${t}`);
  return {
    columns: {
      n, eventId, time, hasTime: true, latency, hasLatency: true,
      provider: { codes: provider, values: PROVIDER_NAMES },
      agent: { codes: agents, values: AGENT_NAMES },
      thread: { codes: threads, values: threadNames },
      instantiation: null, label: null, isVoid: new Uint8Array(n),
    },
    embeddings: embedding,
    dimension: GENERATOR_DIMENSION,
  };
}

/** A generated ledger with every column, ready to be written: `generateColumns` with roles, ground truth and text. */
export function generateLedger(kernels: KernelModule, plan: Plan, seed: number): LedgerTable {
  const { columns: { n, eventId, time, latency, provider, agent, thread }, embeddings, dimension } = generateColumns(kernels, plan, seed);
  const labels = new Int32Array(n);
  const text = new Array<string>(n);
  for (let i = 0; i < n; i++) {
    const slot = Math.floor(i / PROVIDERS);
    const p = provider.codes[i];
    const fault = faultAt(plan.faults, slot, p);
    labels[i] = fault ? LABELS.indexOf(fault.kind) : -1;
    text[i] = messageOf(seed, i, slot, p, thread.codes[i], fault);
  }
  return {
    n, eventId, time, latency, provider, agent, thread, embeddings, dimension, text,
    role: { codes: new Int32Array(n), values: ['assistant'] },
    label: { codes: labels, values: LABELS },
  };
}
