// The command line: node scripts/tautline.mjs <command> ... Compiles the kernels and bundles src/cli/main.ts first when
// their sources are newer, and builds the app for a live ledger where it was never built.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { APP, buildApp, bundleCli, CLI_BUNDLE, compileKernels, isStale, KERNELS } from './bundle-cli.mjs';

try {
  if (await isStale(KERNELS, ['wasm'])) compileKernels();
  if (await isStale(CLI_BUNDLE, ['src', 'package.json'])) await bundleCli();
  if (servesApp(process.argv.slice(2)) && !existsSync(APP)) {
    console.error('Building the app, which happens once and takes a minute …');
    buildApp();
  }
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(2);
}
// npm runs scripts in the project's folder; file names given are relative to where the user stands.
if (process.env.npm_lifecycle_event === 'tautline' && process.env.INIT_CWD)
  process.chdir(resolve(process.env.INIT_CWD));
await import(CLI_BUNDLE);

/**
 * Whether it is about the process that hands out the app: "live" with options alone.
 * @param {string[]} args
 */
function servesApp([command, ...rest]) {
  return command === 'live' && (rest[0] ?? '').startsWith('--') && !rest.includes('--help');
}
