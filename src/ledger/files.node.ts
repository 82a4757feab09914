import type { BigIntStats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { changedFailure, fileFailure, messageOf } from './failures.ts';
import { FORMAT_NAMES, isLedgerFile, isLedgerPath } from './formats/list.ts';
import { RangedBlob, type ReadRange } from './rangedBlob.ts';
import type { FoundFiles, NamedBlob, PassedOver } from './types.ts';

/**
 * Files on disk as blobs that are read on demand: a file, or every file of data below a folder, symbolic links
 * followed. `path` of each is relative to the folder, with the folder's own name in front where that is itself a
 * partition (`provider_id=a`). Throws a `file` error for a path that is not there, cannot be read, or is a folder
 * without data.
 */
export async function findFiles(path: string): Promise<FoundFiles> {
  const found = await statOf(path);
  if (found.isFile()) return { files: [fileOf(partitionPrefix(path) + basename(path), path, found)], passedOver: [] };
  if (!found.isDirectory()) throw fileFailure(path, 'it is neither a file nor a folder', 'Check the path');
  const { files: all, passedOver } = await walk(path);
  const files = new Set(dataOf(all));
  passedOver.unshift(...all.filter((file) => !files.has(file)).map(noData));
  const prefix = partitionPrefix(join(path, 'x'));
  if (files.size === 0) {
    const which = passedOver.slice(0, 5).map((one) => one.path);
    throw fileFailure(
      path,
      passedOver.length === 0
        ? 'the folder holds no files'
        : `the folder holds no file of data (passed over: ${which.join(', ')}${passedOver.length > 5 ? ', …' : ''})`,
      `Give a folder with ${FORMAT_NAMES} files, or one file`,
    );
  }
  return {
    files: await Promise.all(
      [...files].map(async (file) => {
        const place = join(path, file);
        return fileOf(prefix + file, place, await statOf(place));
      }),
    ),
    passedOver,
  };
}

/** The files alone. */
export const namedBlobs = async (path: string): Promise<readonly NamedBlob[]> => (await findFiles(path)).files;

const noData = (path: string): PassedOver => ({ path, why: 'no data' });

/** The files of a folder that hold data by their names; where none does, the only one that is not hidden. */
function dataOf(files: readonly string[]): readonly string[] {
  for (const isData of [isLedgerPath, isLedgerFile]) if (files.some(isData)) return files.filter(isData);
  const visible = files.filter((file) => !/(?:^|\/)[._]/.test(file));
  return visible.length === 1 ? visible : [];
}

async function statOf(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true });
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw fileFailure(path, 'there is no such file or folder', 'Check the path');
    throw unreadable(path, thrown);
  }
}

const unreadable = (path: string, thrown: unknown): Error =>
  fileFailure(path, `it cannot be read (${messageOf(thrown)})`, 'Check its permissions');

/**
 * Every file below a folder, sorted. Links come after everything else: one that leads to what has been met already, as
 * a loop does, is passed over.
 */
async function walk(root: string): Promise<{ files: string[]; passedOver: PassedOver[] }> {
  const files: string[] = [];
  const passedOver: PassedOver[] = [];
  const links: string[] = [];
  const met = new Set<string>();
  const nameOf = (place: string): string => relative(root, place).split(sep).join('/');
  const enter = async (folder: string): Promise<void> => {
    const real = await realpath(folder);
    met.add(real);
    const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
      throw unreadable(folder, thrown);
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const place = join(folder, entry.name);
      if (entry.isDirectory()) await enter(place);
      else if (entry.isSymbolicLink()) links.push(place);
      else if (entry.isFile()) {
        met.add(join(real, entry.name));
        files.push(nameOf(place));
      } else passedOver.push(noData(nameOf(place)));
    }
  };
  await enter(root);
  const above = `${await realpath(root)}${sep}`;
  for (let link = links.shift(); link !== undefined; link = links.shift()) {
    const target = await stat(link).catch(() => null);
    const real = target && (await realpath(link));
    if (!target || !real) passedOver.push({ path: nameOf(link), why: 'leads nowhere' });
    else if (met.has(real) || above.startsWith(real === sep ? sep : real + sep))
      passedOver.push({ path: nameOf(link), why: 'met before' });
    else if (target.isDirectory()) await enter(link);
    else if (target.isFile()) {
      met.add(real);
      files.push(nameOf(link));
    } else passedOver.push(noData(nameOf(link)));
  }
  return { files: files.sort(), passedOver };
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

/** The file at a place, as it is now: once it has another size or time, reading it fails with kind "changed". */
function fileOf(path: string, on: string, { size, mtimeNs }: BigIntStats): NamedBlob {
  // Whoever reads later may stand elsewhere.
  const place = resolve(on);
  const read: ReadRange = async (from, to) => {
    const file = await open(place).catch((thrown: unknown) => {
      throw (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? changedFailure(path) : unreadable(path, thrown);
    });
    const checkVersion = async (): Promise<void> => {
      const now = await file.stat({ bigint: true });
      if (now.size !== size || now.mtimeNs !== mtimeNs) throw changedFailure(path);
    };
    try {
      await checkVersion();
      const bytes = new Uint8Array(to - from);
      let used = 0;
      while (used < bytes.length) {
        const { bytesRead } = await file.read(bytes, used, bytes.length - used, from + used);
        if (bytesRead === 0) throw changedFailure(path);
        used += bytesRead;
      }
      await checkVersion();
      return bytes.buffer;
    } finally {
      await file.close();
    }
  };
  return { path, blob: new RangedBlob(read, 0, Number(size)) };
}
