import { expose } from 'comlink';
import { loadKernels } from '../kernels/load.browser.ts';
import type { KernelModule } from '../kernels/module.ts';
import { openForAnalysis } from '../analysis/open.ts';
import type { Platform } from '../ledger/platform.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { browserCrew, browserScanThread } from './crewThreads.ts';
import { Engine } from './engine.ts';
import { holdLifeLock } from './lifeLock.ts';
import { once } from './once.ts';
import { parseSampleName } from './sampleName.ts';
import { engineToWire } from './wire.ts';

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

expose(
  engineToWire(
    new Engine({
      loadKernels: kernels,
      crew: browserCrew(),
      openLedger: (source, mapping, options) => openForAnalysis(source, mapping, { platform, ...options }),
    }),
  ),
);
holdLifeLock();
