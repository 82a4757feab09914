import * as ort from 'onnxruntime-web';
import { startWith } from './session.ts';
import type { StartSession } from './types.ts';

/** The same WebAssembly in Node, so that vectors are the same to the bit. */
export const startNodeSession: StartSession = (graph) => {
  ort.env.wasm.numThreads = 1;
  return startWith(ort, graph);
};
