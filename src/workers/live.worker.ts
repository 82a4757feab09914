import { once } from '../core/once.ts';
import { loadKernels } from '../kernels/load.browser.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { LIVE_CONTRACT, liveTask } from './liveTask.ts';
import { exposeWorker } from './service/rpcAdapter.ts';

exposeWorker(LIVE_CONTRACT, liveTask({ platform: browserPlatform(), loadKernels: once(loadKernels) }));
