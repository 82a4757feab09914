import { proxy, releaseProxy, transfer, type Remote } from 'comlink';
import { TautlineFailure } from '../core/errors.ts';
import { paced } from '../core/progress.ts';
import type { Platform } from '../ledger/platform.ts';
import { scanPart, type ScannedPart, type ScanTask, type ScanThread } from '../ledger/splitScan.ts';
import { createLifeline, type SpawnedWorker } from './service/supervisedWorker.ts';
import { plainErrors } from './service/rpcAdapter.ts';

/** What a scan worker exposes. */
export interface ScanApi {
  /** @param code of parquet-wasm; undefined: nothing is to be loaded yet */
  prepare(code: WebAssembly.Module | undefined): Promise<void>;
  scan(task: ScanTask, onFraction: (fraction: number) => unknown): Promise<ScannedPart | null>;
}

/** Worker side. */
export function scanToWire(platformWith: (code: WebAssembly.Module | undefined) => Platform): ScanApi {
  let platform: Platform | null = null;
  return {
    prepare: (code) =>
      plainErrors('starting', async () => {
        if (code) await (platform = platformWith(code)).parquet();
      }),
    scan: (task, onFraction) =>
      plainErrors('reading events', async () => {
        try {
          const part = await scanPart(
            task,
            (platform ??= platformWith(undefined)),
            paced(({ fraction }) => void onFraction(fraction)),
          );
          return part && transfer(part, buffersOf(part));
        } finally {
          (onFraction as Partial<Remote<unknown>>)[releaseProxy]?.();
        }
      }),
  };
}

/** Every buffer in a part, once. */
function buffersOf({ kept, dictionaries, ...columns }: ScannedPart): ArrayBuffer[] {
  const arrays: unknown[] = [
    ...Object.values(columns),
    ...Object.values(dictionaries).map(({ codes }) => codes),
    ...(kept ?? []).flatMap(({ vectors }) => [vectors.values, vectors.offsets, vectors.valid]),
  ];
  return [...new Set(arrays.flatMap((array) => (ArrayBuffer.isView(array) ? [array.buffer as ArrayBuffer] : [])))];
}

/** Ledgers from this size on are worth a worker of their own. */
const FROM_BYTES = 48 << 20;

/**
 * A thread for the scan, started for each and ended after it: its memory is given back. @param spawn starts a worker
 * that exposes `scanToWire`
 */
export function createScanThread(spawn: () => SpawnedWorker, fromBytes = FROM_BYTES): ScanThread {
  return {
    fromBytes,
    start() {
      const lifeline = createLifeline<ScanApi>({ name: 'scan', spawn, advice: 'The engine reads the files itself' });
      // Where it does not start, the scan says so.
      const prepare = (code: WebAssembly.Module | undefined): void =>
        void lifeline.call('starting', (remote) => remote.prepare(code)).catch(() => undefined);
      prepare(undefined);
      return {
        prepare,
        async scan(task, onFraction) {
          try {
            return await lifeline.call('reading events', (remote) => remote.scan(task, proxy(onFraction)));
          } catch (thrown) {
            if (thrown instanceof TautlineFailure && thrown.error.kind === 'worker') return null;
            throw thrown;
          }
        },
        end: () => lifeline.dispose(),
      };
    },
  };
}
