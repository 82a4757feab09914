import { instantiateKernels } from '../kernels/module.ts';
import { exposeCrew } from '../workers/signalPool.ts';

/** A signal worker of the bench's page: that of the app, with the kernels from beside the page. */
exposeCrew(async () => instantiateKernels(await WebAssembly.compileStreaming(fetch('kernels.wasm'))));
