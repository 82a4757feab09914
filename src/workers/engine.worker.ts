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

void prepareReaders();
exposeWorker(
  ENGINE_CONTRACT,
  createEngine({
    files: platform,
    loadKernels: kernels,
    signalPool: browserSignalPool(),
    openLedger: (source, mapping, options) => {
      const fetch = source.kind === 'url' ? carefulFetch(source.follow === true) : undefined;
      return openForAnalysis(source, mapping, { platform: { ...platform, fetch }, ...options });
    },
  }),
);
