import { runLabTask } from './labTask.ts';
import { exposeKernelTasks } from './service/kernelPool.ts';

exposeKernelTasks(runLabTask);
