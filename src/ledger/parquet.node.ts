import { totalmem } from 'node:os';
import * as parquet from 'parquet-wasm/node';
import type { Platform } from './platform.ts';

/** Node's platform: parquet-wasm reads its WebAssembly from node_modules. */
export function nodePlatform(samples?: Platform['samples']): Platform {
  return { parquet: async () => parquet, samples, memory: totalmem() };
}
