import { existsSync } from 'node:fs';

/**
 * Vite plugin: stops a build, dev server or test that imports the kernels before they are compiled, and says what to
 * run.
 * @returns {import('vite').Plugin}
 */
export function requireKernels() {
  return {
    name: 'tautline:require-kernels',
    enforce: 'pre',
    resolveId(source) {
      const missing = /wasm\/build\/[\w.-]+\.wasm/.exec(source)?.[0];
      if (missing && !existsSync(missing))
        this.error(`${missing} is missing: the kernels are not compiled. Run "npm run wasm".`);
      return null;
    },
  };
}
