import type { Data } from 'apache-arrow';
import { fileFailure, messageOf, throwIfCancelled } from './failures.ts';
import { readBatch, readField, typeName, type ForeignField } from './ffi.ts';
import type { ParquetModule } from './platform.ts';
import type { RawBatch, ReadOptions, TableReader } from './reader.ts';
import { trackReads, type TrackedBlob } from './tracked.ts';
import type { NamedBlob } from './types.ts';

/** Why parquet-wasm refused a file, as a `file` error. Its messages are Rust's: "External: ...", "Parquet error: ...". */
export function parquetFailure(path: string, thrown: unknown): Error {
  const message = messageOf(thrown);
  if (/encrypt/i.test(message)) {
    return fileFailure(path, 'the Parquet file is encrypted', 'Write it without encryption: Tautline has no keys');
  }
  const codec = /(?:codec|compression)[^A-Z]*([A-Z][A-Z0-9_]+)/.exec(message);
  if (/codec|compression|LZO/i.test(message) && !/decompress/i.test(message)) {
    return fileFailure(path, `it is compressed with ${codec?.[1] ?? 'a codec'} that cannot be read here (${message})`,
      'Write it with zstd, snappy, gzip, brotli, lz4_raw or uncompressed');
  }
  return fileFailure(path, `the Parquet file is damaged or cannot be read (${message})`, 'Write or download it again, and check it with another Parquet reader');
}

/** Opens a Parquet file for reading by row group; only the footer is read here. */
export async function openParquet(file: NamedBlob, parquet: ParquetModule): Promise<TableReader> {
  const blob = trackReads(file.blob);
  const handle = await attempt(file.path, blob, () => parquet.ParquetFile.fromFile(blob as unknown as Blob));
  const memory = (): DataView => new DataView(parquet.wasmMemory().buffer);
  const fields = await attempt(file.path, blob, async () => {
    const schema = handle.schema();
    const foreign = schema.toFFI();
    const root = readField(memory(), foreign.addr());
    foreign.free();
    schema.free();
    return root.children;
  });
  const byName = new Map(fields.map((field) => [field.name, field]));
  const metadata = handle.metadata();
  const groups: number[] = [];
  const leaves = new Map<string, number>();
  for (let i = 0; i < metadata.numRowGroups(); i++) {
    const group = metadata.rowGroup(i);
    groups.push(group.numRows());
    for (const column of group.columns()) {
      const path = column.columnPath();
      if (path.length > 1) leaves.set(path[0], (leaves.get(path[0]) ?? 0) + column.numValues());
      column.free();
    }
    group.free();
  }
  metadata.free();
  const rows = groups.reduce((sum, group) => sum + group, 0);

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const wanted = new Set(options.columns);
    // Batches come in the file's column order, whatever the order asked for.
    const order = fields.filter((field) => wanted.has(field.name));
    const schema: ForeignField = { name: '', type: null, format: '+s', children: order, dictionary: null };
    const position = options.columns.map((name) => order.indexOf(byName.get(name)!));
    let first = 0;
    for (let group = 0; group < groups.length; group++) {
      const end = first + groups[group];
      if (groups[group] === 0 || options.skip?.(first, groups[group])) {
        first = end;
        continue;
      }
      throwIfCancelled(options.signal, `reading ${file.path}`);
      if (options.columns.length === 0) {
        yield { first, rows: groups[group], columns: [] };
        first = end;
        continue;
      }
      const stream = await attempt(file.path, blob, () =>
        handle.stream({ rowGroups: [group], columns: order.map((field) => field.name), batchSize: options.batchRows }));
      const reader = stream.getReader();
      try {
        for (;;) {
          throwIfCancelled(options.signal, `reading ${file.path}`);
          const { done, value } = await attempt(file.path, blob, () => reader.read());
          if (done) break;
          const batch = take(value, schema);
          yield { first, rows: batch.rows, columns: position.map((at) => batch.columns[at] as Data) };
          first += batch.rows;
          options.onFraction?.(first / rows);
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
      if (first !== end) throw parquetFailure(file.path, new Error(`row group ${group} holds fewer rows than its header says`));
    }
  }

  function take(batch: { toFFI(): { arrayAddr(): number; free(): void }; free(): void }, schema: ForeignField): { rows: number; columns: (Data | null)[] } {
    const foreign = batch.toFFI();
    try {
      return readBatch(memory(), foreign.arrayAddr(), schema);
    } finally {
      foreign.free();
      batch.free();
    }
  }

  return {
    path: file.path,
    bytes: file.blob.size,
    format: 'parquet',
    fields: fields.map((field) => ({ name: field.name, type: field.type, typeName: typeName(field), inferred: false })),
    rows,
    vectorLength: (column) => (rows === 0 ? 0 : Math.round((leaves.get(column) ?? 0) / rows)),
    read,
  };
}

/** Runs a call of parquet-wasm; a failed read of the underlying bytes wins over the error that it caused inside. */
async function attempt<T>(path: string, blob: TrackedBlob, call: () => Promise<T>): Promise<T> {
  try {
    const value = await call();
    if (blob.failure()) throw blob.failure();
    return value;
  } catch (thrown) {
    throw blob.failure() ?? parquetFailure(path, thrown);
  }
}
