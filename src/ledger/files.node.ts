import type { BigIntStats, Dirent } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
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
    const revisions = await revisionsOf(folder, entries);
    if (revisions) {
      passedOver.push(...revisions.others.map((place): PassedOver => ({ path: nameOf(place), why: 'other revision' })));
      return enter(revisions.current);
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const place = join(folder, entry.name);
      if (entry.isDirectory()) await enter(place);
      else if (entry.isSymbolicLink()) links.push(place);
      else if (entry.isFile()) {
        // What is data by the name of a link alone is read by that.
        if (isLedgerPath(nameOf(place))) met.add(join(real, entry.name));
        files.push(nameOf(place));
      } else passedOver.push({ path: nameOf(place), why: 'no file' });
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
    } else passedOver.push({ path: nameOf(link), why: 'no file' });
  }
  return { files: files.sort(), passedOver };
}

/**
 * Of a folder in which the hub of Hugging Face keeps a data set, whose files are links into a store of blobs: the
 * revision that is in use, and the others; null of any other folder.
 */
async function revisionsOf(
  folder: string,
  entries: readonly Dirent[],
): Promise<{ current: string; others: readonly string[] } | null> {
  const isThere = (name: string): boolean => entries.some((entry) => entry.name === name && entry.isDirectory());
  if (!isThere('snapshots') || !isThere('blobs')) return null;
  const found = await readdir(join(folder, 'snapshots'), { withFileTypes: true }).catch(() => []);
  const names = found.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  if (names.length === 0) return null;
  const main = await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => '');
  const current = names.includes(main.trim()) ? main.trim() : await newest(folder, names);
  const placeOf = (name: string): string => join(folder, 'snapshots', name);
  return { current: placeOf(current), others: names.filter((name) => name !== current).map(placeOf) };
}

async function newest(folder: string, names: readonly string[]): Promise<string> {
  const times = await Promise.all(names.map(async (name) => (await stat(join(folder, 'snapshots', name))).mtimeMs));
  return names[times.indexOf(Math.max(...times))];
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
