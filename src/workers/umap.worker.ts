import { expose, transfer } from 'comlink';
import { holdLifeLock } from './service/livenessLock.ts';
import type { UmapWorker } from './umapClient.ts';
import { umapLayout } from './umapLayout.ts';
import { plainErrors } from './service/rpcAdapter.ts';

const worker: UmapWorker = {
  layout: (request, onProgress) =>
    plainErrors('laying the map out', () => {
      const layout = umapLayout(request, onProgress);
      return transfer(layout, [layout.positions.buffer]);
    }),
};
expose(worker);
holdLifeLock();
