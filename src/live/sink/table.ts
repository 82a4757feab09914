import type { DictionaryColumn } from '../../core/columns.ts';
import type { Platform } from '../../ledger/platform.ts';
import { hourOf, writeParquet, type LedgerTable } from '../../ledger/write.ts';
import type { Row } from './order.ts';

/** Columns for attributes, at most; the rest of them are left out of the file. */
const MOST_ATTRIBUTES = 64;
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

export const msOf = (micros: number): number => micros / 1000;

/** float32 as a record holds them; null: a void event. */
export function embeddingOf({ embedding }: Row['event']): Float32Array | null {
  if (embedding.length === 0) return null;
  const bytes = new Uint8Array(embedding);
  return new Float32Array(bytes.buffer, 0, bytes.length / 4);
}

/** The folder of a row: its provider and the hour of its own time. */
const partitionOf = ({ event, micros }: Row): string =>
  `provider_id=${event.providerId === undefined ? HIVE_NULL : encodeURIComponent(event.providerId)}/` +
  `hour=${hourOf(msOf(micros))}`;

/** Rows by their folder, each in order. */
export function byPartition(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const place = partitionOf(row);
    const own = found.get(place);
    if (own) own.push(row);
    else found.set(place, [row]);
  }
  return found;
}

/** Rows of one partition as Parquet. */
export function rowsToParquet(rows: readonly Row[], platform: Platform): Promise<Uint8Array<ArrayBuffer>> {
  const events = rows.map(({ event }) => event);
  const texts = (of: (event: Row['event']) => string | undefined) => dictionary(events.map((event) => of(event)));
  const numbers = (of: (event: Row['event']) => number | undefined) =>
    Float64Array.from(events, (event) => of(event) ?? Number.NaN);
  const vectors = events.map(embeddingOf);
  const dimension = vectors.find((vector) => vector !== null)?.length ?? 0;
  const embeddings = new Float32Array(rows.length * dimension);
  vectors.forEach((vector, i) => vector && embeddings.set(vector, i * dimension));
  const table: LedgerTable = {
    n: rows.length,
    eventId: BigInt64Array.from(rows, ({ id }) => BigInt(id)),
    time: Float64Array.from(rows, ({ micros }) => msOf(micros)),
    agent: texts(({ agentId }) => agentId),
    thread: texts(({ threadId }) => threadId),
    ...some(
      'instantiation',
      texts(({ instantiationId }) => instantiationId),
    ),
    ...(dimension > 0 && { embeddings, dimension, isVoid: Uint8Array.from(vectors, (vector) => (vector ? 0 : 1)) }),
    ...(events.some(({ text }) => text !== undefined) && { text: events.map(({ text }) => text ?? null) }),
    role: texts(({ role }) => role),
    latency: numbers(({ latencyMs }) => latencyMs),
    shadow: Uint8Array.from(events, ({ shadow }) => (shadow === undefined ? 2 : Number(shadow))),
    inputTokens: numbers(({ inputTokens }) => inputTokens),
    outputTokens: numbers(({ outputTokens }) => outputTokens),
    cachedTokens: numbers(({ cachedTokens }) => cachedTokens),
    costUsd: numbers(({ costUsd }) => costUsd),
    handoffTo: texts(({ handoffTo }) => handoffTo),
    outcome: texts(({ outcome }) => outcome),
    decision: texts(({ decision }) => decision),
    autonomyLevel: numbers(({ autonomyLevel }) => autonomyLevel),
    label: texts(({ label }) => label),
  };
  const names = [...new Set(events.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
  return writeParquet(table, platform, {
    more: [
      ['uid', events.map(({ uid }) => uid)],
      ['source_ms', Float64Array.from(events, ({ sourceMicros }) => msOf(Number(sourceMicros)))],
      ['late', Uint8Array.from(rows, ({ late }) => Number(late))],
      ...names
        .slice(0, MOST_ATTRIBUTES)
        .map((name) => [`attribute.${name}`, events.map(({ attributes }) => attributes[name] ?? null)] as const),
    ],
  });
}

const some = (key: 'instantiation', column: DictionaryColumn) => (column.values.length > 0 ? { [key]: column } : {});

function dictionary(values: readonly (string | undefined)[]): DictionaryColumn {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === undefined) return -1;
    if (!codeOf.has(value)) codeOf.set(value, codeOf.size);
    return codeOf.get(value)!;
  });
  return { codes, values: [...codeOf.keys()] };
}
