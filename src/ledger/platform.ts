import type { ListDecoder } from './parquet/listDecoder.ts';
import type { ScanThread } from './scanTask.ts';
import type { NamedBlob } from './types.ts';

/** The parquet-wasm module once its WebAssembly is compiled; the same API in the browser and in Node. */
export type ParquetModule = Pick<
  typeof import('parquet-wasm/esm'),
  | 'readParquet'
  | 'readSchema'
  | 'Table'
  | 'WriterPropertiesBuilder'
  | 'WriterVersion'
  | 'Compression'
  | 'writeParquet'
  | 'wasmMemory'
>;

/** What reading a ledger needs from its surroundings: `parquet.browser.ts` and `parquet.node.ts` make one each. */
export interface Platform {
  /** Loads parquet-wasm at the first call. */
  parquet(): Promise<ParquetModule>;
  /** The compiled code of parquet-wasm, for other threads; absent where each loads its own. */
  parquetCode?(): Promise<WebAssembly.Module>;
  /** Loads what reads vectors out of Parquet quicker than parquet-wasm; null or absent: that reads them. */
  listDecoder?(): Promise<ListDecoder | null>;
  /** Resolves a sample's name to files; absent where there are no samples. */
  samples?(name: string, signal?: AbortSignal): Promise<readonly NamedBlob[]>;
  /** Bytes that a ledger may take in all; absent: as much as the kernels can address. */
  readonly memory?: number;
  /** Shares the first pass over ledgers of several files. */
  readonly scanThread?: ScanThread;
  /** Replaces the global `fetch` for ledgers from a URL. */
  readonly fetch?: typeof fetch;
}
