import type { Endpoint } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { parentPort, type Worker } from 'node:worker_threads';
import type { SpawnedWorker } from './supervisedWorker.ts';

/** Watches a thread of Node, which tells of its end itself. */
export function nodeWorker(worker: Worker): SpawnedWorker {
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

/** Where a thread of Node is asked: the last argument of `exposeWorker` there. */
export function parentEndpoint(): Endpoint {
  if (!parentPort) throw new Error('this is no thread: it has nobody to answer');
  return nodeEndpoint(parentPort);
}
