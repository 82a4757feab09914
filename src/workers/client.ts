import { TautlineFailure } from '../core/errors.ts';
import { ENGINE_CONTRACT, type EngineApi, type ReferenceFile } from './protocol.ts';
import { browserWorker } from './service/browserWorker.ts';
import { PATIENCE_MS, superviseWorker, type SpawnedWorker } from './service/supervisedWorker.ts';

/**
 * The engine, seen from the page. Every call settles: when the worker dies, with a `TautlineFailure` of kind 'worker';
 * when it does not answer and is ended for that, of kind 'cancelled'.
 */
export interface EngineClient extends EngineApi {
  /** Starts the worker before the first call. */
  prestart(): void;
  /** Ends the worker; later calls reject. */
  dispose(): void;
}

interface EngineClientOptions {
  /** Starts the worker; the default is the browser's engine worker. */
  readonly spawn?: () => SpawnedWorker;
  /** The worker died and another was started: the ledger it held has to be opened again. */
  readonly onRestart?: (reason: string) => void;
  /** The engine is taken to be stuck where it gives no sign of life for so many ms after `cancel` or `open`. */
  readonly patience?: number;
}

const spawnEngineWorker = (): SpawnedWorker =>
  browserWorker(
    new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'tautline-engine' }),
  );

/** Starts one worker of the harness pool. */
export const spawnHarnessWorker = (): SpawnedWorker =>
  browserWorker(
    new Worker(new URL('./harness.worker.ts', import.meta.url), { type: 'module', name: 'tautline-harness' }),
  );

/** Starts one worker of the investigators' pool. */
export const spawnInvestigator = (): SpawnedWorker =>
  browserWorker(
    new Worker(new URL('./investigator.worker.ts', import.meta.url), { type: 'module', name: 'tautline-investigator' }),
  );

/** Starts the worker that lays embedding maps out. */
export const spawnUmapWorker = (): SpawnedWorker =>
  browserWorker(new Worker(new URL('./umap.worker.ts', import.meta.url), { type: 'module', name: 'tautline-map' }));

/** Starts the worker that keeps embedding models. */
export const spawnModelsWorker = (): SpawnedWorker =>
  browserWorker(
    new Worker(new URL('./models.worker.ts', import.meta.url), { type: 'module', name: 'tautline-models' }),
  );

/** Starts one worker of the laboratory. */
export const spawnLabWorker = (): SpawnedWorker =>
  browserWorker(new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'tautline-lab' }));

/** Starts the engine worker at the first call, or beforehand when it is told to. */
export function createEngineClient({
  spawn = spawnEngineWorker,
  onRestart,
  patience = PATIENCE_MS,
}: EngineClientOptions = {}): EngineClient {
  /** What the engine was told last: whoever takes its place has to be told again. */
  let reference: ReferenceFile | null = null;
  /** Ledgers being opened. */
  let opening = 0;
  /** Grows with every `open` and `cancel`: what was asked before has been overtaken. */
  let newest = 0;

  const worker = superviseWorker({
    contract: ENGINE_CONTRACT,
    name: 'engine',
    spawn,
    advice: 'It has been started again; if this repeats, open a smaller part of the ledger',
    onRestart(reason, end) {
      if (reference) worker.ask.setReferenceFile(reference).catch(() => undefined);
      // A ledger that was still being opened is given up, or opened by the worker that takes over.
      if (end !== 'cancelled' || opening === 0) onRestart?.(reason);
    },
  });

  return {
    ...worker.ask,
    async open(...asked) {
      const mine = (newest += 1);
      opening += 1;
      const stuck = worker.cancelUnlessAnswering(patience);
      try {
        return await worker.ask.open(...asked);
      } catch (thrown) {
        if (!isCancelled(thrown) || !(await stuck) || mine !== newest) throw thrown;
        return await worker.ask.open(...asked);
      } finally {
        opening -= 1;
      }
    },
    cancel() {
      newest += 1;
      void worker.cancelUnlessAnswering(patience);
      worker.ask.cancel();
    },
    async setReferenceFile(file) {
      const warnings = await worker.ask.setReferenceFile(file);
      reference = file;
      return warnings;
    },
    prestart: () => worker.prestart(),
    dispose: () => worker.dispose(),
  };
}

const isCancelled = (thrown: unknown): boolean =>
  thrown instanceof TautlineFailure && thrown.error.kind === 'cancelled';
