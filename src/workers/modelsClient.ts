import { spawnModelsWorker } from './client.ts';
import { MODELS_CONTRACT } from './modelsContract.ts';
import { superviseWorker, type SupervisedWorker } from './service/supervisedWorker.ts';

/** The worker that keeps embedding models, started at the first question. */
export const createModelsClient = (): SupervisedWorker<typeof MODELS_CONTRACT> =>
  superviseWorker({
    contract: MODELS_CONTRACT,
    name: 'models',
    spawn: spawnModelsWorker,
    advice: 'Choose a smaller model, or close other pages',
  });
