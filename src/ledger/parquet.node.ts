import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as parquet from 'parquet-wasm/node';
import { once } from '../core/once.ts';
import { createListDecoder, type ListDecoder } from './parquet/listDecoder.ts';
import type { Platform } from './platform.ts';

/** Where `npm run wasm` puts it, seen from the sources and, as deep, from a bundle of them. */
const BUILT_DECODER = fileURLToPath(new URL('../../wasm/build/decode.wasm', import.meta.url));

/** Without it vectors are read by parquet-wasm, which takes longer. */
const listDecoder = once(async (): Promise<ListDecoder | null> => {
  const bytes = await readFile(BUILT_DECODER).catch(() => null);
  return bytes && createListDecoder(await WebAssembly.compile(new Uint8Array(bytes)));
});

/** Node's platform: parquet-wasm reads its WebAssembly from node_modules. */
export function nodePlatform(samples?: Platform['samples']): Platform {
  return { parquet: async () => parquet, listDecoder, samples, memory: totalmem() };
}
