import wasmUrl from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url';
import decoderUrl from '../../wasm/build/decode.wasm?url';
import { once } from '../core/once.ts';
import { TautlineFailure } from '../core/errors.ts';
import { createListDecoder, type ListDecoder } from './parquet/listDecoder.ts';
import type { ParquetModule, Platform } from './platform.ts';

let compiling: Promise<WebAssembly.Module> | null = null;
let loading: Promise<ParquetModule> | null = null;

/** What `load` gives; a failure to load is an error, and what is tried again at the next call. */
async function orFailure<T>(load: () => Promise<T>, forget: () => void): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    forget();
    if (thrown instanceof TautlineFailure) throw thrown;
    const problem = `the Parquet reader did not load (${thrown instanceof Error ? thrown.message : String(thrown)})`;
    throw new TautlineFailure({
      kind: 'network',
      url: wasmUrl,
      problem,
      advice: 'Check the connection and reload the page',
    });
  }
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // A host that serves .wasm with another content type makes compileStreaming refuse it.
  const streams =
    response.headers.get('content-type')?.split(';')[0] === 'application/wasm' && 'compileStreaming' in WebAssembly;
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

const compiled = (): Promise<WebAssembly.Module> =>
  (compiling ??= orFailure(
    () => compile(wasmUrl),
    () => (compiling = null),
  ));

async function load(code: Promise<WebAssembly.Module>): Promise<ParquetModule> {
  const [parquet, module] = await Promise.all([import('parquet-wasm/esm'), code]);
  await parquet.default({ module_or_path: module });
  return parquet;
}

/** Without it vectors are read by parquet-wasm, which takes longer. */
const listDecoder = once((): Promise<ListDecoder | null> => compile(decoderUrl).then(createListDecoder, () => null));

/** What a tab may take of the machine's memory: the system, the browser and other tabs need the rest. */
const TAB_SHARE = 1 / 2;
/** Where the browser does not say how much there is (GiB). */
const ASSUMED_GIB = 8;

function tabMemory(): number {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  return (deviceMemory ?? ASSUMED_GIB) * TAB_SHARE * 2 ** 30;
}

/**
 * The browser's platform (page or worker): parquet-wasm is fetched at the first Parquet file.
 * @param code of parquet-wasm, where another thread has it: nothing is fetched then
 */
export function browserPlatform({
  samples,
  code,
}: { readonly samples?: Platform['samples']; readonly code?: WebAssembly.Module } = {}): Platform {
  const given = code && Promise.resolve(code);
  return {
    parquet: () =>
      (loading ??= orFailure(
        () => load(given ?? compiled()),
        () => (loading = null),
      )),
    listDecoder,
    parquetCode: () => given ?? compiled(),
    samples,
    memory: tabMemory(),
  };
}
