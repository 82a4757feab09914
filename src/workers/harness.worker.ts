import { instantiateKernels, type KernelModule } from '../kernels/module.ts';
import type { HarnessMessage } from './harnessPool.ts';
import { runHarnessTask, type HarnessAnswer } from './harnessTask.ts';
import { exposeTasks } from './service/workerPool.ts';

let kernels: KernelModule | null = null;
exposeTasks<HarnessMessage, HarnessAnswer>(({ module, task }) =>
  runHarnessTask((kernels ??= instantiateKernels(module)), task),
);
