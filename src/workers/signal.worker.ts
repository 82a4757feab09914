import { loadKernels } from '../kernels/load.browser.ts';
import { exposeCrew } from './crew.ts';
import { holdLifeLock } from './lifeLock.ts';

exposeCrew(loadKernels);
holdLifeLock();
