import { expose } from 'comlink';
import { loadKernels } from '../kernels/load.browser.ts';
import { crewToWire } from './crew.ts';
import { holdLifeLock } from './lifeLock.ts';

expose(crewToWire(loadKernels));
holdLifeLock();
