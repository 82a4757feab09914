import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSED = new Set(['.html', '.js', '.css', '.wasm', '.json', '.svg']);
/** Below this a compressed copy saves no packet. */
const SMALLEST_BYTES = 1400;
/**
 * Up to here the best quality is quick enough. The 34 MB of DuckDB take 1.1 s at quality 6 (6.1 MB), 7.7 s at 9 (5.9
 * MB).
 */
const SLOW_BYTES = 2_000_000;

/**
 * Vite plugin: writes a .br and a .gz copy beside every text and wasm file of the build, for servers that send them
 * (src/cli/serve.ts, nginx, Caddy).
 * @returns {import('vite').Plugin}
 */
export function precompress() {
  return {
    name: 'tautline:precompress',
    apply: 'build',
    writeBundle: {
      order: 'pre',
      async handler({ dir }) {
        const files = await readdir(dir ?? 'dist', { recursive: true, withFileTypes: true });
        const wanted = files
          .filter((f) => f.isFile() && COMPRESSED.has(extname(f.name)))
          .map((f) => join(f.parentPath, f.name));
        await Promise.all(wanted.map(compress));
      },
    },
  };
}

/** @param {string} file */
async function compress(file) {
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST_BYTES) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: bytes.length < SLOW_BYTES ? constants.BROTLI_MAX_QUALITY : 6,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params }),
    promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}
