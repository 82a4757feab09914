/** The parts of FileSystemEntry that the traversal uses. */
export interface DropEntry {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly name: string;
  /** From the root of the drop: "/ledger/provider_id=a/part-0.parquet". */
  readonly fullPath: string;
  file?(done: (file: File) => void, failed: (error: DOMException) => void): void;
  createReader?(): { readEntries(done: (entries: DropEntry[]) => void, failed: (error: DOMException) => void): void };
}

/** What a drop holds; its items are void as soon as the handler of the event returns. */
export interface Dropped {
  /** Null where the browser gives none for some of it. */
  readonly entries: readonly DropEntry[] | null;
  readonly files: readonly File[];
  /** By which it is found again after a reload; null for what the browser gives none of. */
  readonly handles: Promise<readonly (FileSystemHandle | null)[]>;
}

type Item = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

export function takeDropped(transfer: DataTransfer): Dropped {
  const items = ([...transfer.items] as Item[]).filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return {
    entries: entries.length > 0 && entries.length === items.length ? entries : null,
    files: [...transfer.files],
    handles: Promise.all(items.map((item) => item.getAsFileSystemHandle?.() ?? Promise.resolve(null))),
  };
}
