import * as arrow from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import type { DictionaryColumn } from '../core/columns.ts';
import { packBits, stringData } from './cast.ts';
import { ledgerFailure } from './failures.ts';
import { HIVE_NULL } from './hive.ts';
import type { Platform } from './platform.ts';

/**
 * The columns of a ledger to be written, each of length `n` (spec/ledger.md); absent ones are not written. Missing
 * numbers are NaN, missing categories code -1, missing texts null.
 */
export interface LedgerTable {
  readonly n: number;
  readonly eventId: BigInt64Array;
  /** Epoch ms with fractional microseconds; NaN is written as NULL. */
  readonly time?: Float64Array;
  readonly provider?: DictionaryColumn;
  readonly agent?: DictionaryColumn;
  readonly thread?: DictionaryColumn;
  readonly instantiation?: DictionaryColumn;
  readonly role?: DictionaryColumn;
  readonly handoffTo?: DictionaryColumn;
  readonly outcome?: DictionaryColumn;
  readonly decision?: DictionaryColumn;
  readonly label?: DictionaryColumn;
  /** Row-major n x dimension; rows of void events are ignored. */
  readonly embeddings?: Float32Array;
  readonly dimension?: number;
  /** 1 where the embedding is NULL; absent where every event has one. */
  readonly isVoid?: Uint8Array;
  readonly text?: readonly (string | null)[];
  readonly latency?: Float64Array;
  readonly inputTokens?: Float64Array;
  readonly outputTokens?: Float64Array;
  readonly cachedTokens?: Float64Array;
  readonly costUsd?: Float64Array;
  readonly autonomyLevel?: Float64Array;
  /** 1, 0, or 2 for NULL. */
  readonly shadow?: Uint8Array;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface WriteOptions {
  /** Rows to a row group; default so that its vectors stay under 16 MB. */
  readonly rowGroupRows?: number;
}

// Column of the file, property of LedgerTable.
const DICTIONARIES = [
  ['provider_id', 'provider'],
  ['agent_id', 'agent'],
  ['thread_id', 'thread'],
  ['instantiation_id', 'instantiation'],
  ['role', 'role'],
  ['handoff_to', 'handoffTo'],
  ['outcome', 'outcome'],
  ['decision', 'decision'],
  ['label', 'label'],
] as const;
const INTEGERS = [
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
  ['cached_tokens', 'cachedTokens'],
] as const;
const DOUBLES = [
  ['latency_ms', 'latency'],
  ['cost_usd', 'costUsd'],
] as const;
const GROUP_BYTES = 16 << 20;

/** Arrow columns of the rows `at` of a ledger. */
function arrowColumns(table: LedgerTable, at: Int32Array, without: ReadonlySet<string>): [string, Data][] {
  const length = at.length;
  const columns: [string, Data][] = [];
  const add = (name: string, type: DataType, rest: object, nullBitmap?: Uint8Array): void => {
    if (!without.has(name))
      columns.push([
        name,
        arrow.makeData({ type, length, nullCount: nullBitmap ? -1 : 0, nullBitmap, ...rest } as never) as Data,
      ]);
  };
  const numbers = (values: Float64Array): { picked: Float64Array; nullBitmap: Uint8Array | undefined } => {
    const picked = Float64Array.from(at, (row) => values[row]);
    return {
      picked,
      nullBitmap: picked.some(Number.isNaN)
        ? packBits(Uint8Array.from(picked, (v) => (Number.isNaN(v) ? 0 : 1)))
        : undefined,
    };
  };
  add('event_id', new arrow.Int64(), { data: BigInt64Array.from(at, (row) => table.eventId[row]) });
  if (table.time) {
    const { picked, nullBitmap } = numbers(table.time);
    add(
      'ts',
      new arrow.TimestampMicrosecond(),
      { data: BigInt64Array.from(picked, (ms) => (Number.isNaN(ms) ? 0n : BigInt(Math.round(ms * 1000)))) },
      nullBitmap,
    );
  }
  for (const [name, key] of DICTIONARIES) {
    const column = table[key];
    if (column)
      columnOfStrings(
        name,
        Array.from(at, (row) => (column.codes[row] < 0 ? null : column.values[column.codes[row]])),
      );
  }
  if (table.text)
    columnOfStrings(
      'text',
      Array.from(at, (row) => table.text![row]),
    );
  for (const [name, key] of DOUBLES) {
    const values = table[key];
    if (!values) continue;
    const { picked, nullBitmap } = numbers(values);
    add(name, new arrow.Float64(), { data: picked }, nullBitmap);
  }
  if (table.shadow) {
    const picked = Uint8Array.from(at, (row) => table.shadow![row]);
    // apache-arrow 17 writes no values for booleans that are all null, which other Arrow libraries refuse: the column
    // is absent then.
    if (picked.some((value) => value !== 2))
      add(
        'shadow',
        new arrow.Bool(),
        { data: packBits(picked) },
        picked.includes(2) ? packBits(picked, (b) => b !== 2) : undefined,
      );
  }
  for (const [name, key] of INTEGERS) {
    const values = table[key];
    if (!values) continue;
    const { picked, nullBitmap } = numbers(values);
    add(
      name,
      new arrow.Int64(),
      { data: BigInt64Array.from(picked, (v) => (Number.isNaN(v) ? 0n : BigInt(v))) },
      nullBitmap,
    );
  }
  if (table.autonomyLevel) {
    const { picked, nullBitmap } = numbers(table.autonomyLevel);
    add(
      'autonomy_level',
      new arrow.Int8(),
      { data: Int8Array.from(picked, (v) => (Number.isNaN(v) ? 0 : v)) },
      nullBitmap,
    );
  }
  if (table.embeddings) {
    const dimension = table.dimension!;
    const valid = Uint8Array.from(at, (row) => (table.isVoid?.[row] ? 0 : 1));
    const offsets = new Int32Array(length + 1);
    for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i] + valid[i] * dimension;
    const leaf = new Float32Array(offsets[length]);
    for (let i = 0; i < length; i++)
      if (valid[i]) leaf.set(table.embeddings.subarray(at[i] * dimension, (at[i] + 1) * dimension), offsets[i]);
    const child = arrow.makeData({ type: new arrow.Float32(), length: leaf.length, nullCount: 0, data: leaf });
    add(
      'embedding',
      new arrow.List(new arrow.Field('element', new arrow.Float32(), true)),
      { valueOffsets: offsets, child },
      valid.includes(0) ? packBits(valid) : undefined,
    );
  }
  return columns;

  function columnOfStrings(name: string, values: readonly (string | null)[]): void {
    if (!without.has(name)) columns.push([name, stringData(values)]);
  }
}

function recordBatch(columns: readonly [string, Data][], length: number): arrow.RecordBatch {
  const fields = columns.map(([name, data]) => new arrow.Field(name, data.type, true));
  const data = arrow.makeData({
    type: new arrow.Struct(fields),
    length,
    nullCount: 0,
    children: columns.map(([, child]) => child),
  });
  return new arrow.RecordBatch(new arrow.Schema(fields), data as never);
}

/** The ledger as one Parquet file, zstd. */
export async function writeParquet(
  table: LedgerTable,
  platform: Platform,
  options: WriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkLengths(table);
  return toParquet(
    table,
    Int32Array.from({ length: table.n }, (_, i) => i),
    new Set(),
    platform,
    options,
  );
}

async function toParquet(
  table: LedgerTable,
  at: Int32Array,
  without: ReadonlySet<string>,
  platform: Platform,
  options: WriteOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const parquet = await platform.parquet();
  const groupRows =
    options.rowGroupRows ??
    Math.max(1, Math.min(8192, table.dimension ? Math.floor(GROUP_BYTES / (4 * table.dimension)) : 8192));
  const batch = recordBatch(arrowColumns(table, at, without), at.length);
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression.ZSTD)
    .setMaxRowGroupSize(groupRows)
    .build();
  const written = parquet.writeParquet(
    parquet.Table.fromIPCStream(arrow.tableToIPC(new arrow.Table([batch]), 'stream')),
    properties,
  );
  return written as Uint8Array<ArrayBuffer>;
}

/** The hour of an epoch time as in the ledger's partitions: "2024-01-01T05", UTC. */
export const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13);

/**
 * The ledger partitioned as in production: `provider_id=<id>/hour=<yyyy-mm-ddThh>/part-0.parquet`, ids percent-encoded,
 * files in the order of their first event. Events without a provider or without a time go to the partition
 * `__HIVE_DEFAULT_PARTITION__`, as hive has it.
 */
export async function writeHive(
  table: LedgerTable,
  platform: Platform,
  options: WriteOptions = {},
): Promise<WrittenFile[]> {
  checkLengths(table);
  const { provider, time } = table;
  if (!provider)
    throw ledgerFailure('A ledger without provider_id cannot be partitioned by it', 'Write one Parquet file instead');
  const partitions = new Map<string, number[]>();
  for (let row = 0; row < table.n; row++) {
    const id = provider.codes[row] < 0 ? HIVE_NULL : encodeURIComponent(provider.values[provider.codes[row]]);
    const hour = !time || Number.isNaN(time[row]) ? HIVE_NULL : hourOf(time[row]);
    const path = `provider_id=${id}/hour=${hour}/part-0.parquet`;
    const rows = partitions.get(path);
    if (rows) rows.push(row);
    else partitions.set(path, [row]);
  }
  const files: WrittenFile[] = [];
  for (const [path, rows] of partitions)
    files.push({
      path,
      bytes: await toParquet(table, Int32Array.from(rows), new Set(['provider_id']), platform, options),
    });
  return files;
}

/** A bug in the caller would otherwise write a ledger that is silently wrong. */
function checkLengths(table: LedgerTable): void {
  const { n, dimension = 0 } = table;
  const wrong = (name: string, length: number, expected: number): void => {
    if (length !== expected)
      throw ledgerFailure(
        `Column ${name} has ${length} values, ${expected} expected`,
        'This is a fault of the program that writes the ledger',
      );
  };
  for (const [name, column] of Object.entries(table) as [string, unknown][]) {
    if (column === undefined) continue;
    if (name === 'embeddings') wrong(name, (column as Float32Array).length, n * dimension);
    else if (ArrayBuffer.isView(column) || Array.isArray(column))
      wrong(name, (column as unknown as ArrayLike<unknown>).length, n);
    else if (typeof column === 'object' && column !== null && 'codes' in column)
      wrong(name, (column as DictionaryColumn).codes.length, n);
  }
}
