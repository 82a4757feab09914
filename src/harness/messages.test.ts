import { describe, expect, it } from 'vitest';
import type { DictionaryColumn } from '../core/columns.ts';
import { testKernels } from '../kernels/testing.ts';
import type { MessageBatch } from '../ledger/types.ts';
import { generateColumns, type Plan } from './ledger.ts';
import { messagesOf } from './messages.ts';
import { PROFILES } from './profiles.ts';
import { generateLedger } from './table.ts';

const kernels = testKernels();
const seed = 3;

async function onlyBatch(batches: AsyncIterable<MessageBatch>): Promise<MessageBatch> {
  const all: MessageBatch[] = [];
  for await (const batch of batches) all.push(batch);
  expect(all).toHaveLength(1);
  return all[0];
}

describe('messages of a generated ledger', () => {
  // A fault, pauses and resets, within a few thousand events.
  const plan: Plan = { ...PROFILES.fracture, events: 8000, interruptedFrom: 1000 };
  const table = generateLedger(kernels, plan, seed);
  const source = messagesOf(generateColumns(kernels, plan, seed), plan, seed);
  const names = source.columns.map(({ name }) => name);
  const texts = ({ codes, values }: DictionaryColumn) => Array.from(codes, (code) => values[code] ?? null);

  it('are those of its file, column by column', async () => {
    const batch = await onlyBatch(source.read(names, {}));
    expect(batch.rows.length).toBe(plan.events);
    expect(table.isVoid!.some((v) => v === 1)).toBe(true);
    const expected: Readonly<Record<string, Iterable<unknown>>> = {
      latency_ms: table.latency!,
      text: table.text!,
      role: texts(table.role!),
      handoff_to: texts(table.handoffTo!),
      outcome: texts(table.outcome!),
      decision: texts(table.decision!),
      input_tokens: table.inputTokens!,
      output_tokens: table.outputTokens!,
      cached_tokens: table.cachedTokens!,
      cost_usd: table.costUsd!,
      autonomy_level: table.autonomyLevel!,
    };
    expect(Object.keys(batch.values).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, values] of Object.entries(expected)) expect([...batch.values[name]], name).toEqual([...values]);
  });

  it('are read for the rows that are asked for', async () => {
    const only = new Uint8Array(plan.events);
    only[7] = only[5000] = 1;
    const batch = await onlyBatch(source.read(['text'], { only }));
    expect(Array.from(batch.rows)).toEqual([7, 5000]);
    expect(batch.values.text).toEqual([table.text![7], table.text![5000]]);
  });
});
