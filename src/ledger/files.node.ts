import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { fileFailure, messageOf } from './failures.ts';
import { FORMAT_NAMES } from './formats/list.ts';
import type { NamedBlob } from './types.ts';

/**
 * Files on disk as blobs that are read on demand: a file, or every file below a folder (hidden ones aside). `path` of
 * each is relative to the folder, with the folder's own name in front where that is itself a partition
 * (`provider_id=a`). Throws a `file` error for a path that is not there, cannot be read, or is an empty folder.
 */
export async function namedBlobs(path: string): Promise<NamedBlob[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw fileFailure(path, 'there is no such file or folder', 'Check the path');
    throw fileFailure(path, `it cannot be read (${messageOf(thrown)})`, 'Check its permissions');
  }
  if (!isFolder) return [{ path: partitionPrefix(path) + basename(path), blob: await blobOf(path) }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0)
    throw fileFailure(path, 'the folder holds no files', `Give a folder with ${FORMAT_NAMES} files, or one file`);
  const prefix = partitionPrefix(join(path, 'x'));
  return Promise.all(
    files.map(async (file) => ({ path: prefix + relative(path, file).split(sep).join('/'), blob: await blobOf(file) })),
  );
}

/**
 * The folders above a file that are partitions, so that `ledger/provider_id=a/part-0.parquet` given alone still knows
 * its provider.
 */
function partitionPrefix(file: string): string {
  const partitions: string[] = [];
  for (const folder of file.split(sep).slice(0, -1).reverse()) {
    if (!folder.includes('=')) break;
    partitions.unshift(`${folder}/`);
  }
  return partitions.join('');
}

async function blobOf(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch (thrown) {
    throw fileFailure(path, `it cannot be read (${messageOf(thrown)})`, 'Check its permissions');
  }
}
