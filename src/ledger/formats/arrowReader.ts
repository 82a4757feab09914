import * as arrow from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import { fileFailure, messageOf, throwIfCancelled } from '../failures.ts';
import { readBatch, readField, typeName } from '../parquet/ffi.ts';
import { codecOf, inflateIpc } from '../ipcCompression.ts';
import type { Platform } from '../platform.ts';
import type { RawBatch, ReadOptions, TableReader } from '../reader.ts';
import type { NamedBlob } from '../types.ts';

/**
 * A layout that only parquet-wasm's Arrow can read (LargeList, views) is read whole, so it must not be larger than
 * this.
 */
const MAX_WHOLE_BYTES = 1 << 30;
const FILE_MAGIC_BYTES = 8;
const CHUNK_BYTES = 4 << 20;

/** Opens Arrow IPC, file ("Feather") or stream. */
export async function openArrow(file: NamedBlob, isFile: boolean, platform: Platform): Promise<TableReader> {
  const { path, blob } = file;
  let schema: arrow.Schema;
  let compressed: boolean;
  try {
    const reader = await openReader(blob, isFile, { bytes: 0 });
    schema = reader.schema;
    await reader.cancel();
    if (!schema) throw new Error('no schema');
    compressed = (await codecOf(streamOf(blob, isFile, { bytes: 0 }))) !== null;
  } catch (thrown) {
    if (/unrecognized type/i.test(messageOf(thrown))) return openForeign(file, isFile, platform);
    throw arrowFailure(path, thrown);
  }
  const indexOf = new Map(schema.fields.map((field, i) => [field.name, i]));

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const indices = options.columns.map((name) => indexOf.get(name)!);
    const position = { bytes: 0 };
    let first = 0;
    let reader: arrow.AsyncRecordBatchStreamReader | null = null;
    try {
      reader = compressed
        ? await openStream(inflateIpc(streamOf(blob, isFile, position)))
        : await openReader(blob, isFile, position);
      for (;;) {
        throwIfCancelled(options.signal, `reading ${path}`);
        const next = (await reader.next()) as IteratorResult<arrow.RecordBatch, null>;
        if (next.done) break;
        const batch = next.value;
        for (let from = 0; from < batch.numRows; from += options.batchRows) {
          const part = batch.numRows <= options.batchRows ? batch : batch.slice(from, from + options.batchRows);
          if (!options.skip?.(first, part.numRows))
            yield { first, rows: part.numRows, columns: indices.map((i) => part.data.children[i]) };
          first += part.numRows;
        }
        options.onFraction?.(position.bytes / blob.size);
      }
    } catch (thrown) {
      throw arrowFailure(path, thrown);
    } finally {
      await reader?.cancel();
    }
  }
  return {
    path,
    bytes: blob.size,
    format: 'arrow',
    rows: null,
    vectorLength: () => 0,
    read,
    fields: schema.fields.map((field) => ({
      name: field.name,
      type: field.type as DataType,
      typeName: String(field.type),
      inferred: false,
    })),
  };
}

function arrowFailure(path: string, thrown: unknown): Error {
  const message = messageOf(thrown);
  if (thrown instanceof Error && thrown.name === 'TautlineFailure') return thrown;
  return fileFailure(path, `the Arrow file is truncated or damaged (${message})`, 'Write or download it again');
}

/** How far a file has been read, for progress. */
interface Position {
  bytes: number;
}

/** A random-access handle on a blob, of the shape that apache-arrow takes for a Node file. */
function handleOf(blob: Blob, position: Position): arrow.FileHandle {
  return {
    fd: 0,
    stat: async () => ({ size: blob.size }),
    read: async (target: Uint8Array, offset: number, length: number, at: number) => {
      const bytes = new Uint8Array(await blob.slice(at, at + length).arrayBuffer());
      target.set(bytes, offset);
      position.bytes = at + bytes.length;
      return { bytesRead: bytes.length, buffer: target };
    },
    close: async () => undefined,
  } as unknown as arrow.FileHandle;
}

/** The stream of messages; that of a file lies between a magic of 8 bytes and a footer. */
async function* streamOf(blob: Blob, isFile: boolean, position: Position): AsyncIterable<Uint8Array> {
  for (let at = isFile ? FILE_MAGIC_BYTES : 0; at < blob.size; at += CHUNK_BYTES) {
    const chunk = new Uint8Array(await blob.slice(at, at + CHUNK_BYTES).arrayBuffer());
    position.bytes = at + chunk.length;
    yield chunk;
  }
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of stream) parts.push(new Uint8Array(part));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function openReader(
  blob: Blob,
  isFile: boolean,
  position: Position,
): Promise<arrow.AsyncRecordBatchStreamReader> {
  if (!isFile) return openStream(streamOf(blob, isFile, position));
  return opened(arrow.RecordBatchReader.from(handleOf(blob, position)));
}

const openStream = (stream: AsyncIterable<Uint8Array>): Promise<arrow.AsyncRecordBatchStreamReader> =>
  opened(arrow.RecordBatchReader.from(stream));

async function opened(opening: unknown): Promise<arrow.AsyncRecordBatchStreamReader> {
  const reader = (await opening) as arrow.AsyncRecordBatchStreamReader;
  await reader.open({ autoDestroy: false });
  return reader;
}

/** Reads the whole file with parquet-wasm's Arrow and takes the columns over by the C data interface. */
async function openForeign(file: NamedBlob, isFile: boolean, platform: Platform): Promise<TableReader> {
  const { path, blob } = file;
  if (blob.size > MAX_WHOLE_BYTES) {
    throw fileFailure(
      path,
      'it uses Arrow layouts (LargeList or views) that can only be read whole, and is larger than 1 GB',
      'Write it as Parquet',
    );
  }
  const parquet = await platform.parquet();
  const memory = (): DataView => new DataView(parquet.wasmMemory().buffer);
  let table;
  try {
    // Its Arrow is built without the codecs.
    table = parquet.Table.fromIPCStream(await bytesOf(inflateIpc(streamOf(blob, isFile, { bytes: 0 }))));
  } catch (thrown) {
    throw arrowFailure(path, thrown);
  }
  const foreignSchema = table.schema.toFFI();
  const root = readField(memory(), foreignSchema.addr());
  foreignSchema.free();
  const batches = table.recordBatches().map((batch) => {
    const foreign = batch.toFFI();
    const taken = readBatch(memory(), foreign.arrayAddr(), root);
    foreign.free();
    batch.free();
    return taken;
  });
  table.free();
  const position = new Map(root.children.map((field, i) => [field.name, i]));

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    let first = 0;
    for (const batch of batches) {
      throwIfCancelled(options.signal, `reading ${path}`);
      if (!options.skip?.(first, batch.rows)) {
        yield {
          first,
          rows: batch.rows,
          columns: options.columns.map((name) => batch.columns[position.get(name)!] as Data),
        };
      }
      first += batch.rows;
    }
  }
  return {
    path,
    bytes: blob.size,
    format: 'arrow',
    vectorLength: () => 0,
    read,
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    fields: root.children.map((field) => ({
      name: field.name,
      type: field.type,
      typeName: typeName(field),
      inferred: false,
    })),
  };
}
