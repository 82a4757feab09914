import type { DictionaryColumn } from '../core/columns.ts';
import { GENERATOR_DIMENSION, generateEvents } from '../kernels/generator.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { LedgerTable } from '../ledger/write.ts';
import { AGENTS_PER_PROVIDER, CHOICES, PROVIDERS, SLOT_MS, faultAt, scheduleOf, type Profile } from './profiles.ts';
import { LABELS, messageOf } from './text.ts';

export const PROVIDER_NAMES: readonly string[] = Array.from({ length: PROVIDERS }, (_, p) => `provider-${p}`);
const AGENT_NAMES: readonly string[] = PROVIDER_NAMES.flatMap((_, p) => Array.from({ length: AGENTS_PER_PROVIDER }, (__, a) => `agent-${p}${a}`));
const START_MICROS = Date.UTC(2026, 0, 5, CHOICES.startHour.value) * 1000;

/** Draws that a ledger of the generator is made of; `generateBlocks` takes them with a schedule. */
export const GENERATOR_SCALES = { centroidScale: CHOICES.centroidSpread.value, noise: CHOICES.noise.value } as const;

/** Arrival of an event, epoch ms. Integers of microseconds until the last step, as a reader of the written ledger has it. */
export const arrivalMs = (slot: number, latencyMicros: number): number => (START_MICROS + slot * SLOT_MS * 1000 + latencyMicros) / 1000;

/**
 * A generated ledger with every column (spec 10): event_id counts from 0 in the order of arrival, so it is the event number of the verdicts.
 * The same profile and seed give the same table in every engine.
 * @param seed a whole number from 0 to 2^53 - 1
 */
export function generateLedger(kernels: KernelModule, profile: Pick<Profile, 'events' | 'faults'>, seed: number): LedgerTable {
  const { n, provider, latencyMicros, embedding } = generateEvents(kernels, { seed, ...GENERATOR_SCALES, schedule: scheduleOf(profile) });
  const time = new Float64Array(n);
  const latency = new Float64Array(n);
  const agents = new Int32Array(n);
  const threads = new Int32Array(n);
  const labels = new Int32Array(n);
  const text = new Array<string>(n);
  for (let i = 0; i < n; i++) {
    const slot = Math.floor(i / PROVIDERS);
    const p = provider[i];
    const fault = faultAt(profile.faults, slot, p);
    time[i] = arrivalMs(slot, latencyMicros[i]);
    latency[i] = latencyMicros[i] / 1000;
    agents[i] = p * AGENTS_PER_PROVIDER + (slot % AGENTS_PER_PROVIDER);
    threads[i] = Math.floor(slot / CHOICES.threadSlots.value);
    labels[i] = fault ? LABELS.indexOf(fault.kind) : -1;
    text[i] = messageOf(seed, i, slot, p, threads[i], fault);
  }
  const column = (codes: Int32Array, values: readonly string[]): DictionaryColumn => ({ codes, values });
  return {
    n,
    eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i)),
    time,
    provider: column(provider, PROVIDER_NAMES),
    agent: column(agents, AGENT_NAMES),
    thread: column(threads, Array.from({ length: threads[n - 1] + 1 }, (_, t) => `thread-${t}`)),
    role: column(new Int32Array(n), ['assistant']),
    label: column(labels, LABELS),
    embeddings: embedding,
    dimension: GENERATOR_DIMENSION,
    text,
    latency,
  };
}
