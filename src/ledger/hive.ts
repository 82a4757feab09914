import * as arrow from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { stringData } from './cast.ts';
import type { RawBatch, RawColumn, ReadOptions, ReaderField, TableReader } from './reader.ts';

/** The name of a file, without its folders. */
export const lastPart = (path: string): string => path.split(/[/\\]/).pop() || path;

/** How hive writes a missing value into a path. */
export const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/**
 * The partition values in a path: `provider_id=a%20b/hour=2024-01-01T00/part-0.parquet` -> provider_id "a b", hour
 * "2024-01-01T00".
 */
export function partitionsOf(path: string): ReadonlyMap<string, string | null> {
  const partitions = new Map<string, string | null>();
  for (const folder of path.split(/[/\\]/).slice(0, -1)) {
    const at = folder.indexOf('=');
    if (at <= 0) continue;
    const value = decode(folder.slice(at + 1));
    partitions.set(decode(folder.slice(0, at)), value === HIVE_NULL ? null : value);
  }
  return partitions;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The folder above the partitions of a path; null where it has none. */
export function partitionRoot(path: string): string | null {
  if (partitionsOf(path).size === 0) return null;
  const folders = path.split(/[/\\]/);
  return folders
    .slice(
      0,
      folders.findIndex((folder) => folder.indexOf('=') > 0),
    )
    .join('/');
}

/** The folder above all of some paths. */
export function commonFolder(paths: readonly string[]): string {
  const [head, ...rest] = paths.map((path) => path.split(/[/\\]/).slice(0, -1));
  let depth = 0;
  while (
    depth < head.length &&
    rest.every((folders) => folders[depth] === head[depth]) &&
    head[depth].indexOf('=') <= 0
  )
    depth++;
  return head.slice(0, depth).join('/');
}

/** A column that has one value throughout. */
function repeated(value: string | null, rows: number): Data {
  if (value === null) return stringData(new Array<null>(rows).fill(null));
  const bytes = new TextEncoder().encode(value);
  const data = new Uint8Array(rows * bytes.length);
  const valueOffsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) {
    data.set(bytes, i * bytes.length);
    valueOffsets[i + 1] = (i + 1) * bytes.length;
  }
  return arrow.makeData({ type: new arrow.Utf8(), length: rows, nullCount: 0, valueOffsets, data });
}

/** Stands for a column that holds the name of the file. */
export const FILE_COLUMN = '(file)';

/** The type of columns that come from the path. */
export const PARTITION_TYPE = 'Utf8 (partition)';

/** Adds the partition values of a file's path to its columns; a column that the file holds itself wins. */
export const withPartitions = (reader: TableReader): TableReader =>
  withConstants(reader, partitionsOf(reader.path), PARTITION_TYPE);

/** Adds the name of the file to its columns, where the mapping asks for it. */
export const withFileName = (
  reader: TableReader,
  mapping: Readonly<Partial<Record<string, string | null>>> | null,
): TableReader =>
  mapping && Object.values(mapping).includes(FILE_COLUMN)
    ? withConstants(reader, new Map([[FILE_COLUMN, reader.path]]), 'Utf8 (file name)')
    : reader;

/** Adds columns of one value throughout; those that the file has itself win. */
export function withConstants(
  reader: TableReader,
  constants: ReadonlyMap<string, string | null>,
  typeName: string,
): TableReader {
  const own = new Set(reader.fields.map((field) => field.name));
  const partitions = new Map([...constants].filter(([name]) => !own.has(name)));
  if (partitions.size === 0) return reader;
  const added: ReaderField[] = [...partitions].map(([name]) => ({
    name,
    type: new arrow.Utf8(),
    typeName,
    inferred: true,
  }));

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const columns = options.columns.filter((name) => !partitions.has(name));
    for await (const batch of reader.read({ ...options, columns })) {
      let next = 0;
      const all: RawColumn[] = options.columns.map((name) =>
        partitions.has(name) ? repeated(partitions.get(name)!, batch.rows) : batch.columns[next++],
      );
      yield { ...batch, columns: all };
    }
  }
  return { ...reader, fields: [...reader.fields, ...added], read };
}
