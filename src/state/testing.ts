import { createRequire } from 'node:module';
import type { Address } from './address.ts';
import type { Database } from './tables.ts';

interface BlockingConnection {
  query(sql: string): { toArray(): { toJSON(): Record<string, unknown> }[] };
  insertArrowFromIPCStream(ipc: Uint8Array, options: { name: string; create: boolean }): void;
  close(): void;
}

/** DuckDB-WASM in this thread, for tests in Node: the same engine as in the browser, without its worker. */
export async function nodeDatabase(): Promise<Database> {
  const require = createRequire(import.meta.url);
  const duckdb = require('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs') as typeof import('@duckdb/duckdb-wasm/blocking');
  const file = (name: string) => require.resolve(`@duckdb/duckdb-wasm/dist/${name}`);
  const bundles = { mvp: { mainModule: file('duckdb-mvp.wasm'), mainWorker: '' }, eh: { mainModule: file('duckdb-eh.wasm'), mainWorker: '' } };
  const db = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await db.instantiate(() => undefined);
  const connection = db.connect() as unknown as BlockingConnection;
  const created = new Set<string>();
  connection.query('SET autoinstall_known_extensions=false; SET autoload_known_extensions=false');
  return {
    async insert(table, ipcStream) {
      connection.insertArrowFromIPCStream(ipcStream, { name: table, create: !created.has(table) });
      created.add(table);
    },
    async query(sql) {
      for (const [, table] of sql.matchAll(/drop table if exists (\w+)/g)) created.delete(table);
      return connection.query(sql).toArray().map((row) => row.toJSON());
    },
    async close() {
      connection.close();
    },
  };
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
