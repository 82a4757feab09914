import wasmUrl from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url';
import { TautlineFailure } from '../core/errors.ts';
import type { ParquetModule, Platform } from './platform.ts';

let loading: Promise<ParquetModule> | null = null;

async function load(): Promise<ParquetModule> {
  const parquet = await import('parquet-wasm/esm');
  try {
    await parquet.default({ module_or_path: wasmUrl });
  } catch (thrown) {
    loading = null;
    const problem = `the Parquet reader did not load (${thrown instanceof Error ? thrown.message : String(thrown)})`;
    throw new TautlineFailure({ kind: 'network', url: wasmUrl, problem, advice: 'Check the connection and reload the page' });
  }
  return parquet;
}

/** What a tab may take of the machine's memory: the system, the browser and other tabs need the rest. */
const TAB_SHARE = 1 / 2;
/** Where the browser does not say how much there is (GiB). */
const ASSUMED_GIB = 8;

function tabMemory(): number {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  return (deviceMemory ?? ASSUMED_GIB) * TAB_SHARE * 2 ** 30;
}

/** The browser's platform (page or worker): parquet-wasm is fetched at the first Parquet file. */
export function browserPlatform(samples?: Platform['samples']): Platform {
  return { parquet: () => (loading ??= load()), samples, memory: tabMemory() };
}
