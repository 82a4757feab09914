import { runHarnessTask } from './harnessTask.ts';
import { exposeKernelTasks } from './service/kernelPool.ts';

exposeKernelTasks(runHarnessTask);
