import { createEmbedder } from '../embedding/embedder.ts';
import { keptModel, vectorsFolder } from '../embedding/keptModels.ts';
import { ownVectorFiles } from '../embedding/opfs.ts';
import type { EmbeddingAnswer, EmbeddingTask } from '../embedding/task.ts';
import { onPool } from '../embedding/threads.ts';
import { VectorStore } from '../embedding/vectorStore.ts';
import type { TextEmbedder } from '../ledger/textEmbedder.ts';
import { spawnEmbeddingWorker } from './engineWorkers.ts';
import { createWorkerPool } from './service/workerPool.ts';

/** Each holds the model. */
const MAX_THREADS = 4;

/**
 * A kept model with what is kept of it, over workers that are started for the first text.
 * @throws TautlineFailure of kind file where the model is not kept any more
 */
export async function browserEmbedder(id: string): Promise<{ readonly embedder: TextEmbedder; end(): void }> {
  const { model, specials } = await keptModel(id);
  const store = await VectorStore.open(ownVectorFiles(await vectorsFolder(id)), model.dimension);
  const pool = createWorkerPool<EmbeddingTask, EmbeddingAnswer>({
    name: 'embedding',
    entry: spawnEmbeddingWorker,
    size: Math.min(MAX_THREADS, navigator.hardwareConcurrency),
    advice: 'Choose a smaller model, or close other pages',
  });
  return { embedder: createEmbedder(model, specials, onPool(pool, id), store), end: () => pool.dispose() };
}
