import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { TautlineFailure } from '../core/errors.ts';
import { instantiateKernels, kernelsUnusable, type KernelModule } from './module.ts';

/** Where `npm run wasm` puts the kernels, seen from the sources; a bundle passes its own location. */
export const BUILT_KERNELS = fileURLToPath(new URL('../../wasm/build/kernels.wasm', import.meta.url));

/** Reads, compiles and instantiates the kernels from a file. */
export async function loadKernels(file: string = BUILT_KERNELS): Promise<KernelModule> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    throw new TautlineFailure({
      kind: 'file',
      file,
      problem: `the numeric kernels cannot be read: ${problem}`,
      advice: 'Build them with "npm run wasm".',
    });
  }
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (thrown) {
    throw kernelsUnusable(thrown);
  }
  return instantiateKernels(module);
}
