import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { startWith } from './session.ts';
import type { StartSession } from './types.ts';

/** ONNX Runtime in WebAssembly, of one thread; its code is fetched from where the page is at the first session. */
export const startBrowserSession: StartSession = async (graph) => {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, self.location.href).href };
  return startWith(ort, graph);
};
