import type { TextThreads } from './embedder.ts';
import type { EmbeddedTask, EmbeddingAnswer, EmbeddingTask } from './task.ts';

/** What a pool of workers gives for this; the pools of the page and of the command line do. */
interface TaskPool {
  readonly size: number;
  map(tasks: readonly EmbeddingTask[], options: { readonly signal?: AbortSignal }): Promise<EmbeddingAnswer[]>;
}

/** Embeds texts in the workers of a pool, with the model of a folder. */
export function onPool(pool: TaskPool, folder: string): TextThreads {
  let told: string | null = null;
  return {
    size: pool.size,
    note: () => told,
    async embed(texts, signal) {
      const [found] = await pool.map([{ folder, texts }], { signal });
      const { encoded, note } = found as EmbeddedTask;
      told ??= note;
      return encoded;
    },
  };
}
