import { fileFailure } from '../failures.ts';
import {
  I32,
  I64,
  LIST,
  readThrift,
  STRUCT,
  writeThrift,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
} from './thrift.ts';

/**
 * The footer of a Parquet file (parquet.thrift of the Apache Parquet format). It is read here, not by parquet-wasm, for
 * two reasons: an encrypted or damaged file stops parquet-wasm's asynchronous reader for good instead of raising an
 * error; and knowing where the column chunks lie, a file of one row group can be cut out of a large one and given to
 * the synchronous reader, whose failures can be caught (and which reads every column that it is given).
 */

const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'];
const READABLE_CODECS = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW']);

// Field ids of parquet.thrift.
const FILE = { schema: 2, rows: 3, groups: 4, encryption: 8, dropped: [5, 7] } as const;
const SCHEMA = { name: 4, children: 5 } as const;
const GROUP = { columns: 1, rows: 3, dropped: [4, 5, 7] } as const;
const CHUNK = { meta: 3, indexes: [4, 5, 6, 7], crypto: 8 } as const;
const META = {
  path: 3,
  codec: 4,
  values: 5,
  uncompressed: 6,
  compressed: 7,
  dataPage: 9,
  dictionaryPage: 11,
  statistics: 12,
  dropped: [10, 12, 13, 14, 15, 16],
} as const;
const STATISTICS = { nulls: 3, greatest: 5, least: 6 } as const;

/** A column chunk: one leaf column of one row group. */
interface Chunk {
  /** The column that the leaf belongs to. */
  readonly column: string;
  readonly start: number;
  readonly bytes: number;
  readonly uncompressed: number;
  readonly values: number;
  readonly nested: boolean;
  readonly statistics: ChunkStatistics | null;
}
/** Of the values of a chunk: plain encoded bytes, null if they are not stated. */
interface ChunkStatistics {
  readonly least: Uint8Array | null;
  readonly greatest: Uint8Array | null;
  /** -1 if it is not stated. */
  readonly nulls: number;
}
export interface RowGroup {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
}
export interface Footer {
  readonly groups: readonly RowGroup[];
  readonly metadata: ThriftStruct;
}

const structOf = (value: ThriftValue | undefined): ThriftStruct | undefined =>
  value instanceof Map ? value : undefined;
const listOf = (value: ThriftValue | undefined): ThriftList | undefined =>
  value !== undefined && typeof value === 'object' && 'items' in value ? value : undefined;
const textOf = (value: ThriftValue | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
/** A damaged name may hold anything. */
const shown = (name: string): string => name.replace(/[\p{Cc}\ufffd]+/gu, '?').slice(0, 80);
const integer = (value: ThriftValue | undefined): number => (typeof value === 'bigint' ? Number(value) : 0);

/**
 * Reads a footer. Throws a `file` error for one that is damaged, encrypted, or says that a column has a codec that
 * cannot be read.
 */
export function readFooter(path: string, bytes: Uint8Array, fileSize: number): Footer {
  let metadata: ThriftStruct;
  try {
    metadata = readThrift(bytes);
  } catch (thrown) {
    throw damaged(path, (thrown as Error).message);
  }
  if (!listOf(metadata.get(FILE.schema)?.value)) throw damaged(path, 'the metadata has no schema');
  const encrypted = new Set<string>();
  const groups = (listOf(metadata.get(FILE.groups)?.value)?.items ?? []).map((group): RowGroup => {
    const fields = structOf(group);
    const columns = listOf(fields?.get(GROUP.columns)?.value);
    if (!fields || !columns) throw damaged(path, 'a row group has no columns');
    const chunks = columns.items.flatMap((column) => {
      const chunk = structOf(column);
      const meta = structOf(chunk?.get(CHUNK.meta)?.value);
      const parts = listOf(meta?.get(META.path)?.value)?.items.map(textOf) ?? [];
      if (chunk?.has(CHUNK.crypto)) encrypted.add(parts.join('.'));
      return meta && parts.length > 0 ? [readChunk(path, parts, meta, fileSize)] : [];
    });
    if (encrypted.size === 0 && !metadata.has(FILE.encryption) && chunks.length < columns.items.length)
      throw damaged(path, 'a column has no metadata');
    return { rows: integer(fields.get(GROUP.rows)?.value), chunks };
  });
  if (metadata.has(FILE.encryption) || encrypted.size > 0) {
    const names = [...encrypted].filter((name) => name !== '').map(shown);
    const which = names.length > 0 ? `its columns ${names.join(', ')} are encrypted` : 'the Parquet file is encrypted';
    throw fileFailure(path, which, 'Write it without encryption: Tautline has no keys');
  }
  return { groups, metadata };
}

function readChunk(path: string, parts: readonly string[], meta: ThriftStruct, fileSize: number): Chunk {
  const name = parts.join('.');
  const codec = integer(meta.get(META.codec)?.value);
  if (!READABLE_CODECS.has(CODECS[codec])) {
    throw fileFailure(
      path,
      `column "${shown(name)}" is compressed with ${CODECS[codec] ?? `codec number ${codec}`}, ` +
        `which cannot be read here`,
      'Write it with zstd, snappy, gzip, brotli, lz4_raw or uncompressed',
    );
  }
  const dataPage = integer(meta.get(META.dataPage)?.value);
  const dictionaryPage = integer(meta.get(META.dictionaryPage)?.value);
  const start = dictionaryPage > 0 ? Math.min(dictionaryPage, dataPage) : dataPage;
  const bytes = integer(meta.get(META.compressed)?.value);
  if (start < 4 || bytes < 0 || start + bytes > fileSize)
    throw damaged(path, `column "${shown(name)}" lies outside the file`);
  return {
    column: parts[0],
    start,
    bytes,
    uncompressed: integer(meta.get(META.uncompressed)?.value),
    values: integer(meta.get(META.values)?.value),
    nested: parts.length > 1,
    statistics: readStatistics(structOf(meta.get(META.statistics)?.value)),
  };
}

function readStatistics(fields: ThriftStruct | undefined): ChunkStatistics | null {
  if (!fields) return null;
  const bytesOf = (id: number): Uint8Array | null => {
    const value = fields.get(id)?.value;
    return value instanceof Uint8Array ? value : null;
  };
  return {
    least: bytesOf(STATISTICS.least),
    greatest: bytesOf(STATISTICS.greatest),
    nulls: fields.has(STATISTICS.nulls) ? integer(fields.get(STATISTICS.nulls)?.value) : -1,
  };
}

const damaged = (path: string, why: string): Error =>
  fileFailure(
    path,
    `the Parquet file is damaged (${why})`,
    'Write or download it again, and check it with another Parquet reader',
  );

const MAGIC = new TextEncoder().encode('PAR1');

/** A Parquet file without any rows, for its schema. */
export const schemaFile = (footer: Footer): Uint8Array =>
  joined([MAGIC, ending(pruned(footer.metadata, () => true, [], 0n))]);

/**
 * A Parquet file that holds some columns of one row group: their column chunks moved together, and metadata that knows
 * of no other. `data[i]` are the bytes of `footer.groups[group].chunks[i]`, null for a chunk that is left out; a column
 * is there with all its chunks or not at all.
 */
export function groupFile(footer: Footer, group: number, data: readonly (Uint8Array | null)[]): Uint8Array {
  const { chunks } = footer.groups[group];
  const kept = new Set(chunks.filter((_, i) => data[i] !== null).map((chunk) => chunk.column));
  const parts = data.filter((part) => part !== null);
  let at = MAGIC.length;
  const starts = data.map((bytes) => (at += bytes?.length ?? 0) - (bytes?.length ?? 0));
  return joined([MAGIC, ...parts, ending(groupMetadata(footer, group, kept, (i) => starts[i]))]);
}

/**
 * The same from a file's own bytes, which are changed: chunks stay where they are, and the metadata is written over the
 * file's.
 * @param from where the file's footer begins
 * @returns a view of `file`; null if the metadata has no room there
 */
export function groupInPlace(
  footer: Footer,
  group: number,
  columns: ReadonlySet<string>,
  file: Uint8Array,
  from: number,
): Uint8Array | null {
  const { chunks } = footer.groups[group];
  const end = ending(groupMetadata(footer, group, columns, (i) => chunks[i].start));
  if (from + end.length > file.length || chunks.some(({ start, bytes }) => start + bytes > from)) return null;
  file.set(end, from);
  return file.subarray(0, from + end.length);
}

/** Metadata of a file that has some columns of one row group only. @param startOf where chunk i begins in that file */
function groupMetadata(
  footer: Footer,
  group: number,
  kept: ReadonlySet<string>,
  startOf: (chunk: number) => number,
): ThriftStruct {
  const { rows, chunks } = footer.groups[group];
  const source = structOf(listOf(footer.metadata.get(FILE.groups)!.value)!.items[group])!;
  const columns = listOf(source.get(GROUP.columns)!.value)!;
  const moved: ThriftStruct[] = [];
  columns.items.forEach((column, i) => {
    if (!kept.has(chunks[i].column)) return;
    const chunk = new Map(structOf(column));
    for (const id of CHUNK.indexes) chunk.delete(id);
    const meta = new Map(structOf(chunk.get(CHUNK.meta)!.value));
    for (const id of META.dropped) meta.delete(id);
    const by = BigInt(startOf(i) - chunks[i].start);
    for (const id of [META.dataPage, META.dictionaryPage]) {
      const offset = meta.get(id);
      if (offset && (offset.value as bigint) > 0n) meta.set(id, { ...offset, value: (offset.value as bigint) + by });
    }
    chunk.set(CHUNK.meta, { type: STRUCT, value: meta });
    moved.push(chunk);
  });
  const rowGroup = new Map(source);
  for (const id of GROUP.dropped) rowGroup.delete(id);
  rowGroup.set(GROUP.columns, { type: LIST, value: { element: STRUCT, items: moved } });
  return pruned(footer.metadata, (column) => kept.has(column), [rowGroup], BigInt(rows));
}

/** The schema (a tree, depth first) with only some of the columns below its root. */
function pruneSchema(schema: ThriftList, keep: (column: string) => boolean): ThriftList {
  const elements = schema.items as ThriftStruct[];
  const children = (i: number): number => integer(elements[i]?.get(SCHEMA.children)?.value);
  const endOf = (i: number): number => {
    let end = i + 1;
    for (let child = 0; child < children(i); child++) end = endOf(end);
    return end;
  };
  const kept: ThriftStruct[] = [];
  let columns = 0n;
  for (let i = 1; i < elements.length; i = endOf(i)) {
    if (!keep(textOf(elements[i].get(SCHEMA.name)?.value))) continue;
    kept.push(...elements.slice(i, endOf(i)));
    columns++;
  }
  const root = new Map(elements[0]).set(SCHEMA.children, { type: I32, value: columns });
  return { element: STRUCT, items: [root, ...kept] };
}

function pruned(
  metadata: ThriftStruct,
  keep: (column: string) => boolean,
  groups: ThriftStruct[],
  rows: bigint,
): ThriftStruct {
  const changed = new Map(metadata);
  // Without Arrow's own schema the types are Parquet's: strings, lists and dictionaries have one layout each, which
  // apache-arrow can read.
  for (const id of FILE.dropped) changed.delete(id);
  changed.set(FILE.schema, { type: LIST, value: pruneSchema(listOf(metadata.get(FILE.schema)!.value)!, keep) });
  changed.set(FILE.rows, { type: I64, value: rows });
  changed.set(FILE.groups, { type: LIST, value: { element: STRUCT, items: groups } });
  return changed;
}

/** What a file ends with. */
function ending(metadata: ThriftStruct): Uint8Array {
  const footer = writeThrift(metadata);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, footer.length, true);
  return joined([footer, size, MAGIC]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
