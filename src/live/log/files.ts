import { open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Names of files that are numbered so that they sort. */
export const numbered = (n: number): string => String(n).padStart(20, '0');

/** Makes what happened to the names in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** All of some bytes at a place: a single call may write fewer. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** A new file with its content, lasting; its folder is not synced. */
export async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await writeAll(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a file in the place of the one before, lasting: at any moment one of them is there whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeNew(`${path}.tmp`, new TextEncoder().encode(text));
  await rename(`${path}.tmp`, path);
  await syncFolder(dirname(path));
}

export const codeOf = (thrown: unknown): string =>
  (thrown as NodeJS.ErrnoException | null)?.code ?? (thrown instanceof Error ? thrown.message : String(thrown));

/** The text of a file, which is made where it is not there, for its owner alone. */
export async function textOrMade(path: string, made: string): Promise<string> {
  await writeFile(path, made, { flag: 'wx', mode: 0o600 }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  });
  return readFile(path, 'utf8');
}
