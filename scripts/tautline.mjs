// The command line: node scripts/tautline.mjs <command> ... Compiles the kernels and bundles src/cli/main.ts first when
// their sources are newer.
import { resolve } from 'node:path';
import { bundleCli, CLI_BUNDLE, compileKernels, isStale, KERNELS } from './bundle-cli.mjs';

try {
  if (await isStale(KERNELS, ['wasm'])) compileKernels();
  if (await isStale(CLI_BUNDLE, ['src', 'package.json'])) await bundleCli();
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(2);
}
// npm runs scripts in the project's folder; file names given are relative to where the user stands.
if (process.env.npm_lifecycle_event === 'tautline' && process.env.INIT_CWD)
  process.chdir(resolve(process.env.INIT_CWD));
await import(CLI_BUNDLE);
