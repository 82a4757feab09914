import { keptFolder } from '../embedding/keptModels.ts';
import { createModel } from '../embedding/model.ts';
import { startBrowserSession } from '../embedding/session.browser.ts';
import { createTaskRunner, type EmbeddingTask } from '../embedding/task.ts';
import { exposeTasks } from './service/workerPool.ts';

const run = createTaskRunner(async (id) => createModel(await keptFolder(id), startBrowserSession));

exposeTasks((task: EmbeddingTask) => run(task), { doing: () => 'embedding texts' });
