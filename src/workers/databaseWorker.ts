import type { DuckDbWorker } from '../ledger/duckdb.ts';
import { wasmUrl } from '../ledger/duckdb.browser.ts';
import { browserWorker } from './service/browserWorker.ts';

/** Starts the database's worker. */
export async function spawnDatabaseWorker(): Promise<DuckDbWorker> {
  const url = await typedWasm(new URL(wasmUrl, location.href).href);
  const worker = new Worker(new URL('./database.worker.ts', import.meta.url), {
    type: 'module',
    name: 'tautline-database',
  });
  const { onDeath, terminate } = browserWorker(worker);
  return { worker, wasmUrl: url, onDeath, terminate };
}

/**
 * DuckDB compiles what it fetches only as application/wasm, and never answers otherwise; some static hosts send .wasm
 * as plain bytes.
 */
async function typedWasm(url: string): Promise<string> {
  const head = await fetch(url, { method: 'HEAD' }).catch(() => null);
  if (!head?.ok || head.headers.get('content-type')?.split(';')[0] === 'application/wasm') return url;
  const bytes = await (await fetch(url)).arrayBuffer();
  return URL.createObjectURL(new Blob([bytes], { type: 'application/wasm' }));
}
