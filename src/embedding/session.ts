import type * as Ort from 'onnxruntime-web';
import type { Runtime } from '../core/embeddingModel.ts';
import type { ModelSession } from './types.ts';

/** Starts a graph in a runtime that is loaded. */
export async function startWith(
  { InferenceSession, Tensor }: Pick<typeof Ort, 'InferenceSession' | 'Tensor'>,
  graph: Uint8Array,
  runtime: Runtime = 'wasm',
): Promise<ModelSession> {
  const session = await InferenceSession.create(graph, { executionProviders: [runtime], logSeverityLevel: 3 });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, output) {
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('int64', data, dims)]),
      );
      const { [output]: found } = await session.run(tensors, [output]);
      if (found.type !== 'float32') throw new Error(`its output "${output}" is of type ${found.type}, not float32`);
      return { data: found.data as Float32Array, dims: found.dims };
    },
    release: () => session.release(),
  };
}
