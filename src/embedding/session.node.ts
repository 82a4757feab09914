import * as ort from 'onnxruntime-web';
import { startWith } from './session.ts';
import type { StartSession } from './types.ts';

/** The same WebAssembly in Node as in the browser, so that a model has the same probe in both. */
export const startNodeSession: StartSession = (graph) => {
  ort.env.wasm.numThreads = 1;
  return startWith(ort, graph);
};
