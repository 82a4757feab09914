import gpuWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
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

/** The same on the graphics card, by WebGPU: another build, which is fetched only where one is to be tried. */
export const startGpuSession: StartSession = async (graph) => {
  const ort = await import('onnxruntime-web/webgpu');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL(gpuWasmUrl, self.location.href).href };
  return startWith(ort, graph, 'webgpu');
};

/** Whether the browser gives a page a graphics card. */
export async function hasGpu(): Promise<boolean> {
  // Without a secure context, and in some browsers, there is no such thing.
  const { gpu } = navigator as { readonly gpu?: GPU };
  const adapter = (await gpu?.requestAdapter().catch(() => null)) ?? null;
  return adapter !== null;
}
