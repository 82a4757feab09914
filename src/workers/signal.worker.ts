import { loadKernels } from '../kernels/load.browser.ts';
import { exposeSignalWorker } from './signalPool.ts';

exposeSignalWorker(loadKernels);
