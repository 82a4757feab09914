import { fileFailure } from '../failures.ts';
import { CHUNK, FILE, GROUP, integerOf, listOf, META, SCHEMA, shown, structOf, textOf, TYPE } from './fields.ts';
import { INT96_BYTES } from './int96.ts';
import { damaged, validateFooter, type RowGroup } from './footerValidation.ts';
import { I32, I64, LIST, readThrift, STRUCT, writeThrift, type ThriftList, type ThriftStruct } from './thrift.ts';

/**
 * The footer of a Parquet file (parquet.thrift of the Apache Parquet format). It is read here, not by parquet-wasm, for
 * two reasons: an encrypted or damaged file stops parquet-wasm's asynchronous reader for good instead of raising an
 * error; and knowing where the column chunks lie, a file of one row group can be cut out of a large one and given to
 * the synchronous reader, whose failures can be caught (and which reads every column that it is given).
 */

export type { RowGroup };
export interface Footer {
  readonly groups: readonly RowGroup[];
  /** Columns of times that are given as their bytes (int96.ts). */
  readonly int96: ReadonlySet<string>;
  readonly metadata: ThriftStruct;
}

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
  refuseEncrypted(path, metadata);
  return { ...validateFooter(path, metadata, fileSize - bytes.length - 8), metadata: withInt96Bytes(metadata) };
}

/** Says of columns of the type INT96, nested ones apart, that they hold so many bytes. */
function withInt96Bytes(metadata: ThriftStruct): ThriftStruct {
  const schema = listOf(metadata.get(FILE.schema)!.value)!;
  let nested = 0;
  const items = schema.items.map((item, i) => {
    const element = structOf(item)!;
    const own = i > 0 && nested === 0;
    if (i > 0 && nested > 0) nested--;
    nested += i === 0 ? 0 : integerOf(element, SCHEMA.children) || 0;
    return own && integerOf(element, SCHEMA.type) === TYPE.int96
      ? new Map(element)
          .set(SCHEMA.type, { type: I32, value: BigInt(TYPE.fixedBytes) })
          .set(SCHEMA.length, { type: I32, value: BigInt(INT96_BYTES) })
      : element;
  });
  return new Map(metadata).set(FILE.schema, { type: LIST, value: { element: STRUCT, items } });
}

function refuseEncrypted(path: string, metadata: ThriftStruct): void {
  const groups = listOf(metadata.get(FILE.groups)?.value)?.items.map(structOf) ?? [];
  const chunks = groups.flatMap((group) => listOf(group?.get(GROUP.columns)?.value)?.items.map(structOf) ?? []);
  const encrypted = chunks.filter((chunk) => chunk?.has(CHUNK.crypto));
  if (!metadata.has(FILE.encryption) && encrypted.length === 0) return;
  const paths = encrypted.map((chunk) => {
    const meta = structOf(chunk!.get(CHUNK.meta)?.value);
    return (listOf(meta?.get(META.path)?.value)?.items.map(textOf) ?? []).join('.');
  });
  const names = [...new Set(paths)].filter((name) => name !== '').map(shown);
  const which = names.length > 0 ? `its columns ${names.join(', ')} are encrypted` : 'the Parquet file is encrypted';
  throw fileFailure(path, which, 'Write it without encryption: Tautline has no keys');
}

const MAGIC = new TextEncoder().encode('PAR1');

/** A Parquet file without any rows, for its schema. */
export const schemaFile = (footer: Footer): Uint8Array =>
  joined([MAGIC, ending(pruned(footer.metadata, () => true, [], 0n))]);

/**
 * A Parquet file that holds some columns of one row group: their column chunks moved together, and metadata that knows
 * of no other. `data[i]` are the pages of `footer.groups[group].chunks[i]`, null for a chunk that is left out; a column
 * is there with all its chunks or not at all.
 */
export function groupFile(footer: Footer, group: number, data: readonly (Uint8Array | null)[]): Uint8Array {
  const { chunks } = footer.groups[group];
  const kept = new Set(chunks.filter((_, i) => data[i] !== null).map((chunk) => chunk.column));
  const parts = data.filter((part) => part !== null);
  let at = MAGIC.length;
  const places = data.map((bytes) => ({
    start: (at += bytes?.length ?? 0) - (bytes?.length ?? 0),
    bytes: bytes?.length ?? 0,
  }));
  return joined([MAGIC, ...parts, ending(groupMetadata(footer, group, kept, places))]);
}

/**
 * The same from a file's own bytes, which are changed: chunks stay where they are, and the metadata is written over the
 * file's.
 * @param data as for `groupFile`, views of `file`
 * @param from where the file's footer begins
 * @returns a view of `file`; null if the metadata has no room there
 */
export function groupInPlace(
  footer: Footer,
  group: number,
  data: readonly (Uint8Array | null)[],
  file: Uint8Array,
  from: number,
): Uint8Array | null {
  const { chunks } = footer.groups[group];
  const kept = new Set(chunks.filter((_, i) => data[i] !== null).map((chunk) => chunk.column));
  const places = chunks.map(({ start }, i) => ({ start, bytes: data[i]?.length ?? 0 }));
  const end = ending(groupMetadata(footer, group, kept, places));
  if (from + end.length > file.length || places.some(({ start, bytes }) => bytes > 0 && start + bytes > from))
    return null;
  file.set(end, from);
  return file.subarray(0, from + end.length);
}

/** Metadata of a file that has some columns of one row group only. @param places where each chunk lies in that file */
function groupMetadata(
  footer: Footer,
  group: number,
  kept: ReadonlySet<string>,
  places: readonly { readonly start: number; readonly bytes: number }[],
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
    // Pages are read from the first on, of whatever kind it is.
    meta.set(META.dataPage, { type: I64, value: BigInt(places[i].start) });
    if (footer.int96.has(chunks[i].column)) meta.set(META.type, { type: I32, value: BigInt(TYPE.fixedBytes) });
    meta.set(META.compressed, { type: I64, value: BigInt(places[i].bytes) });
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
  const children = (i: number): number => integerOf(elements[i], SCHEMA.children) || 0;
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

/** What the file says of itself under a key. */
export function statedOf({ metadata }: Footer, key: string): string | undefined {
  const entries = listOf(metadata.get(FILE.stated)?.value)?.items.map(structOf) ?? [];
  const entry = entries.find((one) => textOf(one?.get(1)?.value) === key);
  const value = entry?.get(2)?.value;
  return value === undefined ? undefined : textOf(value);
}
