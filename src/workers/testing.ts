import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { Worker } from 'node:worker_threads';
import type { SpawnedWorker } from './lifeline.ts';

/** A Node worker thread behind the interface of a browser's worker, for tests. */
export function spawnNodeWorker(script: URL): SpawnedWorker {
  const worker = new Worker(script);
  return {
    endpoint: nodeEndpoint(worker),
    onDeath(listener) {
      worker.on('error', (error) => listener(error instanceof Error ? error.message : String(error)));
      worker.on('messageerror', () => listener('it sent an answer that cannot be read'));
      worker.on('exit', (code) => listener(`it ended with code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}
