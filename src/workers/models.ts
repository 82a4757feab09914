import { threadsOf } from '../core/embeddingModel.ts';
import type { OnProgress } from '../core/progress.ts';
import { createModel, describeModel } from '../embedding/model.ts';
import { fetchModel } from '../embedding/fetchModel.ts';
import { chooseWeights, isModelFile, readFolder, relativeToModel } from '../embedding/folder.ts';
import {
  defaultModel,
  keepModel,
  keptModels,
  removeModel,
  setDefaultModel,
  setRuntime,
  vectorBytes,
} from '../embedding/keptModels.ts';
import { tryGpu } from '../embedding/gpu.ts';
import { hasGpu, startBrowserSession, startGpuSession } from '../embedding/session.browser.ts';
import type { ModelFile, TextModel } from '../embedding/types.ts';
import { PROBES } from '../ledger/probes.ts';
import type { MODELS_CONTRACT } from './modelsContract.ts';
import type { ApiOf } from './service/contract.ts';

const SHORT_PROBE = 16;
/** About as long as messages of agents are. */
const SPEED_TEXT = PROBES.slice(0, 5).join(' ').repeat(2).slice(0, 315);
const SPEED_RUNS = 4;
/** No more is begun after it, ms: some cards are of software. */
const LONGEST_TRIAL = 2000;

/** What the worker that keeps models does. */
export function modelsApi(): ApiOf<typeof MODELS_CONTRACT> {
  return {
    async list() {
      const [models, chosen] = await Promise.all([keptModels(), defaultModel()]);
      return Promise.all(
        models.map(async (kept) => ({
          ...kept,
          isDefault: kept.id === chosen,
          vectors: await vectorBytes(kept.id),
        })),
      );
    },
    async addFiles(files, onProgress) {
      const known = relativeToModel(files.filter(({ path }) => isModelFile(path)));
      const config = known.find(({ path }) => path === 'config.json');
      const weights = chooseWeights(
        known.map(({ path }) => path),
        await config?.blob.text(),
      );
      const read: ModelFile[] = [];
      for (const { path, blob } of known) {
        if (path !== weights && /\.(?:onnx|safetensors)$/.test(path)) continue;
        onProgress({ phase: 'Reading', fraction: Number.NaN, detail: path });
        read.push({ path, bytes: new Uint8Array(await blob.arrayBuffer()) });
      }
      const top =
        files
          .find(({ path }) => /(^|\/)tokenizer\.json$/.test(path))!
          .path.split('/')
          .at(-2) ?? '';
      return add(read, top, 'dropped files', null, onProgress);
    },
    async addAddress({ url, name, licence }, onProgress) {
      return add(await fetchModel(url, onProgress), name, url, licence, onProgress);
    },
    remove: removeModel,
    setDefault: setDefaultModel,
    setRuntime,
  };
}

/** Characters a second. */
async function speedOf(model: TextModel): Promise<number> {
  const started = performance.now();
  let runs = 0;
  for (; runs === 0 || (runs < SPEED_RUNS && performance.now() - started < LONGEST_TRIAL); runs++)
    await model.embed(SPEED_TEXT);
  return (1000 * runs * SPEED_TEXT.length) / (performance.now() - started);
}

/** Tries a model out, and keeps it. */
async function add(
  files: readonly ModelFile[],
  name: string,
  source: string,
  licence: string | null,
  onProgress: OnProgress,
): Promise<string> {
  onProgress({ phase: 'Trying it out', fraction: Number.NaN });
  const folder = readFolder(files, name);
  const model = await createModel(folder, startBrowserSession);
  const described = await describeModel(model);
  const speed = await speedOf(model);
  onProgress({ phase: 'Trying it on the graphics card', fraction: Number.NaN });
  const gpu = await tryGpu(folder, model, { hasGpu, start: startGpuSession, speedOf });
  await model.release();
  const runtime = (gpu.speed ?? 0) > speed * threadsOf(navigator.hardwareConcurrency) ? 'webgpu' : 'wasm';
  const id = described.probe.slice(0, SHORT_PROBE);
  const bytes = folder.files.reduce((sum, file) => sum + file.bytes.length, 0);
  onProgress({ phase: 'Keeping it', fraction: Number.NaN });
  await keepModel(
    { id, model: described, specials: model.specials, source, licence, bytes, speed, gpu, runtime },
    folder,
  );
  return id;
}
