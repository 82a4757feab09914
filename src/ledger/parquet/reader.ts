import type { Data, DataType } from 'apache-arrow';
import type { Table } from 'parquet-wasm/esm';
import { TautlineFailure } from '../../core/errors.ts';
import { fileFailure, messageOf, throwIfCancelled } from '../failures.ts';
import { readBatch, readField, typeName, type ForeignField } from './ffi.ts';
import { groupTimes } from './groupTimes.ts';
import { groupFile, groupInPlace, readFooter, schemaFile, statedOf, type Footer, type RowGroup } from './footer.ts';
import { INT96_TYPE, timesOf } from './int96.ts';
import { validatePages } from './pages.ts';
import type { ParquetModule } from '../platform.ts';
import type { FormatReader, GroupTimes, RawBatch, ReaderField, ReadOptions } from '../reader.ts';
import type { NamedBlob } from '../types.ts';

/** Column chunks closer than this are read at once: a request costs more than the bytes between. */
const GAP_BYTES = 512 << 10;
/** A file is read whole where at least this share of it is wanted. */
const WHOLE_SHARE = 7 / 8;
/** A row group that is larger than this when decoded is decoded in parts, so that WebAssembly memory stays small. */
const DECODED_BYTES = 128 << 20;

/**
 * Opens a Parquet file for reading by row group; only the footer is read here.
 * @param tail its last bytes
 */
export async function openParquet(file: NamedBlob, parquet: ParquetModule, tail: Uint8Array): Promise<FormatReader> {
  const { path } = file;
  checkTail(file, tail);
  const end = await endOf(file, tail);
  const footer = footerOf(file, end);
  const memory = (): DataView => new DataView(parquet.wasmMemory().buffer);
  const fields = guard(path, () => {
    const foreign = parquet.readSchema(schemaFile(footer)).intoFFI();
    try {
      return readField(memory(), foreign.addr()).children;
    } finally {
      foreign.free();
    }
  });
  const byName = new Map(fields.map((field) => [field.name, field]));
  const rows = footer.groups.reduce((sum, group) => sum + group.rows, 0);

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const wanted = new Set(options.columns);
    // Batches come in the file's column order, whatever the order asked for.
    const schema = structOf(fields.filter((field) => wanted.has(field.name)));
    const position = options.columns.map((name) => schema.children.indexOf(byName.get(name)!));
    let first = 0;
    for (let group = 0; group < footer.groups.length; group++) {
      const count = footer.groups[group].rows;
      throwIfCancelled(options.signal, `reading ${path}`);
      if (count > 0 && !options.skip?.(first, count)) {
        let at = first;
        for await (const batch of readGroup(group, schema, options)) {
          const from = at;
          const columns = options.columns.map((name, i) => {
            const data = batch.columns[position[i]] as Data;
            return footer.int96.has(name) ? timesOf(path, name, data, from) : data;
          });
          yield { first: at, rows: batch.rows, columns };
          at += batch.rows;
          options.onFraction?.(at / rows);
        }
        if (at !== first + count)
          throw parquetFailure(
            path,
            new Error(`row group ${group + 1} has ${at - first} rows where its metadata says ${count}`),
          );
      }
      first += count;
    }
  }

  async function* readGroup(
    group: number,
    schema: ForeignField,
    options: ReadOptions,
  ): AsyncIterable<{ rows: number; columns: (Data | null)[] }> {
    const { rows: count, chunks } = footer.groups[group];
    if (schema.children.length === 0) {
      yield { rows: count, columns: [] };
      return;
    }
    const wanted = new Set(schema.children.map((field) => field.name));
    const { chunks: bytes, whole } = await readChunks(file, footer.groups[group], wanted);
    let decoded = 0;
    const data = bytes.map((of, i) => {
      if (of === null) return null;
      const pages = validatePages(path, `row group ${group + 1}`, chunks[i], count, of);
      decoded += pages.uncompressed;
      return of.subarray(0, pages.bytes);
    });
    const part =
      (whole && groupInPlace(footer, group, data, whole, whole.length - end.length)) ?? groupFile(footer, group, data);
    const step =
      decoded <= DECODED_BYTES ? count : Math.max(options.batchRows, Math.floor((count * DECODED_BYTES) / decoded));
    for (let offset = 0; offset < count; offset += step) {
      const table = guard(path, () =>
        parquet.readParquet(part, { batchSize: options.batchRows, ...(step < count ? { offset, limit: step } : {}) }),
      );
      for (const batch of batchesOf(table, schema)) {
        throwIfCancelled(options.signal, `reading ${path}`);
        yield batch;
      }
    }
  }

  function* batchesOf(table: Table, schema: ForeignField): Iterable<{ rows: number; columns: (Data | null)[] }> {
    const batches = table.recordBatches();
    table.free();
    let taken = 0;
    try {
      for (const batch of batches) {
        const foreign = batch.intoFFI();
        taken++;
        let columns;
        try {
          columns = guard(path, () => readBatch(memory(), foreign.arrayAddr(), schema));
        } finally {
          foreign.free();
        }
        yield columns;
      }
    } finally {
      for (const batch of batches.slice(taken)) batch.free();
    }
  }

  return {
    tail: end,
    fields: fields.map((field) => readerField(footer, field)),
    rows,
    meanBytes: (column) => (rows === 0 ? 0 : decodedBytes(footer, column) / rows),
    times: (column) => groupTimes(footer, column, byName.get(column)?.type ?? null),
    stated: (key) => statedOf(footer, key),
    vectorLength: (column) => (rows === 0 ? 0 : Math.round(leafValues(footer, column) / rows)),
    read,
  };
}

const structOf = (children: readonly ForeignField[]): ForeignField => ({
  name: '',
  type: null,
  format: '+s',
  children,
  dictionary: null,
});

const readerField = ({ int96 }: Footer, field: ForeignField): ReaderField => ({
  name: field.name,
  type: int96.has(field.name) ? INT96_TYPE : field.type,
  typeName: int96.has(field.name) ? String(INT96_TYPE) : typeName(field),
  inferred: false,
});

const encrypted = (path: string): Error =>
  fileFailure(path, 'the Parquet file is encrypted', 'Write it without encryption: Tautline has no keys');

/** Refuses a file that is encrypted or lacks its end. */
function checkTail({ path, blob }: NamedBlob, end: Uint8Array): void {
  const { size } = blob;
  const tail = end.subarray(Math.max(0, end.length - 8));
  const magic = String.fromCharCode(...tail.subarray(-4));
  if (magic === 'PARE') throw encrypted(path);
  const footer = tail.length === 8 ? new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) : 0;
  if (size < 12 || magic !== 'PAR1' || footer + 12 > size) {
    throw fileFailure(
      path,
      'the Parquet file is truncated: its end (the footer) is missing',
      'Copy or download it again, and wait until it has been written whole',
    );
  }
}

/** The footer, its length (4 bytes) and the magic number (4), in a buffer of their own. */
async function endOf(file: NamedBlob, tail: Uint8Array): Promise<Uint8Array> {
  const { size } = file.blob;
  const length = new DataView(tail.buffer, tail.byteOffset + tail.length - 8).getUint32(0, true) + 8;
  return length <= tail.length
    ? tail.slice(tail.length - length)
    : new Uint8Array(await bytesOf(file, size - length, size));
}

const footerOf = ({ path, blob }: NamedBlob, end: Uint8Array): Footer =>
  readFooter(path, end.subarray(0, -8), blob.size);

/**
 * Rows of a Parquet file, and their times by the statistics of a column that holds them as `type`; nothing but the
 * footer is read.
 */
export async function surveyParquet(
  file: NamedBlob,
  tail: Uint8Array,
  column: string | undefined,
  type: DataType | null,
): Promise<readonly GroupTimes[]> {
  checkTail(file, tail);
  const footer = footerOf(file, await endOf(file, tail));
  return column === undefined ? groupTimes(footer, '', null) : groupTimes(footer, column, type);
}

function leafValues(footer: Footer, column: string): number {
  return footer.groups.reduce(
    (sum, { chunks }) =>
      sum + chunks.reduce((inner, chunk) => inner + (chunk.column === column && chunk.nested ? chunk.values : 0), 0),
    0,
  );
}

const decodedBytes = (footer: Footer, column: string): number =>
  footer.groups.reduce(
    (sum, { chunks }) =>
      sum + chunks.reduce((inner, chunk) => inner + (chunk.column === column ? chunk.uncompressed : 0), 0),
    0,
  );

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

async function bytesOf(file: NamedBlob, from: number, to: number): Promise<ArrayBuffer> {
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
function guard<T>(path: string, call: () => T): T {
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
