import { exposeWorker } from './service/rpcAdapter.ts';
import { UMAP_CONTRACT } from './umapClient.ts';
import { umapLayout } from './umapLayout.ts';

exposeWorker(UMAP_CONTRACT, { layout: async (request, onProgress) => umapLayout(request, onProgress) });
