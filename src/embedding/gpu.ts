import { explain, toTautlineError } from '../core/errors.ts';
import { PROBES } from '../ledger/probes.ts';
import { createModel } from './model.ts';
import type { ModelFolder } from './folder.ts';
import type { StartSession, TextModel } from './types.ts';

/** What came of trying a model on the graphics card. */
export interface GpuTrial {
  /** Characters a second; null: it is not to be used, for the reason. */
  readonly speed: number | null;
  readonly reason: string | null;
}

/** Vectors of one model by two runtimes are taken for the same from here on. */
const SAME = 0.9999;

const refused = (reason: string): GpuTrial => ({ speed: null, reason });

/**
 * Tries a model on the graphics card: its vectors must be those of the processor, by which it is known.
 * @param speedOf measures characters a second
 */
export async function tryGpu(
  folder: ModelFolder,
  reference: TextModel,
  given: {
    readonly hasGpu: () => Promise<boolean>;
    readonly start: StartSession;
    readonly speedOf: (model: TextModel) => Promise<number>;
  },
): Promise<GpuTrial> {
  if (folder.settings.kind === 'static') return refused('a static model needs none');
  if (!(await given.hasGpu())) return refused('this browser has no WebGPU adapter');
  let model: TextModel | null = null;
  try {
    model = await createModel(folder, given.start);
    let least = 1;
    for (const text of PROBES)
      least = Math.min(least, cosine((await reference.embed(text)).vector, (await model.embed(text)).vector));
    if (!(least >= SAME)) return refused(`its vectors are others there (cosine ${least.toFixed(4)})`);
    return { speed: await given.speedOf(model), reason: null };
  } catch (thrown) {
    return refused(`it cannot be run there (${explain(toTautlineError(thrown, 'trying WebGPU'))})`);
  } finally {
    await model?.release().catch(() => undefined);
  }
}

/** Of unit vectors. */
const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * A model on the graphics card, which goes on on the processor where that fails, as cards do that are taken away.
 * @param onProcessor loads it there
 */
export async function withFallback(
  onGpu: () => Promise<TextModel>,
  onProcessor: () => Promise<TextModel>,
): Promise<TextModel> {
  let note: string | null = null;
  const instead = (thrown: unknown): Promise<TextModel> => {
    note =
      'WebGPU failed, so texts were embedded by the processor ' +
      `(${explain(toTautlineError(thrown, 'embedding by WebGPU'))})`;
    return onProcessor();
  };
  let model = await onGpu().catch(instead);
  return {
    ...model,
    note: () => note,
    async embed(text) {
      if (note === null)
        try {
          return await model.embed(text);
        } catch (thrown) {
          const broken = model;
          model = await instead(thrown);
          await broken.release().catch(() => undefined);
        }
      return model.embed(text);
    },
    release: () => model.release(),
  };
}
