import { instantiateKernels } from '../kernels/module.ts';
import { exposeSignalWorker } from '../workers/signalPool.ts';

/** A signal worker of the bench's page: that of the app, with the kernels from beside the page. */
exposeSignalWorker(async () => instantiateKernels(await WebAssembly.compileStreaming(fetch('kernels.wasm'))));
