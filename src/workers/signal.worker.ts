import { loadKernels } from '../kernels/load.browser.ts';
import { exposeCrew } from './signalPool.ts';
import { holdLifeLock } from './service/livenessLock.ts';

exposeCrew(loadKernels);
holdLifeLock();
