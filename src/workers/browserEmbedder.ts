import { MOST_THREADS } from '../core/embeddingModel.ts';
import { createEmbedder } from '../embedding/embedder.ts';
import { keptModel, vectorsFolder } from '../embedding/keptModels.ts';
import { ownVectorFiles } from '../embedding/opfs.ts';
import { hasGpu } from '../embedding/session.browser.ts';
import type { EmbeddingAnswer, EmbeddingTask } from '../embedding/task.ts';
import { onPool } from '../embedding/threads.ts';
import { VectorStore } from '../embedding/vectorStore.ts';
import type { TextEmbedder } from '../ledger/textEmbedder.ts';
import { spawnEmbeddingWorker } from './engineWorkers.ts';
import { createWorkerPool } from './service/workerPool.ts';

/**
 * A kept model with what is kept of it, over workers that are started for the first text.
 * @throws TautlineFailure of kind file where the model is not kept any more
 */
export async function browserEmbedder(id: string): Promise<{ readonly embedder: TextEmbedder; end(): void }> {
  const { model, specials, runtime } = await keptModel(id);
  const isOnGpu = runtime === 'webgpu' && (await hasGpu());
  const store = await VectorStore.open(ownVectorFiles(await vectorsFolder(id)), model.dimension);
  const pool = createWorkerPool<EmbeddingTask, EmbeddingAnswer>({
    name: 'embedding',
    entry: spawnEmbeddingWorker,
    // A card is shared by all that use it.
    size: isOnGpu ? 1 : Math.min(MOST_THREADS, navigator.hardwareConcurrency),
    advice: 'Choose a smaller model, or close other pages',
  });
  return { embedder: createEmbedder(model, specials, onPool(pool, id), store), end: () => pool.dispose() };
}
