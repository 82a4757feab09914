import { spawnSync } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

export const KERNELS = `${root}wasm/build/kernels.wasm`;
/**
 * As deep in the project as a file of src/<folder>/, so that what sources find relative to themselves is found from
 * here too.
 */
export const CLI_BUNDLE = `${root}build/cli/tautline.mjs`;

/**
 * Bundles src/cli/main.ts and every src/cli/*Worker.ts it starts, with shared and dynamic imports as chunks beside
 * them. parquet-wasm and onnxruntime-web stay outside: they read their .wasm from their own folders.
 */
export async function bundleCli() {
  const workers = (await readdir(`${root}src/cli`))
    .filter((name) => name.endsWith('Worker.ts'))
    .map((name) => [name.slice(0, -3), `src/cli/${name}`]);
  await rm(dirname(CLI_BUNDLE), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { tautline: 'src/cli/main.ts', ...Object.fromEntries(workers) },
    outdir: 'build/cli',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['parquet-wasm', 'onnxruntime-web'],
    // CommonJS packages inside the bundle call require for Node's own modules.
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** Of the built app, which "live" hands out. */
export const APP = `${root}dist/index.html`;

/** Builds the app, for which the kernels have to be there. */
export function buildApp() {
  const { status, stderr } = spawnSync('npx', ['vite', 'build'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`${stderr}\nThe app could not be built: see "npm run build".`);
}

/** Compiles wasm/ to wasm/build/kernels.wasm. */
export function compileKernels() {
  const { status } = spawnSync('npm', ['run', '--silent', 'wasm'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The kernels did not compile: see "npm run wasm".');
}

/**
 * Whether `output` is missing or older than anything among `sources` (files, or folders with all they hold but builds).
 * @param {string} output absolute path
 * @param {string[]} sources relative to the project
 */
export async function isStale(output, sources) {
  const built = await stat(output).catch(() => null);
  if (!built) return true;
  for (const source of sources) {
    const top = await stat(root + source);
    const inside = top.isDirectory() ? await readdir(root + source, { recursive: true }) : [];
    const paths = inside
      .filter((name) => !/^build\b|\.test\.tsx?$|\bnode_modules\b/.test(name))
      .map((name) => `${root}${source}/${name}`);
    const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs));
    if (Math.max(top.mtimeMs, ...times) > built.mtimeMs) return true;
  }
  return false;
}
