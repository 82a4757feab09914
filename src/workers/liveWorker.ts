import { LIVE_CONTRACT, type LiveTask } from './liveTask.ts';
import { browserWorker } from './service/browserWorker.ts';
import { superviseWorker, type SpawnedWorker } from './service/supervisedWorker.ts';

export interface LiveWorker extends LiveTask {
  dispose(): void;
}

const spawnLiveWorker = (): SpawnedWorker =>
  browserWorker(new Worker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'tautline-live' }));

/** The worker that follows a live ledger; starts at the first call. */
export function createLiveWorker(onRestart: () => void): LiveWorker {
  const worker = superviseWorker({
    contract: LIVE_CONTRACT,
    name: 'live',
    spawn: spawnLiveWorker,
    advice: 'It has been started again; alerts are compared from the next saved state on',
    onRestart,
  });
  return { ...worker.ask, dispose: () => worker.dispose() };
}
