import { transfer } from 'comlink';
import { TautlineFailure } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { createLifeline, type SpawnedWorker } from './service/supervisedWorker.ts';
import type { UmapLayout, UmapRequest } from './umapLayout.ts';
import { progressToWire } from './service/rpcAdapter.ts';

/** What runs in the worker that lays maps out. */
export interface UmapWorker {
  layout(request: UmapRequest, onProgress: OnProgress): Promise<UmapLayout>;
}

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
  const lifeline = createLifeline<UmapWorker>({ name: 'map', spawn, advice: 'The principal plane needs no layout' });
  return {
    async layout({ x, k }, onProgress, signal) {
      const cancelled = () => new TautlineFailure({ kind: 'cancelled', what: 'laying the map out' });
      if (signal.aborted) throw cancelled();
      const stop = () => lifeline.restart('it was cancelled');
      signal.addEventListener('abort', stop, { once: true });
      try {
        const points = x.slice();
        return await lifeline.call('laying the map out', (remote) =>
          remote.layout(transfer({ x: points, k }, [points.buffer]), progressToWire(onProgress)),
        );
      } catch (thrown) {
        throw signal.aborted ? cancelled() : thrown;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
