import { expose } from 'comlink';
import { loadKernels } from '../kernels/load.browser.ts';
import type { KernelModule } from '../kernels/module.ts';
import { openLedger } from '../ledger/open.ts';
import type { Platform } from '../ledger/platform.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { browserCrew, browserScanThread } from './engineWorkers.ts';
import { Engine } from './engine.ts';
import { holdLifeLock } from './service/livenessLock.ts';
import { once } from './service/once.ts';
import { parseSampleName } from './sampleName.ts';
import { engineToWire } from './service/rpcAdapter.ts';

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
      openLedger: (source, mapping, options) => openLedger(source, mapping, { platform, ...options }),
    }),
  ),
);
holdLifeLock();
