import { createRequire } from 'node:module';
import { Worker as Thread } from 'node:worker_threads';
import { createDatabase, type Database, type SpawnDuckDb } from '../ledger/duckdb.ts';
import type { Address } from './address.ts';

const require = createRequire(import.meta.url);

/** The browser's database on DuckDB's own worker for Node; `kill` ends its thread. */
export async function nodeDatabase(onRestart?: () => void): Promise<Database & { kill(): Promise<unknown> }> {
  let thread: Thread | null = null;
  const spawn: SpawnDuckDb = async () => {
    const bootstrap = `
      const { parentPort, workerData } = require('node:worker_threads');
      globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
      parentPort.on('message', (data) => globalThis.onmessage({ data }));
      require(workerData);`;
    const started = new Thread(bootstrap, {
      eval: true,
      workerData: require.resolve('@duckdb/duckdb-wasm/dist/duckdb-node-eh.worker.cjs'),
    });
    thread = started;
    const target = new EventTarget();
    started.on('message', (data: unknown) => target.dispatchEvent(new MessageEvent('message', { data })));
    started.on('exit', () => target.dispatchEvent(new Event('close')));
    const worker = Object.assign(target, {
      postMessage: (message: unknown, transfer: ArrayBuffer[]) => started.postMessage(message, transfer),
      terminate: () => void started.terminate(),
    });
    return { worker: worker as unknown as Worker, wasmUrl: require.resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm') };
  };
  const database = await createDatabase({ spawn, onRestart });
  return { ...database, kill: async () => thread?.terminate() };
}

export interface MemoryAddress extends Address {
  /** Texts of the history entries; the last is the current one unless `back` was called. */
  readonly entries: string[];
  back(): void;
  /** Replacements of the current entry so far. */
  readonly replaced: number;
}

/** An address and history in memory, which behaves as the browser's. */
export function memoryAddress(initial = ''): MemoryAddress {
  const entries = [initial];
  const listeners = new Set<() => void>();
  let at = 0;
  let replaced = 0;
  return {
    entries,
    get replaced() {
      return replaced;
    },
    read: () => entries[at],
    push(text) {
      entries.splice(at + 1, entries.length, text);
      at += 1;
    },
    replace(text) {
      entries[at] = text;
      replaced += 1;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    back() {
      at -= 1;
      for (const listener of listeners) listener();
    },
  };
}
