import { expose } from 'comlink';
import { loadKernels } from '../kernels/load.browser.ts';
import { openLedger } from '../ledger/open.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { Engine } from './engine.ts';
import { holdLifeLock } from './lifeLock.ts';
import { engineToWire } from './wire.ts';

const platform = browserPlatform();

expose(engineToWire(new Engine({
  loadKernels: () => loadKernels(),
  openLedger: (source, mapping, options) => openLedger(source, mapping, { platform, ...options }),
})));
holdLifeLock();
