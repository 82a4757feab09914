import { parentEndpoint } from '../workers/service/nodeWorker.node.ts';
import { exposeTasks } from '../workers/service/workerPool.ts';
import { compareOn, type LedgerTask } from './channelsTask.ts';

exposeTasks((task: LedgerTask) => compareOn(task), {
  doing: (task) => `comparing channels on ${task.path}`,
  endpoint: parentEndpoint(),
});
