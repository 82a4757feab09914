import { isLedgerPath } from '../../ledger/formats/list.ts';
import type { NamedBlob } from '../../ledger/types.ts';
import type { DropEntry, Dropped } from './dropped.ts';
import { keepHandle } from './fresh.ts';

/** What came out of a drop or a folder chooser. */
export interface Gathered {
  /** Files to open, by path. */
  readonly files: readonly NamedBlob[];
  /** Paths inside folders that are no ledger files: markers such as _SUCCESS, hidden files, other formats. */
  readonly ignored: readonly string[];
}

/** The path without a leading slash; the folder's own name stays, as it may itself be a partition ("provider_id=a"). */
const relativePath = (fullPath: string): string => fullPath.replace(/^\/+/, '');

/**
 * Keeps ledger files of folders and every file that was named by itself (the reader says what is wrong with it),
 * ordered by path.
 */
export function sortOut(found: readonly NamedBlob[]): Gathered {
  // Whoever chose a folder meant it, whatever its own name.
  const wanted = ({ path }: NamedBlob): boolean =>
    !path.includes('/') || isLedgerPath(path.slice(path.indexOf('/') + 1));
  const byPath = (a: NamedBlob, b: NamedBlob): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  return {
    files: found.filter(wanted).sort(byPath),
    ignored: found
      .filter((file) => !wanted(file))
      .map((file) => file.path)
      .sort(),
  };
}

const fileOf = (entry: DropEntry): Promise<File> => new Promise((done, failed) => entry.file!(done, failed));

/** All entries of a folder: browsers hand them out a hundred at a time, an empty answer ends. */
async function entriesOf(folder: DropEntry): Promise<DropEntry[]> {
  const reader = folder.createReader!();
  const entries: DropEntry[] = [];
  for (;;) {
    const some = await new Promise<DropEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

/** Every file of what was dropped; rejects with the browser's DOMException where a file cannot be read. */
async function walkEntries(entries: readonly DropEntry[]): Promise<NamedBlob[]> {
  const found: NamedBlob[] = [];
  const walk = async (entry: DropEntry): Promise<void> => {
    if (entry.isFile) {
      const blob = await fileOf(entry);
      keepHandle(blob, () => fileOf(entry));
      found.push({ path: relativePath(entry.fullPath), blob });
    } else if (entry.isDirectory) for (const child of await entriesOf(entry)) await walk(child);
  };
  for (const entry of entries) await walk(entry);
  return found;
}

/** Walks dropped files and folders. */
export const gatherEntries = async (entries: readonly DropEntry[]): Promise<Gathered> =>
  sortOut(await walkEntries(entries));

/** Every file of what was dropped. */
export function walkDrop({ entries, files }: Dropped): Promise<NamedBlob[]> {
  if (entries) return walkEntries(entries);
  return Promise.resolve(files.map((file) => ({ path: file.name, blob: file })));
}

/** Files of an <input type="file">, with their paths where a folder was chosen (webkitdirectory). */
export function gatherInput(list: readonly File[]): Gathered {
  return sortOut(list.map((file) => ({ path: file.webkitRelativePath || file.name, blob: file })));
}
