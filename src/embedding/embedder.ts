import type { EmbeddingModel } from '../core/embeddingModel.ts';
import { throwIfCancelled } from '../ledger/failures.ts';
import type { TextEmbedder } from '../ledger/textEmbedder.ts';
import { textKey } from './textKey.ts';
import type { Encoded } from './types.ts';
import type { VectorStore } from './vectorStore.ts';

/** Embeds texts, in threads as a rule. Vectors come in the order of texts. */
export interface TextThreads {
  readonly size: number;
  /** @throws TautlineFailure of kind cancelled soon after `signal` is aborted */
  embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<readonly Encoded[]>;
  /** What is to be said of how the texts were embedded, as a sentence without its full stop. */
  note?(): string | null;
}

/** Texts that a thread is given at once, about so many characters: some seconds of a small model. */
const TASK_TEXTS = 256;
const TASK_CHARACTERS = 8000;

/** A model over threads that run it, and the vectors that are kept of it. @param specials tokens about each piece */
export function createEmbedder(
  model: EmbeddingModel,
  specials: number,
  threads: TextThreads,
  store: VectorStore,
): TextEmbedder {
  const { limit, mostPieces, kind } = model.settings;
  const room = limit - specials;
  return {
    model,
    keyOf: textKey,
    has: (key) => store.has(key),
    lengthOf(key) {
      const tokens = kind === 'static' ? 0 : store.tokensOf(key);
      return tokens <= room ? 'whole' : tokens <= room * mostPieces ? 'pieces' : 'cut';
    },
    async embed(texts, { signal, onDone }) {
      const tasks = tasksOf(texts);
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < tasks.length) {
          throwIfCancelled(signal, 'embedding texts');
          const task = tasks[next++];
          const found = await threads.embed(
            task.map(({ text }) => text),
            signal,
          );
          for (const [i, { vector, tokens }] of found.entries()) await store.add(task[i].key, tokens, vector);
          onDone(task.length);
        }
      };
      const ended = await Promise.allSettled(
        Array.from({ length: threads.size }, () =>
          work().catch((thrown: unknown) => {
            next = tasks.length;
            throw thrown;
          }),
        ),
      );
      await store.flush();
      const failed = ended.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    },
    note: () => threads.note?.() ?? null,
    read: (keys, out) => store.read(keys, out),
  };
}

function tasksOf<T extends { readonly text: string }>(texts: readonly T[]): readonly (readonly T[])[] {
  const tasks: T[][] = [];
  let characters = Infinity;
  for (const one of texts) {
    if (characters > TASK_CHARACTERS || tasks[tasks.length - 1].length === TASK_TEXTS) {
      tasks.push([]);
      characters = 0;
    }
    tasks[tasks.length - 1].push(one);
    characters += one.text.length;
  }
  return tasks;
}
