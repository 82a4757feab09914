import type { EmbeddingModel } from '../core/embeddingModel.ts';
import { PROBES, probeHash } from '../ledger/probes.ts';
import type { ModelFolder } from './folder.ts';
import { createStaticModel } from './static.ts';
import { createTransformer } from './transformer.ts';
import type { StartSession, TextModel } from './types.ts';

/** Coarse, so that another version of the runtime, whose last bits differ, is no other model. */
const PROBE_STEPS = 100;

/** Makes a model of its folder ready. */
export const createModel = async (folder: ModelFolder, start: StartSession): Promise<TextModel> =>
  folder.settings.kind === 'static' ? createStaticModel(folder) : createTransformer(folder, start);

/** By what a model is told from others: eight texts are embedded for it. */
export async function describeModel(model: TextModel): Promise<EmbeddingModel> {
  const { name, dimension, settings } = model;
  const vectors = new Float32Array(PROBES.length * dimension);
  for (const [i, text] of PROBES.entries()) vectors.set((await model.embed(text)).vector, i * dimension);
  return { name, dimension, settings, probe: await probeHash(vectors, PROBE_STEPS) };
}
