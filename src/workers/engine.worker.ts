import { expose } from 'comlink';
import { loadKernels } from '../kernels/load.browser.ts';
import type { KernelModule } from '../kernels/module.ts';
import { openLedger } from '../ledger/open.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { Engine } from './engine.ts';
import { holdLifeLock } from './lifeLock.ts';
import { once } from './once.ts';
import { engineToWire } from './wire.ts';

const kernels = once<KernelModule>(loadKernels);
const platform = browserPlatform(async (name) => {
  const { sampleLedger } = await import('../harness/samples.ts');
  return sampleLedger((await kernels()).fork(), name, platform);
});

expose(engineToWire(new Engine({
  loadKernels: kernels,
  openLedger: (source, mapping, options) => openLedger(source, mapping, { platform, ...options }),
})));
holdLifeLock();
