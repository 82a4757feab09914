import { loadKernels } from '../kernels/load.browser.ts';
import type { KernelModule } from '../kernels/module.ts';
import { openForAnalysis } from '../analysis/open.ts';
import type { Platform } from '../ledger/platform.ts';
import { prepareReaders } from '../ledger/formats/list.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { carefulFetch } from '../ledger/redirect.ts';
import { browserScanThread, browserSignalPool } from './engineWorkers.ts';
import { createEngine } from './engine.ts';
import { ENGINE_CONTRACT } from './protocol.ts';
import { BUILT_IN } from '../core/embeddingModel.ts';
import { once } from '../core/once.ts';
import { parseSampleName } from './sampleName.ts';
import { exposeWorker } from './service/rpcAdapter.ts';

const kernels = once<KernelModule>(loadKernels);
const platform: Platform = {
  ...browserPlatform({
    samples: async (text) => {
      const { sampleLedger } = await import('../harness/samples.ts');
      const { name, seed } = parseSampleName(text);
      return sampleLedger((await kernels()).fork(), name, platform, { seed });
    },
  }),
  scanThread: browserScanThread(),
};

/** The model that the user chose for ledgers of texts; nothing of models is loaded to find out that there is none. */
async function chosenModel(): Promise<string> {
  const own = await navigator.storage?.getDirectory().catch(() => null);
  const models = await own?.getDirectoryHandle('embedding-models').catch(() => null);
  if (!models) return BUILT_IN;
  return (await (await import('../embedding/keptModels.ts')).defaultModel()) ?? BUILT_IN;
}

void prepareReaders();
exposeWorker(
  ENGINE_CONTRACT,
  createEngine({
    files: platform,
    loadKernels: kernels,
    signalPool: browserSignalPool(),
    openLedger: async (source, mapping, options) => {
      const fetch = source.kind === 'url' ? carefulFetch(source.follow === true) : undefined;
      const id = source.embedder ?? (await chosenModel());
      const given = id === BUILT_IN ? null : await (await import('./browserEmbedder.ts')).browserEmbedder(id);
      try {
        const embedder = given?.embedder;
        return await openForAnalysis(source, mapping, { platform: { ...platform, fetch }, embedder, ...options });
      } finally {
        given?.end();
      }
    },
  }),
);
