import type { ScanThread } from '../ledger/splitScan.ts';
import { createScanThread } from './scanThread.ts';
import { browserWorker } from './service/browserWorker.ts';
import type { SpawnedWorker } from './service/supervisedWorker.ts';
import { createSignalPool, type SignalPool } from './signalPool.ts';

/** More threads than this wait for memory, not for arithmetic, and each holds a copy of the ledger. */
const MAX_THREADS = 4;

/**
 * Signal workers, started by the engine's worker and so ended with it; null if a browser starts no workers from a
 * worker, or has one core. Nothing is shared: this works without cross-origin isolation.
 */
export function browserSignalPool(): SignalPool | null {
  const size = Math.min(MAX_THREADS, navigator.hardwareConcurrency);
  if (typeof Worker === 'undefined' || !(size > 1)) return null;
  return createSignalPool(size, () =>
    browserWorker(
      new Worker(new URL('./signal.worker.ts', import.meta.url), { type: 'module', name: 'tautline-signals' }),
    ),
  );
}

/** Starts one worker that embeds texts with a kept model. */
export const spawnEmbeddingWorker = (): SpawnedWorker =>
  browserWorker(
    new Worker(new URL('./embedding.worker.ts', import.meta.url), { type: 'module', name: 'tautline-embedding' }),
  );

/**
 * A worker that shares the first pass over large ledgers, under the same conditions; undefined if there can be none.
 */
export function browserScanThread(): ScanThread | undefined {
  if (typeof Worker === 'undefined' || !(navigator.hardwareConcurrency > 1)) return undefined;
  return createScanThread(() =>
    browserWorker(new Worker(new URL('./scan.worker.ts', import.meta.url), { type: 'module', name: 'tautline-scan' })),
  );
}
