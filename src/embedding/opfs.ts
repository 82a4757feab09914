import { TautlineFailure } from '../core/errors.ts';
import type { VectorFiles } from './vectorStore.ts';

/** A folder of this page's own place in the browser's storage, made where it does not exist. */
export async function ownFolder(...path: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let folder: FileSystemDirectoryHandle;
  try {
    folder = await navigator.storage.getDirectory();
  } catch {
    throw new TautlineFailure({
      kind: 'file',
      file: 'The storage of this browser',
      problem: 'it is not open to the page, as in private windows',
      advice: 'Open the page in a normal window to keep embedding models',
    });
  }
  for (const name of path) folder = await folder.getDirectoryHandle(name, { create: true });
  return folder;
}

/** Writes a file whole; in a worker. */
export async function writeOwn(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  const access = await handle.createSyncAccessHandle();
  try {
    access.truncate(0);
    if (access.write(bytes) !== bytes.length) throw new DOMException('', 'QuotaExceededError');
    access.flush();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'QuotaExceededError')
      throw new TautlineFailure({
        kind: 'file',
        file: 'The storage of this browser',
        problem: 'it has no more room',
        advice: 'Remove an embedding model or its kept vectors',
      });
    throw thrown;
  } finally {
    access.close();
  }
}

/** What a folder holds: files with their bytes. */
export async function filesIn(folder: FileSystemDirectoryHandle): Promise<{ name: string; bytes: number }[]> {
  const found: { name: string; bytes: number }[] = [];
  for await (const [name, handle] of folder.entries())
    if (handle.kind === 'file') found.push({ name, bytes: (await handle.getFile()).size });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Vectors in the browser's storage. */
export function ownVectorFiles(folder: FileSystemDirectoryHandle): VectorFiles {
  return {
    list: async () => (await filesIn(folder)).filter(({ name }) => name.endsWith('.vectors')),
    async read(name, from, to) {
      const file = await (await folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    },
    write: (name, bytes) => writeOwn(folder, name, bytes),
    remove: (name) => folder.removeEntry(name),
  };
}
