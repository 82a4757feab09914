import { TautlineFailure } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { PROGRESS, question } from './service/contract.ts';
import { superviseWorker, type SpawnedWorker } from './service/supervisedWorker.ts';
import type { UmapLayout, UmapRequest } from './umapLayout.ts';

const DOING = 'laying the map out';

/** What runs in the worker that lays maps out. */
export const UMAP_CONTRACT = {
  layout: question<(request: UmapRequest, onProgress: OnProgress) => Promise<UmapLayout>>({
    doing: DOING,
    moved: true,
    callbacks: { 1: PROGRESS },
  }),
};

export interface UmapClient {
  /**
   * Lays points out in a worker, one request at a time; the arrays of the request stay usable.
   * @throws TautlineFailure of kind cancelled once `signal` is aborted (the worker is ended), of kind worker where it
   * dies
   */
  layout(request: UmapRequest, onProgress: OnProgress, signal: AbortSignal): Promise<UmapLayout>;
}

/** Starts the worker at the first call. */
export function createUmapClient(spawn: () => SpawnedWorker): UmapClient {
  const worker = superviseWorker({
    contract: UMAP_CONTRACT,
    name: 'map',
    spawn,
    advice: 'The principal plane needs no layout',
  });
  return {
    async layout(request, onProgress, signal) {
      if (signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what: DOING });
      const stop = () => worker.cancel();
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await worker.ask.layout(request, onProgress);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
