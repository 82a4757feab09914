import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import { decompress as inflateZstd } from 'fzstd';
import { fileFailure, messageOf, throwIfCancelled } from '../failures.ts';
import type { FormatReader, RawBatch, ReadOptions } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import { plainLayout, plainType } from './arrowLayouts.ts';
import { inflateLz4Frame } from './lz4.ts';

arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, {
  decode: (data) => inflateLz4Frame(data, statedLength(data)),
});
arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
  decode(data) {
    const inflated = inflateZstd(data);
    if (inflated.length !== statedLength(data))
      throw new RangeError(`a buffer of ${statedLength(data)} bytes inflated to ${inflated.length}`);
    return inflated;
  },
});

/** The inflated length of a compressed buffer: the 8 bytes before it (Arrow columnar format, "Buffer compression"). */
const statedLength = ({ buffer, byteOffset }: Uint8Array): number =>
  Number(new DataView(buffer, byteOffset - 8, 8).getBigInt64(0, true));

const FILE_MAGIC = 'ARROW1';
const CHUNK_BYTES = 4 << 20;

/** Opens Arrow IPC, file ("Feather") or stream. */
export async function openArrow({ path, blob }: NamedBlob): Promise<FormatReader> {
  let schema: arrow.Schema;
  const isFile = (await blob.slice(0, FILE_MAGIC.length).text()) === FILE_MAGIC;
  try {
    const reader = await openReader(blob, isFile, { bytes: 0 });
    schema = reader.schema;
    await reader.cancel();
    if (!schema) throw new Error('no schema');
    if (schema.fields.some(({ name }) => typeof name !== 'string')) throw new Error('a column without a name');
  } catch (thrown) {
    throw arrowFailure(path, thrown);
  }
  const indexOf = new Map(schema.fields.map((field, i) => [field.name, i]));

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const indices = options.columns.map((name) => indexOf.get(name)!);
    const position = { bytes: 0 };
    let first = 0;
    let reader: arrow.AsyncRecordBatchStreamReader | null = null;
    try {
      reader = await openReader(blob, isFile, position);
      for (;;) {
        throwIfCancelled(options.signal, `reading ${path}`);
        const next = (await reader.next()) as IteratorResult<arrow.RecordBatch, null>;
        if (next.done) break;
        const { numRows } = next.value;
        const columns = indices.map((i) => plainLayout(next.value.data.children[i]));
        for (let from = 0; from < numRows; from += options.batchRows) {
          const rows = Math.min(options.batchRows, numRows - from);
          if (!options.skip?.(first, rows))
            yield { first, rows, columns: rows === numRows ? columns : columns.map((data) => data.slice(from, rows)) };
          first += rows;
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
    rows: null,
    read,
    fields: schema.fields.map((field) => ({
      name: field.name,
      type: plainType(field.type as DataType),
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

async function* streamOf(blob: Blob, position: Position): AsyncIterable<Uint8Array> {
  for (let at = 0; at < blob.size; at += CHUNK_BYTES) {
    const chunk = new Uint8Array(await blob.slice(at, at + CHUNK_BYTES).arrayBuffer());
    position.bytes = at + chunk.length;
    yield chunk;
  }
}

const openReader = (blob: Blob, isFile: boolean, position: Position): Promise<arrow.AsyncRecordBatchStreamReader> =>
  opened(
    isFile
      ? arrow.RecordBatchReader.from(handleOf(blob, position))
      : arrow.RecordBatchReader.from(streamOf(blob, position)),
  );

async function opened(opening: unknown): Promise<arrow.AsyncRecordBatchStreamReader> {
  const reader = (await opening) as arrow.AsyncRecordBatchStreamReader;
  await reader.open({ autoDestroy: false });
  return reader;
}
