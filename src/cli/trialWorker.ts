import { runTrial, type Trial } from '../harness/trial.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { parentEndpoint } from '../workers/service/nodeWorker.node.ts';
import { exposeTasks } from '../workers/service/workerPool.ts';

const kernels = loadKernels();
// A worker that cannot start answers its first trial with why.
kernels.catch(() => undefined);

exposeTasks(async (trial: Trial) => runTrial(await kernels, trial), {
  doing: (trial) => `trial ${trial.case} of seed ${trial.seed}`,
  endpoint: parentEndpoint(),
});
