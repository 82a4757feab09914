import type { TextThreads } from './embedder.ts';
import type { EmbeddingAnswer, EmbeddingTask } from './task.ts';
import type { Encoded } from './types.ts';

/** What a pool of workers gives for this; the pools of the page and of the command line do. */
interface TaskPool {
  readonly size: number;
  map(tasks: readonly EmbeddingTask[], options: { readonly signal?: AbortSignal }): Promise<EmbeddingAnswer[]>;
}

/** Embeds texts in the workers of a pool, with the model of a folder. */
export const onPool = (pool: TaskPool, folder: string): TextThreads => ({
  size: pool.size,
  async embed(texts, signal) {
    const [found] = await pool.map([{ folder, texts }], { signal });
    return found as readonly Encoded[];
  },
});
