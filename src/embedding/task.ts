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

/** Texts embedded, and what there is to know of how. */
export interface EmbeddedTask {
  readonly encoded: readonly Encoded[];
  readonly note: string | null;
}

export type EmbeddingAnswer = DescribedModel | EmbeddedTask;

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
    const encoded: Encoded[] = [];
    for (const text of texts) encoded.push(await model.embed(text));
    return { encoded, note: model.note?.() ?? null };
  };
}
