import type { ColumnsOf } from '../core/ledgerSchema.ts';
import type { DictionaryPart } from './dictionary.ts';
import type { TableReader } from './reader.ts';
import type { Scan } from './scan.ts';
import type { ColumnMapping, NamedBlob } from './types.ts';
import type { CachedBatch } from './vectorCache.ts';

/** Some files of a ledger to be scanned. */
export interface ScanTask {
  readonly files: readonly (NamedBlob & Pick<TableReader, 'tail'>)[];
  readonly mapping: ColumnMapping;
  readonly units: TableReader['units'];
  /** Bytes of vectors that may be kept. */
  readonly keep: number;
}

/** The scan of some files, plain and transferable. Rows are counted from the first of these files. */
export interface ScannedPart extends Omit<Scan, 'dictionaries'> {
  readonly dictionaries: Readonly<Partial<Record<ColumnsOf<'dictionary'>, DictionaryPart>>>;
  /** Rows before each file. */
  readonly bases: readonly number[];
  readonly kept: readonly (CachedBatch & { readonly batchRows: number })[] | null;
}

/** Another thread that scans files. */
export interface ScanThread {
  /** Ledgers of fewer bytes are scanned faster alone. */
  readonly fromBytes: number;
  start(): StartedScanThread;
}

/** A thread for one scan. */
export interface StartedScanThread {
  /** Gets ready for Parquet files, meanwhile. @param code of parquet-wasm, where it need not load it itself */
  prepare(code: WebAssembly.Module | undefined): void;
  /** Null if the thread could not do it, for no fault of the files. Throws what `scanFiles` throws. */
  scan(task: ScanTask, onFraction: (fraction: number) => void): Promise<ScannedPart | null>;
  /** A scan under way gives null then. */
  end(): void;
}
