import type { Data, DataType } from 'apache-arrow';
import { fileFailure, throwIfCancelled } from '../failures.ts';
import { readField, typeName, type ForeignField } from './ffi.ts';
import { groupTimes } from './groupTimes.ts';
import { readFooter, schemaFile, statedOf, type Footer } from './footer.ts';
import { INT96_TYPE, timesOf } from './int96.ts';
import type { ListDecoder } from './listDecoder.ts';
import { bytesOf, guard, memoryOf, readGroup, rowsFailure, structOf } from './rowGroups.ts';
import type { ParquetModule } from '../platform.ts';
import type { FormatReader, GroupTimes, RawBatch, ReaderField, ReadOptions } from '../reader.ts';
import type { NamedBlob } from '../types.ts';

/**
 * Opens a Parquet file for reading by row group; only the footer is read here.
 * @param tail its last bytes
 * @param decoder reads lists of float32 where it can, parquet-wasm all else; null: everything
 */
export async function openParquet(
  file: NamedBlob,
  parquet: ParquetModule,
  tail: Uint8Array,
  decoder: ListDecoder | null,
): Promise<FormatReader> {
  const { path } = file;
  checkTail(file, tail);
  const end = await endOf(file, tail);
  const footer = footerOf(file, end);
  const fields = guard(path, () => {
    const foreign = parquet.readSchema(schemaFile(footer)).intoFFI();
    try {
      return readField(memoryOf(parquet), foreign.addr()).children;
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
        for await (const batch of readGroup({ file, footer, end, parquet, decoder }, group, schema, options)) {
          const from = at;
          const columns = options.columns.map((name, i) => {
            const data = batch.columns[position[i]] as Data;
            return footer.int96.has(name) ? timesOf(path, name, data, from) : data;
          });
          yield { first: at, rows: batch.rows, columns };
          at += batch.rows;
          options.onFraction?.(at / rows);
        }
        if (at !== first + count) throw rowsFailure(path, group, at - first, count);
      }
      first += count;
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
