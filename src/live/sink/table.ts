import type { DictionaryColumn } from '../../core/columns.ts';
import { LEDGER_SCHEMA } from '../../core/ledgerSchema.ts';
import type { Platform } from '../../ledger/platform.ts';
import { partitionOf, writeParquet, type LedgerTable } from '../../ledger/write.ts';
import { isNumber, RECORD_COLUMNS, valueOf, type RecordColumn } from '../columns.ts';
import { SHADOW_TH } from './lane.ts';
import type { Row } from './order.ts';

/** Columns for attributes, at most; the rest of them are left out of the file. */
const MOST_ATTRIBUTES = 64;

export const msOf = (micros: number): number => micros / 1000;

/** By their bytes: whether it fits, the judges and the file all ask. */
const DECODED = new WeakMap<Uint8Array, Float32Array>();

/** float32 as a record holds them; null: a void event. */
export function embeddingOf({ embedding }: Row['event']): Float32Array | null {
  if (embedding.length === 0) return null;
  const known = DECODED.get(embedding);
  if (known) return known;
  const bytes = new Uint8Array(embedding);
  const vector = new Float32Array(bytes.buffer, 0, bytes.length / 4);
  DECODED.set(embedding, vector);
  return vector;
}

/** Rows by the folder of their provider and the hour of their own time, each in order. */
export function byPartition(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const place = partitionOf(row.event.providerId ?? null, msOf(row.micros));
    const own = found.get(place);
    if (own) own.push(row);
    else found.set(place, [row]);
  }
  return found;
}

/** Columns that a ledger without them is not given. */
const WHERE_THERE: readonly RecordColumn[] = ['instantiation_id', 'text'];

/** The columns of some records; the provider is in the path. */
function columnsOf(events: readonly Row['event'][]): Partial<LedgerTable> {
  const columns = RECORD_COLUMNS.flatMap((column) => {
    const values = events.map((event) => valueOf(event, column));
    const isAbsent = WHERE_THERE.includes(column) && values.every((value) => value === undefined);
    if (column === 'provider_id' || isAbsent) return [];
    const written = isNumber(column)
      ? Float64Array.from(values, (value) => Number(value ?? Number.NaN))
      : column === 'text'
        ? values.map((value) => value ?? null)
        : dictionary(values as readonly (string | undefined)[]);
    return [[LEDGER_SCHEMA[column].key, written] as const];
  });
  return Object.fromEntries(columns);
}

/** Rows of one partition as Parquet. */
export function rowsToParquet(rows: readonly Row[], platform: Platform): Promise<Uint8Array<ArrayBuffer>> {
  const events = rows.map(({ event }) => event);
  const vectors = events.map(embeddingOf);
  const dimension = vectors.find((vector) => vector !== null)?.length ?? 0;
  const embeddings = new Float32Array(rows.length * dimension);
  vectors.forEach((vector, i) => vector && embeddings.set(vector, i * dimension));
  const table: LedgerTable = {
    ...columnsOf(events),
    n: rows.length,
    eventId: BigInt64Array.from(rows, ({ id }) => BigInt(id)),
    time: Float64Array.from(rows, ({ micros }) => msOf(micros)),
    ...(dimension > 0 && { embeddings, dimension, isVoid: Uint8Array.from(vectors, (vector) => (vector ? 0 : 1)) }),
    shadow: Uint8Array.from(rows, shadowOf),
  };
  const thresholds = rows.map(thresholdOf);
  const names = [...new Set(events.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
  const [named, rest] = [names.slice(0, MOST_ATTRIBUTES), names.slice(MOST_ATTRIBUTES)];
  return writeParquet(table, platform, {
    more: [
      ['uid', events.map(({ uid }) => uid)],
      ['source_ms', Float64Array.from(events, ({ sourceMicros }) => msOf(Number(sourceMicros)))],
      ['late', Uint8Array.from(rows, ({ late }) => Number(late))],
      ...(thresholds.some((th) => th !== null) ? [['shadow_th', thresholds] as const] : []),
      ...named.map((name) => [`attribute.${name}`, events.map(({ attributes }) => attributes[name] ?? null)] as const),
      ...(rest.length > 0 ? [['attributes', events.map((event) => restOf(event, rest))] as const] : []),
    ],
  });
}

/** Attributes that have no column of their own, as JSON; null: none. */
function restOf({ attributes }: Row['event'], names: readonly string[]): string | null {
  const own = names.filter((name) => name in attributes);
  return own.length === 0 ? null : JSON.stringify(Object.fromEntries(own.map((name) => [name, attributes[name]])));
}

/** 0, 1, or 2: not known. */
function shadowOf({ event, isTaken }: Row): number {
  const shadow = isTaken ?? event.shadow;
  return shadow === undefined ? 2 : Number(shadow);
}

const thresholdOf = ({ event, isTaken }: Row): string | null =>
  event.shadowTh ?? (isTaken && event.shadow === undefined ? SHADOW_TH : null);

function dictionary(values: readonly (string | undefined)[]): DictionaryColumn {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === undefined) return -1;
    if (!codeOf.has(value)) codeOf.set(value, codeOf.size);
    return codeOf.get(value)!;
  });
  return { codes, values: [...codeOf.keys()] };
}
