import { TautlineFailure } from '../core/errors.ts';
import { paced } from '../core/progress.ts';
import { prepareReaders } from '../ledger/formats/list.ts';
import type { Platform } from '../ledger/platform.ts';
import { scanPart, type ScannedPart, type ScanTask, type ScanThread } from '../ledger/splitScan.ts';
import { news, question, type ApiOf } from './service/contract.ts';
import { superviseWorker, type SpawnedWorker } from './service/supervisedWorker.ts';

/** What a scan worker is asked. */
export const SCAN_CONTRACT = {
  /** @param code of parquet-wasm; undefined: nothing is to be loaded yet */
  prepare: question<(code: WebAssembly.Module | undefined) => Promise<void>>({ doing: 'starting' }),
  scan: question<(task: ScanTask, onFraction: (fraction: number) => unknown) => Promise<ScannedPart | null>>({
    doing: 'reading events',
    // Vectors of several batches may be views into one buffer, which crosses once.
    moved: (part) => (part ? buffersOf(part) : []),
    callbacks: { 1: news<number>() },
  }),
};

/** Worker side. */
export function scanApi(platformWith: (code: WebAssembly.Module | undefined) => Platform): ApiOf<typeof SCAN_CONTRACT> {
  let platform: Platform | null = null;
  return {
    async prepare(code) {
      await Promise.all([prepareReaders(), code && (platform = platformWith(code)).parquet()]);
    },
    scan: (task, onFraction) =>
      scanPart(
        task,
        (platform ??= platformWith(undefined)),
        paced(({ fraction }) => void onFraction(fraction)),
      ),
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
const MIN_BYTES = 48 << 20;

/**
 * A thread for the scan, started for each and ended after it: its memory is given back. @param spawn starts a worker
 * that answers `SCAN_CONTRACT`
 */
export function createScanThread(spawn: () => SpawnedWorker, fromBytes = MIN_BYTES): ScanThread {
  return {
    fromBytes,
    start() {
      const worker = superviseWorker({
        contract: SCAN_CONTRACT,
        name: 'scan',
        spawn,
        advice: 'The engine reads the files itself',
      });
      // Where it does not start, the scan says so.
      const prepare = (code: WebAssembly.Module | undefined): void =>
        void worker.ask.prepare(code).catch(() => undefined);
      prepare(undefined);
      return {
        prepare,
        async scan(task, onFraction) {
          try {
            return await worker.ask.scan(task, onFraction);
          } catch (thrown) {
            if (thrown instanceof TautlineFailure && thrown.error.kind === 'worker') return null;
            throw thrown;
          }
        },
        end: () => worker.dispose(),
      };
    },
  };
}
