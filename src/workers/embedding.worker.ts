import { withFallback } from '../embedding/gpu.ts';
import { keptFolder, keptModel } from '../embedding/keptModels.ts';
import { createModel } from '../embedding/model.ts';
import { startBrowserSession, startGpuSession } from '../embedding/session.browser.ts';
import { createTaskRunner, type EmbeddingTask } from '../embedding/task.ts';
import { exposeTasks } from './service/workerPool.ts';

const run = createTaskRunner(async (id) => {
  const [{ runtime }, folder] = await Promise.all([keptModel(id), keptFolder(id)]);
  const onProcessor = () => createModel(folder, startBrowserSession);
  return runtime === 'webgpu' ? withFallback(() => createModel(folder, startGpuSession), onProcessor) : onProcessor();
});

exposeTasks((task: EmbeddingTask) => run(task), { doing: () => 'embedding texts' });
