import { instantiateKernels, type KernelModule } from '../kernels/module.ts';
import type { LabMessage } from './labPool.ts';
import { runLabTask, type LabAnswer } from './labTask.ts';
import { exposeTasks } from './service/workerPool.ts';

let kernels: KernelModule | null = null;
exposeTasks<LabMessage, LabAnswer>(({ module, task }) => runLabTask((kernels ??= instantiateKernels(module)), task));
