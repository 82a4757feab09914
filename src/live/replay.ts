import { create, toBinary } from '@bufbuild/protobuf';
import { LEDGER_SCHEMA } from '../core/ledgerSchema.ts';
import { sampleTable } from '../harness/samples.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { LedgerTable } from '../ledger/write.ts';
import { fieldOf, RECORD_COLUMNS, type RecordColumn } from './columns.ts';
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
  const { n, time, embeddings, dimension = 0, isVoid } = table;
  return Array.from({ length: n }, (_, i) =>
    create(LedgerEventSchema, {
      ...Object.fromEntries(RECORD_COLUMNS.map((column) => [fieldOf(column), valueAt(table, column, i)])),
      uid: `${name}/${String(i).padStart(9, '0')}`,
      sourceMicros: BigInt(Math.round(time![i] * 1000)),
      embedding: isVoid?.[i]
        ? new Uint8Array(0)
        : new Uint8Array(embeddings!.slice(i * dimension, (i + 1) * dimension).buffer),
    }),
  );
}

function valueAt(table: LedgerTable, column: RecordColumn, i: number): string | number | undefined {
  const values = table[LEDGER_SCHEMA[column].key];
  if (!values) return undefined;
  const value = 'codes' in values ? values.values[values.codes[i]] : values[i];
  return value === null || Number.isNaN(value) ? undefined : value;
}
