import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT_KERNELS } from './load.node.ts';
import { instantiateKernels, type KernelModule } from './module.ts';

let compiled: WebAssembly.Module | null = null;

/**
 * A fresh instance of the built kernels for a test; refuses to run on a build that is missing or older than its
 * sources.
 */
export function testKernels(): KernelModule {
  compiled ??= new WebAssembly.Module(readFileSync(freshBuild()));
  return instantiateKernels(compiled);
}

function freshBuild(): string {
  const sources = fileURLToPath(new URL('../../wasm/', import.meta.url));
  const built = statSync(BUILT_KERNELS, { throwIfNoEntry: false });
  if (!built) throw new Error('wasm/build/kernels.wasm is missing: run "npm run wasm" first.');
  for (const name of readdirSync(sources)) {
    if ((name.endsWith('.ts') || name === 'asconfig.json') && statSync(join(sources, name)).mtimeMs > built.mtimeMs) {
      throw new Error(`wasm/build/kernels.wasm is older than wasm/${name}: run "npm run wasm" first.`);
    }
  }
  return BUILT_KERNELS;
}
