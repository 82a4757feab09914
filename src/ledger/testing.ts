import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker as Thread } from 'node:worker_threads';
import * as arrow from 'apache-arrow';
import { TautlineFailure, type TautlineError } from '../core/errors.ts';
import type { DuckDbWorker } from './duckdb.ts';
import { openLedger, type OpenOptions } from './open.ts';
import { nodePlatform } from './parquet.node.ts';
import type { ColumnMapping, NamedBlob, OpenedLedger } from './types.ts';
import { writeHive, type LedgerTable } from './write.ts';

/** What the tests of this folder share: small ledgers made in code, and short ways to open them. */
export const platform = nodePlatform();

export const named = (path: string, content: string | Uint8Array): NamedBlob => ({
  path,
  blob: new Blob([content as BlobPart]),
});
export const fixture = (name: string): NamedBlob =>
  named(name, readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

export function open(
  files: NamedBlob | readonly NamedBlob[],
  options: Partial<OpenOptions> & { mapping?: ColumnMapping } = {},
): Promise<OpenedLedger> {
  const { mapping = null, ...rest } = options;
  return openLedger(
    { kind: 'files', files: Array.isArray(files) ? (files as NamedBlob[]) : [files as NamedBlob] },
    mapping,
    { platform, ...rest },
  );
}

/** The error that opening raises. */
export async function failure(call: Promise<unknown>): Promise<TautlineError & { message: string }> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof TautlineFailure) return { ...thrown.error, message: thrown.message };
    throw thrown;
  }
  throw new Error('it opened');
}

/** Every embedding by canonical row, read in batches. */
export async function vectorsByRow(ledger: OpenedLedger, only?: Uint8Array): Promise<Map<number, number[]>> {
  const out = new Map<number, number[]>();
  const { dimension } = ledger.report;
  for await (const { rows, vectors } of ledger.embeddings!.batches({ only })) {
    rows.forEach((row, i) => out.set(row, Array.from(vectors.subarray(i * dimension, (i + 1) * dimension))));
  }
  return out;
}

/** A sink that keeps its rows as plain objects. */
export function collector(): {
  accept(stream: Uint8Array): Promise<void>;
  rows: Record<string, unknown>[];
  schema: () => string[];
} {
  const rows: Record<string, unknown>[] = [];
  let fields: string[] = [];
  return {
    rows,
    schema: () => fields,
    accept: async (stream) => {
      const table = arrow.tableFromIPC(stream);
      fields = table.schema.fields.map((field) => `${field.name}:${String(field.type)}`);
      rows.push(...table.toArray().map((row) => (row as arrow.StructRowProxy).toJSON() as Record<string, unknown>));
    },
  };
}

export const START = Date.UTC(2024, 0, 1);

/** A plain ledger of n events of three providers, a second and a microsecond apart, `dimension` values to a vector. */
export function plainLedger(n: number, dimension = 4, change: Partial<LedgerTable> = {}): LedgerTable {
  return {
    n,
    eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i + 1)),
    time: Float64Array.from({ length: n }, (_, i) => START + i * 1000 + i / 1000),
    provider: { codes: Int32Array.from({ length: n }, (_, i) => i % 3), values: ['a', 'b', 'c'] },
    embeddings: Float32Array.from({ length: n * dimension }, (_, i) => Math.fround(Math.sin(i))),
    dimension,
    ...change,
  };
}

/** A blob that counts the bytes that are read of it. */
export function watched(file: NamedBlob): { file: NamedBlob; read: () => number } {
  let bytes = 0;
  const watch = (blob: Blob): Blob =>
    Object.create(blob, {
      size: { value: blob.size },
      slice: {
        value: (from = 0, to = blob.size) => {
          bytes += Math.min(to, blob.size) - from;
          return blob.slice(from, to);
        },
      },
    }) as Blob;
  return { file: { path: file.path, blob: watch(file.blob) }, read: () => bytes };
}

/** 7,200 events of three providers, a second and a microsecond apart: two hours and a bit; whole, and in partitions. */
export function twoHours(n = 7200): { table: LedgerTable; hive: () => Promise<NamedBlob[]> } {
  const table = {
    ...plainLedger(n, 3),
    text: Array.from({ length: n }, (_, i) => `message ${i + 1}`),
    latency: Float64Array.from({ length: n }, (_, i) => 40 + (i % 7)),
  };
  const hive = async (): Promise<NamedBlob[]> =>
    (await writeHive(table, platform, { rowGroupRows: 500 })).map(({ path, bytes }) => named(`big/${path}`, bytes));
  return { table, hive };
}

const require = createRequire(import.meta.url);

/** DuckDB's own worker for Node in a thread, under the interface of a web worker; `kill` ends it from outside. */
export function nodeDuckDb(): DuckDbWorker & { kill(): Promise<unknown> } {
  const bootstrap = `
    const { parentPort, workerData } = require('node:worker_threads');
    globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
    parentPort.on('message', (data) => globalThis.onmessage({ data }));
    console.error = () => undefined;
    require(workerData);`;
  const thread = new Thread(bootstrap, {
    eval: true,
    workerData: require.resolve('@duckdb/duckdb-wasm/dist/duckdb-node-eh.worker.cjs'),
  });
  const target = new EventTarget();
  thread.on('message', (data: unknown) => target.dispatchEvent(new MessageEvent('message', { data })));
  const worker = Object.assign(target, {
    postMessage: (message: unknown, transfer: ArrayBuffer[]) => thread.postMessage(message, transfer),
  });
  return {
    worker: worker as unknown as Worker,
    wasmUrl: require.resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm'),
    onDeath(listener) {
      thread.on('error', (error) => listener(error.message));
      thread.on('exit', () => listener('it ended'));
    },
    terminate: () => void thread.terminate(),
    kill: () => thread.terminate(),
  };
}
