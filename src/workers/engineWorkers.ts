import { createCrew, type CrewThreads } from './signalPool.ts';
import type { ScanThread } from '../ledger/splitScan.ts';
import { watchWorker } from './service/supervisedWorker.ts';
import { createScanThread } from './scanThread.ts';

/** More threads than this wait for memory, not for arithmetic, and each holds a copy of the ledger. */
const MOST_THREADS = 4;

/**
 * Signal workers, started by the engine's worker and so ended with it; null where a browser starts no workers from a
 * worker, or has one core. Nothing is shared: this works without cross-origin isolation.
 */
export function browserCrew(): CrewThreads | null {
  const size = Math.min(MOST_THREADS, navigator.hardwareConcurrency);
  if (typeof Worker === 'undefined' || !(size > 1)) return null;
  return createCrew(size, () =>
    watchWorker(
      new Worker(new URL('./signal.worker.ts', import.meta.url), { type: 'module', name: 'tautline-signals' }),
    ),
  );
}

/**
 * A worker that shares the first pass over large ledgers, under the same conditions; undefined where there can be none.
 */
export function browserScanThread(): ScanThread | undefined {
  if (typeof Worker === 'undefined' || !(navigator.hardwareConcurrency > 1)) return undefined;
  return createScanThread(() =>
    watchWorker(new Worker(new URL('./scan.worker.ts', import.meta.url), { type: 'module', name: 'tautline-scan' })),
  );
}
