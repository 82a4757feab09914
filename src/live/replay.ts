import { create, toBinary } from '@bufbuild/protobuf';
import type { KernelModule } from '../kernels/module.ts';
import { sampleTable } from '../harness/samples.ts';
import { LedgerEventSchema, LedgerRecordSchema, type LedgerEvent } from './live_pb.ts';

export const eventRecord = (event: LedgerEvent): Uint8Array =>
  toBinary(LedgerRecordSchema, create(LedgerRecordSchema, { what: { case: 'event', value: event } }));

export const tickRecord = (micros: number): Uint8Array =>
  toBinary(
    LedgerRecordSchema,
    create(LedgerRecordSchema, { what: { case: 'tick', value: { sourceMicros: BigInt(Math.round(micros)) } } }),
  );

/** The events of a built-in ledger as they would have come in; uids ascend as their ids do. */
export function sampleEvents(kernels: KernelModule, name: string, events?: number): LedgerEvent[] {
  const table = sampleTable(kernels, name, { events });
  const { n, time, embeddings, dimension = 0, isVoid, text, latency } = table;
  const word = (column: { codes: Int32Array; values: readonly string[] } | undefined, i: number) =>
    column && column.codes[i] >= 0 ? column.values[column.codes[i]] : undefined;
  const number = (column: Float64Array | undefined, i: number) =>
    column && !Number.isNaN(column[i]) ? column[i] : undefined;
  return Array.from({ length: n }, (_, i) =>
    create(LedgerEventSchema, {
      uid: `${name}/${String(i).padStart(9, '0')}`,
      sourceMicros: BigInt(Math.round(time![i] * 1000)),
      providerId: word(table.provider, i),
      agentId: word(table.agent, i),
      threadId: word(table.thread, i),
      instantiationId: word(table.instantiation, i),
      text: text?.[i] ?? undefined,
      role: word(table.role, i),
      latencyMs: number(latency, i),
      inputTokens: number(table.inputTokens, i),
      outputTokens: number(table.outputTokens, i),
      cachedTokens: number(table.cachedTokens, i),
      costUsd: number(table.costUsd, i),
      handoffTo: word(table.handoffTo, i),
      outcome: word(table.outcome, i),
      decision: word(table.decision, i),
      autonomyLevel: number(table.autonomyLevel, i),
      label: word(table.label, i),
      embedding: isVoid?.[i]
        ? new Uint8Array(0)
        : new Uint8Array(embeddings!.slice(i * dimension, (i + 1) * dimension).buffer),
    }),
  );
}
