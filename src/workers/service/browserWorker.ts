import { lockNamed } from './livenessLock.ts';
import type { SpawnedWorker } from './supervisedWorker.ts';

/**
 * Watches a browser's worker: `error` (a script that does not load, or throws), `messageerror` (an answer that cannot
 * be read), and the liveness lock, which the browser releases when a worker ends without an event.
 */
export function browserWorker(worker: Worker): SpawnedWorker {
  const listening = new AbortController();
  return {
    endpoint: worker,
    onDeath(listener) {
      const { signal } = listening;
      worker.addEventListener('error', (event) => listener(event.message || 'its script did not load'), { signal });
      worker.addEventListener('messageerror', () => listener('it sent an answer that cannot be read'), { signal });
      worker.addEventListener(
        'message',
        (event: MessageEvent) => {
          const lock = lockNamed(event.data);
          if (lock === null) return;
          event.stopImmediatePropagation();
          navigator.locks
            .request(lock, { signal }, () => listener('it ended without saying why'))
            .catch(() => {
              // Aborted: this side ended the worker.
            });
        },
        { signal },
      );
    },
    terminate() {
      listening.abort();
      worker.terminate();
    },
  };
}
