import type { Data } from 'apache-arrow';
import type { Table } from 'parquet-wasm/esm';
import { TautlineFailure } from '../../core/errors.ts';
import { fileFailure, messageOf, throwIfCancelled } from '../failures.ts';
import { readBatch, type ForeignField } from './ffi.ts';
import { groupFile, groupInPlace, type Footer, type RowGroup } from './footer.ts';
import { isFloatLists, listBatch } from './listBatches.ts';
import type { FloatLists, ListDecoder } from './listDecoder.ts';
import { validatePages } from './pages.ts';
import type { ParquetModule } from '../platform.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedBlob } from '../types.ts';

/** Column chunks closer than this are read at once: a request costs more than the bytes between. */
const GAP_BYTES = 512 << 10;
/** A file is read whole where at least this share of it is wanted. */
const WHOLE_SHARE = 7 / 8;
/** A row group that is larger than this when decoded is decoded in parts, so that WebAssembly memory stays small. */
const DECODED_BYTES = 128 << 20;

interface Batch {
  readonly rows: number;
  readonly columns: (Data | null)[];
}

/** Batches of rows without columns. */
function* emptyBatches(rows: number, batchRows: number): Iterable<Batch> {
  for (let at = 0; at < rows; at += batchRows) yield { rows: Math.min(batchRows, rows - at), columns: [] };
}

export const structOf = (children: readonly ForeignField[]): ForeignField => ({
  name: '',
  type: null,
  format: '+s',
  children,
  dictionary: null,
});

/** A Parquet file whose footer has been read, to read row groups of. */
export interface GroupSource {
  readonly file: NamedBlob;
  readonly footer: Footer;
  /** The footer's bytes and what follows them. */
  readonly end: Uint8Array;
  readonly parquet: ParquetModule;
  /** Reads lists of float32 where it can, parquet-wasm all else; null: everything. */
  readonly decoder: ListDecoder | null;
}

/** The wanted columns of a row group. @param schema these columns, in the order of the file */
export async function* readGroup(
  source: GroupSource,
  group: number,
  schema: ForeignField,
  options: ReadOptions,
): AsyncIterable<Batch> {
  const { file, footer, end } = source;
  const { path } = file;
  const { rows: count } = footer.groups[group];
  if (schema.children.length === 0) {
    yield { rows: count, columns: [] };
    return;
  }
  const wanted = new Set(schema.children.map((field) => field.name));
  const { chunks: bytes, whole } = await readChunks(file, footer.groups[group], wanted);
  const { lists, data, decoded } = decodeLists(source, group, schema, bytes);
  const rest = structOf(schema.children.filter((_, i) => !lists.has(i)));
  const part = (): Uint8Array =>
    (whole && groupInPlace(footer, group, data, whole, whole.length - end.length)) ?? groupFile(footer, group, data);
  const batches =
    rest.children.length === 0
      ? emptyBatches(count, options.batchRows)
      : decodeRest(source, part(), rest, { count, decoded, batchRows: options.batchRows });
  let at = 0;
  for (const { rows, columns } of batches) {
    throwIfCancelled(options.signal, `reading ${path}`);
    if (at + rows > count) throw rowsFailure(path, group, at + rows, count);
    let next = 0;
    const all = schema.children.map(({ type }, i) => {
      const own = lists.get(i);
      return own ? listBatch(own, type!, at, rows) : columns[next++];
    });
    yield { rows, columns: all };
    at += rows;
  }
}

export const rowsFailure = (path: string, group: number, rows: number, stated: number): Error =>
  parquetFailure(path, new Error(`row group ${group + 1} has ${rows} rows where its metadata says ${stated}`));

/** The lists that the decoder can read, by their place in the schema, and the pages of all other chunks. */
function decodeLists(
  { file: { path }, footer, decoder }: GroupSource,
  group: number,
  schema: ForeignField,
  bytes: GroupBytes['chunks'],
): { lists: ReadonlyMap<number, FloatLists>; data: (Uint8Array | null)[]; decoded: number } {
  const { rows, chunks } = footer.groups[group];
  const lists = new Map<number, FloatLists>();
  let decoded = 0;
  const data = bytes.map((of, i) => {
    if (of === null) return null;
    const { column, values } = chunks[i];
    const { pages, ...held } = validatePages(path, `row group ${group + 1}`, chunks[i], rows, of);
    const field = schema.children.findIndex(({ name }) => name === column);
    const isOwn = isFloatLists(schema.children[field]) && 4 * values <= DECODED_BYTES;
    const own = isOwn && decoder ? decoder.decode(chunks[i], pages, of, rows) : null;
    if (own) {
      lists.set(field, own);
      return null;
    }
    decoded += held.uncompressed;
    return of.subarray(0, held.bytes);
  });
  return { lists, data, decoded };
}

/** Batches of a file of one row group by parquet-wasm, in parts where that is large. */
function* decodeRest(
  { file: { path }, parquet }: GroupSource,
  part: Uint8Array,
  schema: ForeignField,
  { count, decoded, batchRows }: { readonly count: number; readonly decoded: number; readonly batchRows: number },
): Iterable<Batch> {
  const step = decoded <= DECODED_BYTES ? count : Math.max(batchRows, Math.floor((count * DECODED_BYTES) / decoded));
  for (let offset = 0; offset < count; offset += step) {
    const table = guard(path, () =>
      parquet.readParquet(part, { batchSize: batchRows, ...(step < count ? { offset, limit: step } : {}) }),
    );
    yield* batchesOf(path, parquet, table, schema);
  }
}

function* batchesOf(path: string, parquet: ParquetModule, table: Table, schema: ForeignField): Iterable<Batch> {
  const batches = table.recordBatches();
  table.free();
  let taken = 0;
  try {
    for (const batch of batches) {
      const foreign = batch.intoFFI();
      taken++;
      let columns;
      try {
        columns = guard(path, () => readBatch(memoryOf(parquet), foreign.arrayAddr(), schema));
      } finally {
        foreign.free();
      }
      yield columns;
    }
  } finally {
    for (const batch of batches.slice(taken)) batch.free();
  }
}

export const memoryOf = (parquet: ParquetModule): DataView => new DataView(parquet.wasmMemory().buffer);

interface GroupBytes {
  /** Null for a chunk that was not wanted. */
  readonly chunks: readonly (Uint8Array | null)[];
  /** All of the file, of which they are views, where it was read whole; nobody else has it. */
  readonly whole: Uint8Array | null;
}

/** The bytes of the chunks of the wanted columns; neighbouring chunks are read at once. */
async function readChunks(file: NamedBlob, group: RowGroup, wanted: ReadonlySet<string>): Promise<GroupBytes> {
  const out = group.chunks.map((): Uint8Array | null => null);
  const order = [...group.chunks.keys()]
    .filter((i) => wanted.has(group.chunks[i].column))
    .sort((a, b) => group.chunks[a].start - group.chunks[b].start);
  const end = (i: number): number => group.chunks[i].start + group.chunks[i].bytes;
  let whole: Uint8Array | null = null;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && group.chunks[order[to]].start - end(order[to - 1]) <= GAP_BYTES) to++;
    const last = end(order[to - 1]);
    // Nearly all of a file is read whole: cutting a part out costs a browser more than the bytes around it.
    const isWhole = last - group.chunks[order[from]].start >= WHOLE_SHARE * file.blob.size;
    const start = isWhole ? 0 : group.chunks[order[from]].start;
    const bytes = await bytesOf(file, start, isWhole ? file.blob.size : last);
    for (const i of order.slice(from, to))
      out[i] = new Uint8Array(bytes, group.chunks[i].start - start, group.chunks[i].bytes);
    if (isWhole) whole = new Uint8Array(bytes);
    from = to;
  }
  return { chunks: out, whole };
}

export async function bytesOf(file: NamedBlob, from: number, to: number): Promise<ArrayBuffer> {
  try {
    const whole = from === 0 && to === file.blob.size;
    return await (whole ? file.blob : file.blob.slice(from, to)).arrayBuffer();
  } catch (thrown) {
    if (thrown instanceof TautlineFailure) throw thrown;
    throw fileFailure(
      file.path,
      `it could not be read any more (${messageOf(thrown)})`,
      'It may have changed or moved: open it again',
    );
  }
}

/** Runs a call of parquet-wasm; what it throws becomes a `file` error. */
export function guard<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw parquetFailure(path, thrown);
  }
}

/** Why parquet-wasm refused a file, as a `file` error. */
function parquetFailure(path: string, thrown: unknown): Error {
  if (thrown instanceof RangeError && /allocation failed|out of memory/i.test(thrown.message)) {
    return new TautlineFailure({
      kind: 'memory',
      problem: `a row group of ${path} does not fit`,
      advice: 'Write it with smaller row groups',
    });
  }
  const message = thrown instanceof WebAssembly.RuntimeError ? 'its pages make no sense' : messageOf(thrown);
  return fileFailure(
    path,
    `the Parquet file is damaged or cannot be read (${message})`,
    'Write or download it again, and check it with another Parquet reader',
  );
}
