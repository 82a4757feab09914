import { fileFailure } from '../failures.ts';
import {
  CHUNK,
  FILE,
  GROUP,
  integerOf,
  isCount,
  listOf,
  META,
  SCHEMA,
  shown,
  SIZES,
  STATISTICS,
  structOf,
  textOf,
  TYPE,
} from './fields.ts';
import { typesAgree } from './logicalTypes.ts';
import type { ThriftStruct, ThriftValue } from './thrift.ts';

/**
 * Everything that a footer states is held against itself and the file before anything is decoded by it: parquet-wasm
 * takes a footer at its word, and reads past the ends of arrays where it does not hold.
 */

/** Codecs by their number: their name, and how many times smaller they make a page at best (0: not readable here). */
const CODECS: readonly (readonly [name: string, ratio: number])[] = [
  ['UNCOMPRESSED', 1],
  ['SNAPPY', 64],
  ['GZIP', 1100],
  ['LZO', 0],
  ['BROTLI', 1 << 24],
  ['LZ4', 256],
  ['ZSTD', 1 << 16],
  ['LZ4_RAW', 256],
];
/** What is granted beside the ratio. */
const SLACK_BYTES = 4096;
const DEEPEST = 64;
/**
 * parquet-mr up to 1.2.8 left the header of the dictionary page out of a chunk's size (as parquet-cpp knows it, too).
 */
const SHORT_CHUNKS = /^parquet-mr version (?:0\.|1\.[01]\.|1\.2\.[0-8](?!\d))/;
const HEADER_BYTES = 100;

/** A leaf of the schema: one column chunk of every row group. */
interface Leaf {
  readonly parts: readonly string[];
  readonly type: number;
  /** Bytes to a value of `TYPE.fixedBytes`. */
  readonly typeLength: number;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

/** A column chunk: one leaf column of one row group. */
export interface Chunk extends Leaf {
  /** The column that the leaf belongs to. */
  readonly column: string;
  /** Its full name, for messages. */
  readonly name: string;
  readonly start: number;
  /** What it takes in the file at most. */
  readonly bytes: number;
  readonly uncompressed: number;
  readonly values: number;
  readonly nested: boolean;
  readonly codec: number;
  readonly encodings: ReadonlySet<number>;
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

export const damaged = (path: string, why: string): Error =>
  fileFailure(
    path,
    `the Parquet file is damaged (${why})`,
    'Write or download it again, and check it with another Parquet reader',
  );

/** The most that `compressed` bytes can inflate to. */
export const mostInflated = (codec: number, compressed: number): number => CODECS[codec][1] * compressed + SLACK_BYTES;

/**
 * The row groups of a footer that holds, and its columns of the type INT96.
 * @param end where the footer begins: column chunks lie before it
 * @throws TautlineFailure of kind `file` for one that does not
 */
export function validateFooter(
  path: string,
  metadata: ThriftStruct,
  end: number,
): { readonly groups: readonly RowGroup[]; readonly int96: ReadonlySet<string> } {
  const leaves = schemaLeaves(path, metadata);
  const groups = (listOf(metadata.get(FILE.groups)?.value)?.items ?? []).map((group, i) =>
    readGroup(path, structOf(group), `row group ${i + 1}`, leaves, end),
  );
  const stated = integerOf(metadata, FILE.rows);
  if (!isCount(stated)) throw damaged(path, `it states ${count(stated)} rows`);
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== stated) throw damaged(path, `its row groups hold ${count(rows)} rows, but it states ${count(stated)}`);
  checkOrder(path, metadata);
  checkOverlap(path, groups);
  const short = SHORT_CHUNKS.test(textOf(metadata.get(FILE.writer)?.value));
  const int96 = leaves.filter(({ type, parts }) => type === TYPE.int96 && parts.length === 1);
  return { groups: short ? lengthened(groups, end) : groups, int96: new Set(int96.map(({ parts }) => parts[0])) };
}

const count = (value: number): string => (Number.isNaN(value) ? 'no number of' : value.toLocaleString('en-US'));

/** The leaves of the schema (a tree, depth first), with its shape and names checked. */
function schemaLeaves(path: string, metadata: ThriftStruct): readonly Leaf[] {
  const elements = listOf(metadata.get(FILE.schema)?.value)?.items.map(structOf) ?? [];
  const leaves: Leaf[] = [];
  let next = 1;
  const children = (of: number, parts: readonly string[], definition: number, repetition: number): void => {
    const names = new Set<string>();
    const wanted = integerOf(elements[of], SCHEMA.children);
    const where = parts.length === 0 ? 'the schema' : `column "${shown(parts.join('.'))}"`;
    if (!isCount(wanted) || wanted > elements.length - next)
      throw damaged(path, `${where} states ${count(wanted)} columns within it, but ${elements.length - next} follow`);
    if (parts.length > DEEPEST) throw damaged(path, 'the schema is nested too deep');
    for (let child = 0; child < wanted; child++) {
      const at = next++;
      const element = elements[at];
      if (!element) throw damaged(path, `${where} states ${count(wanted)} columns within it, but fewer follow`);
      const name = textOf(element.get(SCHEMA.name)?.value);
      const kind = integerOf(element, SCHEMA.repetition);
      if (kind !== 0 && kind !== 1 && kind !== 2)
        throw damaged(path, `column "${shown(name)}" is neither required, optional nor repeated`);
      if (!typesAgree(element))
        throw damaged(path, `the type of column "${shown(name)}" is unknown, or stated twice and not alike`);
      if (names.has(name)) throw duplicate(path, [...parts, name].join('.'));
      names.add(name);
      const deeper = [definition + (kind === 0 ? 0 : 1), repetition + (kind === 2 ? 1 : 0)] as const;
      if (element.has(SCHEMA.type)) leaves.push(leafOf(path, element, [...parts, name], ...deeper));
      else children(at, [...parts, name], ...deeper);
    }
  };
  if (elements.length === 0) throw damaged(path, 'the metadata has no schema');
  children(0, [], 0, 0);
  if (next !== elements.length) throw damaged(path, `the schema ends after ${next} of ${elements.length} elements`);
  return leaves;
}

const duplicate = (path: string, name: string): Error =>
  fileFailure(path, `two columns are named "${shown(name)}"`, 'Rename one of them: a column is known by its name');

function leafOf(
  path: string,
  element: ThriftStruct,
  parts: readonly string[],
  maxDefinition: number,
  maxRepetition: number,
): Leaf {
  const name = shown(parts.join('.'));
  const type = integerOf(element, SCHEMA.type);
  const typeLength = integerOf(element, SCHEMA.length);
  if (!(type >= TYPE.boolean && type <= TYPE.fixedBytes)) throw damaged(path, `column "${name}" has an unknown type`);
  if (type === TYPE.fixedBytes && !(typeLength > 0 && typeLength < 2 ** 31))
    throw damaged(path, `column "${name}" has values of ${count(typeLength)} bytes`);
  if (element.has(SCHEMA.children) && integerOf(element, SCHEMA.children) !== 0)
    throw damaged(path, `column "${name}" has values and columns within it`);
  return { parts, type, typeLength, maxDefinition, maxRepetition };
}

function readGroup(
  path: string,
  group: ThriftStruct | undefined,
  where: string,
  leaves: readonly Leaf[],
  end: number,
): RowGroup {
  const columns = listOf(group?.get(GROUP.columns)?.value)?.items;
  if (!columns) throw damaged(path, `${where} has no columns`);
  const rows = integerOf(group, GROUP.rows);
  if (!isCount(rows)) throw damaged(path, `${where} states ${count(rows)} rows`);
  const metas = columns.map((column) => structOf(structOf(column)?.get(CHUNK.meta)?.value));
  const names = metas.map((meta) => pathOf(meta).join('.'));
  leaves.forEach(({ parts }, i) => {
    const name = parts.join('.');
    if (names[i] === name) return;
    if (names.includes(name)) throw damaged(path, `${where} has its columns in another order than the schema`);
    const instead = names[i] === undefined ? '' : `, but one named "${shown(names[i])}"`;
    throw damaged(path, `${where} has no column "${shown(name)}"${instead}`);
  });
  if (names.length > leaves.length)
    throw damaged(path, `${where} has a column "${shown(names[leaves.length])}" that the schema does not have`);
  if (columns.some((column) => structOf(column)!.has(CHUNK.file)))
    throw fileFailure(path, 'its columns are in other files', 'Open those files');
  return { rows, chunks: leaves.map((leaf, i) => readChunk(path, metas[i]!, where, leaf, rows, end)) };
}

const pathOf = (meta: ThriftStruct | undefined): string[] =>
  listOf(meta?.get(META.path)?.value)?.items.map((part: ThriftValue) => textOf(part)) ?? [];

function readChunk(path: string, meta: ThriftStruct, where: string, leaf: Leaf, rows: number, end: number): Chunk {
  const name = leaf.parts.join('.');
  const refuse = (why: string): Error => damaged(path, `column "${shown(name)}" of ${where} ${why}`);
  const codec = integerOf(meta, META.codec);
  if (!(CODECS[codec]?.[1] > 0)) throw unreadableCodec(path, name, codec);
  if (integerOf(meta, META.type) !== leaf.type) throw refuse('has another type than the schema');
  const values = integerOf(meta, META.values);
  if (!isCount(values) || (leaf.maxRepetition === 0 ? values !== rows : values < rows))
    throw refuse(`states ${count(values)} values, but the row group ${count(rows)} rows`);
  const dataPage = integerOf(meta, META.dataPage);
  const dictionaryPage = integerOf(meta, META.dictionaryPage);
  const start = dictionaryPage > 0 ? Math.min(dictionaryPage, dataPage) : dataPage;
  const bytes = integerOf(meta, META.compressed);
  const uncompressed = integerOf(meta, META.uncompressed);
  // Writers state places and sizes of a column without values in many ways.
  if (values > 0) {
    if (!isCount(bytes) || !isCount(start) || start < 4 || start + bytes > end || dataPage >= start + bytes)
      throw refuse('lies outside the file');
    if (bytes === 0) throw refuse(`states ${count(values)} values in 0 bytes`);
    if (!isCount(uncompressed) || uncompressed > mostInflated(codec, bytes))
      throw refuse(`states ${count(uncompressed)} bytes, which its ${count(bytes)} in the file cannot hold`);
  }
  checkHistograms(structOf(meta.get(META.sizes)?.value), leaf, { values, rows }, refuse);
  return {
    ...leaf,
    column: leaf.parts[0],
    name,
    start,
    bytes: values > 0 ? bytes : 0,
    uncompressed: values > 0 ? uncompressed : 0,
    values,
    nested: leaf.parts.length > 1,
    codec,
    encodings: new Set(listOf(meta.get(META.encodings)?.value)?.items.map(Number)),
    statistics: readStatistics(structOf(meta.get(META.statistics)?.value)),
  };
}

function unreadableCodec(path: string, name: string, codec: number): Error {
  const known = CODECS[codec]?.[0] ?? `codec number ${codec}`;
  return fileFailure(
    path,
    `column "${shown(name)}" is compressed with ${known}, which cannot be read here`,
    'Write it with zstd, snappy, gzip, brotli, lz4_raw or uncompressed',
  );
}

/** Histograms of a chunk's levels tell how deep its schema is. */
function checkHistograms(
  sizes: ThriftStruct | undefined,
  leaf: Leaf,
  { values, rows }: { readonly values: number; readonly rows: number },
  refuse: (why: string) => Error,
): void {
  const histogram = (id: number): readonly number[] => listOf(sizes?.get(id)?.value)?.items.map(Number) ?? [];
  const wrong = (levels: readonly number[], most: number): boolean =>
    levels.length > 0 && (levels.length !== most + 1 || levels.reduce((sum, level) => sum + level, 0) !== values);
  const definition = histogram(SIZES.definitionLevels);
  const repetition = histogram(SIZES.repetitionLevels);
  if (wrong(definition, leaf.maxDefinition) || wrong(repetition, leaf.maxRepetition))
    throw refuse(`does not count ${count(values)} values as its schema does`);
  if (repetition.length > 0 && repetition[0] !== rows) throw refuse(`does not count ${count(rows)} rows`);
}

function readStatistics(fields: ThriftStruct | undefined): ChunkStatistics | null {
  if (!fields) return null;
  const bytesOf = (id: number): Uint8Array | null => {
    const value = fields.get(id)?.value;
    return value instanceof Uint8Array ? value : null;
  };
  const nulls = integerOf(fields, STATISTICS.nulls);
  return {
    least: bytesOf(STATISTICS.least),
    greatest: bytesOf(STATISTICS.greatest),
    nulls: isCount(nulls) ? nulls : -1,
  };
}

/** Row groups that state their place state it right. */
function checkOrder(path: string, metadata: ThriftStruct): void {
  const groups = listOf(metadata.get(FILE.groups)?.value)?.items ?? [];
  const places = groups.map((group) => integerOf(structOf(group), GROUP.ordinal));
  // A file put together of others may count from 0 several times.
  if (new Set(places).size === places.length && places.some((place, i) => place !== i) && !places.some(Number.isNaN))
    throw damaged(path, 'its row groups are in another order than they state');
}

function checkOverlap(path: string, groups: readonly RowGroup[]): void {
  const placed = groups
    .flatMap(({ chunks }, i) => chunks.map((chunk) => ({ chunk, group: i + 1 })))
    .filter(({ chunk }) => chunk.bytes > 0)
    .sort((a, b) => a.chunk.start - b.chunk.start);
  for (let i = 1; i < placed.length; i++) {
    const { chunk: before, group: inGroup } = placed[i - 1];
    const { chunk, group } = placed[i];
    if (chunk.start < before.start + before.bytes)
      throw damaged(
        path,
        `column "${shown(chunk.name)}" of row group ${group} begins within "${shown(before.name)}" of ` +
          `row group ${inGroup}`,
      );
  }
}

const lengthened = (groups: readonly RowGroup[], end: number): readonly RowGroup[] =>
  groups.map(({ rows, chunks }) => ({
    rows,
    chunks: chunks.map((chunk) => ({ ...chunk, bytes: Math.min(chunk.bytes + HEADER_BYTES, end - chunk.start) })),
  }));
