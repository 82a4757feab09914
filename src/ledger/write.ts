import * as arrow from 'apache-arrow';
import type { Data } from 'apache-arrow';
import type { DictionaryColumn } from '../core/columns.ts';
import {
  LEDGER_COLUMNS,
  LEDGER_SCHEMA,
  columnsOf,
  type ColumnType,
  type LedgerColumnName,
} from '../core/ledgerSchema.ts';
import { arrowTypeOf } from './arrowTypes.ts';
import { recordBatch, type NamedData } from './arrowVectors.ts';
import { packBits, stringData } from './cast.ts';
import { ledgerFailure } from './failures.ts';
import { HIVE_NULL } from './hive.ts';
import { ipcToParquet } from './parquetTable.ts';
import type { Platform } from './platform.ts';

/** Values of a column to be written, by the type of its row in `LEDGER_SCHEMA`. */
interface Written {
  readonly int64: BigInt64Array | Float64Array;
  readonly int8: Float64Array;
  readonly float64: Float64Array;
  /** Epoch ms with fractional microseconds. */
  readonly timestamp: Float64Array;
  /** 1, 0, or 2 for NULL. */
  readonly bool: Uint8Array;
  readonly utf8: DictionaryColumn | readonly (string | null)[];
  /** Row-major n x dimension; rows of void events are ignored. */
  readonly 'float32[]': Float32Array;
}
type Schema = typeof LEDGER_SCHEMA;
type WrittenAs<C extends LedgerColumnName> = C extends 'event_id'
  ? BigInt64Array
  : C extends 'text'
    ? readonly (string | null)[]
    : Schema[C]['type'] extends 'utf8'
      ? DictionaryColumn
      : Schema[C]['type'] extends 'int64'
        ? Float64Array
        : Written[Schema[C]['type']];

/**
 * The columns of a ledger to be written, each of length `n` (docs/ledger-format.md), by their keys in `LEDGER_SCHEMA`;
 * absent ones are not written. Missing numbers are NaN, missing categories code -1, missing texts null.
 */
export type LedgerTable = {
  readonly [C in Exclude<LedgerColumnName, 'event_id'> as Schema[C]['key']]?: WrittenAs<C>;
} & {
  readonly n: number;
  readonly eventId: BigInt64Array;
  readonly dimension?: number;
  /** 1 where the embedding is NULL; absent where every event has one. */
  readonly isVoid?: Uint8Array;
};

export interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface WriteOptions {
  /** Rows to a row group; default so that its vectors stay under 16 MB. */
  readonly rowGroupRows?: number;
  /** Columns beyond those of a ledger, as long as it. */
  readonly more?: readonly (readonly [name: string, values: readonly (string | null)[] | Float64Array | Uint8Array])[];
}

const GROUP_BYTES = 16 << 20;
/** Order of the columns in a file: readers that stop early find the narrow ones first. */
const FILE_ORDER: readonly ColumnType[] = ['timestamp', 'utf8', 'float64', 'bool', 'int64', 'int8', 'float32[]'];

/** Columns in the order in which they are written: the keys, then by type, text last of the texts. */
const WRITTEN: readonly LedgerColumnName[] = [
  ...columnsOf('key'),
  ...FILE_ORDER.flatMap((type) =>
    [...LEDGER_COLUMNS]
      .filter((name) => LEDGER_SCHEMA[name].role !== 'key' && LEDGER_SCHEMA[name].type === type)
      .sort((a, b) => Number(a === 'text') - Number(b === 'text')),
  ),
];

/** Arrow columns of the rows `at` of a ledger. */
function arrowColumns(table: LedgerTable, at: Int32Array, without: ReadonlySet<string>): NamedData[] {
  return WRITTEN.flatMap((name): NamedData[] => {
    const { key, type } = LEDGER_SCHEMA[name];
    const values = table[key];
    if (values === undefined || without.has(name)) return [];
    const data = WRITERS[type](values as never, at, table);
    return data ? [[name, data]] : [];
  });
}

function makeColumn(type: ColumnType, length: number, rest: object, nullBitmap?: Uint8Array): Data {
  return arrow.makeData({
    type: arrowTypeOf(type),
    length,
    nullCount: nullBitmap ? -1 : 0,
    nullBitmap,
    ...rest,
  } as never) as Data;
}

/** The numbers of some rows as `convert` makes them; NaN is null. */
function numberColumn(
  type: ColumnType,
  values: Float64Array,
  at: Int32Array,
  convert: (picked: Float64Array) => ArrayBufferView,
): Data {
  const picked = Float64Array.from(at, (row) => values[row]);
  const nullBitmap = picked.some(Number.isNaN)
    ? packBits(Uint8Array.from(picked, (v) => (Number.isNaN(v) ? 0 : 1)))
    : undefined;
  return makeColumn(type, at.length, { data: convert(picked) }, nullBitmap);
}

/** Data of the rows `at` of a column; null if the column is not written. */
const WRITERS: {
  readonly [T in ColumnType]: (values: Written[T], at: Int32Array, table: LedgerTable) => Data | null;
} = {
  int64: (values, at) =>
    values instanceof BigInt64Array
      ? makeColumn('int64', at.length, { data: BigInt64Array.from(at, (row) => values[row]) })
      : numberColumn('int64', values, at, (picked) =>
          BigInt64Array.from(picked, (v) => (Number.isNaN(v) ? 0n : BigInt(v))),
        ),
  int8: (values, at) =>
    numberColumn('int8', values, at, (picked) => Int8Array.from(picked, (v) => (Number.isNaN(v) ? 0 : v))),
  float64: (values, at) => numberColumn('float64', values, at, (picked) => picked),
  timestamp: (values, at) =>
    numberColumn('timestamp', values, at, (picked) =>
      BigInt64Array.from(picked, (ms) => (Number.isNaN(ms) ? 0n : BigInt(Math.round(ms * 1000)))),
    ),
  bool: (values, at) => {
    const picked = Uint8Array.from(at, (row) => values[row]);
    // apache-arrow writes no values for booleans that are all null, which other Arrow libraries refuse.
    if (picked.every((value) => value === 2)) return null;
    const nullBitmap = picked.includes(2) ? packBits(picked, (b) => b !== 2) : undefined;
    return makeColumn('bool', at.length, { data: packBits(picked) }, nullBitmap);
  },
  utf8: (values, at) =>
    stringData(
      'codes' in values
        ? Array.from(at, (row) => (values.codes[row] < 0 ? null : values.values[values.codes[row]]))
        : Array.from(at, (row) => values[row]),
    ),
  'float32[]': (values, at, { dimension = 0, isVoid }) => {
    const valid = Uint8Array.from(at, (row) => (isVoid?.[row] ? 0 : 1));
    const valueOffsets = new Int32Array(at.length + 1);
    for (let i = 0; i < at.length; i++) valueOffsets[i + 1] = valueOffsets[i] + valid[i] * dimension;
    const leaf = new Float32Array(valueOffsets[at.length]);
    for (let i = 0; i < at.length; i++)
      if (valid[i]) leaf.set(values.subarray(at[i] * dimension, (at[i] + 1) * dimension), valueOffsets[i]);
    const child = arrow.makeData({ type: new arrow.Float32(), length: leaf.length, nullCount: 0, data: leaf });
    return makeColumn('float32[]', at.length, { valueOffsets, child }, valid.includes(0) ? packBits(valid) : undefined);
  },
};

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
  const more = (options.more ?? []).map(([name, values]): NamedData => [
    name,
    values instanceof Float64Array
      ? WRITERS.float64(values, at, table)!
      : values instanceof Uint8Array
        ? makeColumn('bool', at.length, { data: packBits(values) })
        : stringData(Array.from(at, (row) => values[row])),
  ]);
  const batch = recordBatch([...arrowColumns(table, at, without), ...more], at.length);
  return parquetOf([batch], options.rowGroupRows ?? rowGroupRows(table.dimension ?? 0), platform);
}

/** Rows to a row group so that its vectors stay under 16 MB. */
export const rowGroupRows = (dimension: number): number =>
  Math.max(1, Math.min(8192, dimension > 0 ? Math.floor(GROUP_BYTES / (4 * dimension)) : 8192));

/** Batches of the same columns as one Parquet file, zstd. */
export const parquetOf = (
  batches: readonly arrow.RecordBatch[],
  groupRows: number,
  platform: Platform,
  stated?: ReadonlyMap<string, string>,
): Promise<Uint8Array<ArrayBuffer>> =>
  ipcToParquet(platform, arrow.tableToIPC(new arrow.Table([...batches]), 'stream'), groupRows, stated);

/** The hour of an epoch time as in the ledger's partitions: "2024-01-01T05", UTC. */
export const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13);

/**
 * The folder of an event: `provider_id=<id>/hour=<yyyy-mm-ddThh>`, ids
 * percent-encoded; what is missing as hive has it.
 */
export const partitionOf = (provider: string | null, ms: number): string =>
  `provider_id=${provider === null ? HIVE_NULL : encodeURIComponent(provider)}/` +
  `hour=${Number.isNaN(ms) ? HIVE_NULL : hourOf(ms)}`;

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
    const id = provider.codes[row] < 0 ? null : provider.values[provider.codes[row]];
    const path = `${partitionOf(id, time ? time[row] : Number.NaN)}/part-0.parquet`;
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
