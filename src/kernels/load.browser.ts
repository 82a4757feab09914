import { TautlineFailure } from '../core/errors.ts';
import url from '../../wasm/build/kernels.wasm?url';
import { instantiateKernels, kernelsUnusable, type KernelModule } from './module.ts';

/** Fetches and compiles the kernels once; the module can be posted to workers. Never compiles synchronously. */
export async function compileKernels(signal?: AbortSignal): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null });
  } catch (thrown) {
    if (signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'loading the numeric kernels' });
    throw unreachable(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (!response.ok) throw unreachable(`the server answered ${response.status}`);
  try {
    // A host that serves .wasm with another content type makes compileStreaming refuse it.
    const streams =
      response.headers.get('content-type')?.split(';')[0] === 'application/wasm' && 'compileStreaming' in WebAssembly;
    return streams
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (thrown) {
    throw kernelsUnusable(thrown);
  }
}

export async function loadKernels(signal?: AbortSignal): Promise<KernelModule> {
  return instantiateKernels(await compileKernels(signal));
}

function unreachable(problem: string): TautlineFailure {
  return new TautlineFailure({
    kind: 'network',
    url,
    problem: `the numeric kernels could not be fetched: ${problem}`,
    advice: 'Check the connection and reload.',
  });
}
