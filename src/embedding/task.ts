import type { EmbeddingModel } from '../core/embeddingModel.ts';
import { describeModel } from './model.ts';
import type { Encoded, TextModel } from './types.ts';

/** What a thread is asked: to say what a model is, or to embed texts with it. `folder` says which. */
export interface EmbeddingTask {
  readonly folder: string;
  /** Null: the model is to be described. */
  readonly texts: readonly string[] | null;
}

/** A model as a thread knows it. */
export interface DescribedModel {
  readonly model: EmbeddingModel;
  readonly specials: number;
}

export type EmbeddingAnswer = DescribedModel | readonly Encoded[];

/** Runs tasks with the model that was asked for last; loads it at its first task. */
export function createTaskRunner(
  load: (folder: string) => Promise<TextModel>,
): (task: EmbeddingTask) => Promise<EmbeddingAnswer> {
  let held: { folder: string; model: Promise<TextModel> } | null = null;
  return async ({ folder, texts }) => {
    if (held?.folder !== folder) {
      const before = held;
      held = { folder, model: load(folder) };
      await before?.model.then((model) => model.release());
    }
    const model = await held.model;
    if (texts === null) return { model: await describeModel(model), specials: model.specials };
    const found: Encoded[] = [];
    for (const text of texts) found.push(await model.embed(text));
    return found;
  };
}
