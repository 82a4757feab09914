import { modelsApi } from './models.ts';
import { MODELS_CONTRACT } from './modelsContract.ts';
import { exposeWorker } from './service/rpcAdapter.ts';

exposeWorker(MODELS_CONTRACT, modelsApi());
