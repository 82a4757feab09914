import { readModelFolder } from '../embedding/folder.node.ts';
import { createModel } from '../embedding/model.ts';
import { startNodeSession } from '../embedding/session.node.ts';
import { createTaskRunner, type EmbeddingTask } from '../embedding/task.ts';
import { parentEndpoint } from '../workers/service/nodeWorker.node.ts';
import { exposeTasks } from '../workers/service/workerPool.ts';

const run = createTaskRunner(async (folder) => createModel(await readModelFolder(folder), startNodeSession));

exposeTasks((task: EmbeddingTask) => run(task), {
  doing: ({ texts }) => (texts === null ? 'loading the model' : 'embedding texts'),
  endpoint: parentEndpoint(),
});
