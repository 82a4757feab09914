import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TautlineFailure } from '../../core/errors.ts';
import { readCommit, type Commit } from '../../detection/files/commit.ts';
import { removedBy } from '../../detection/files/stretches.ts';
import { codeOf, numbered, syncFolder, writeNew } from '../log/files.ts';
import type { OffsetRange } from '../transport.ts';

export const LOG_FOLDER = '_log';
/** Commits whose files may not have their names yet. */
const REDONE = 50;

const commitPath = (folder: string, number: number): string => join(folder, LOG_FOLDER, `${numbered(number)}.json`);

/** A commit; null if there is none of the number. */
export async function commitAt(folder: string, number: number): Promise<Commit | null> {
  const path = commitPath(folder, number);
  try {
    return readCommit(await readFile(path, 'utf8'), path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}

/** The number of the newest commit; -1: there is none. */
export async function newestCommit(folder: string): Promise<number> {
  const names = await readdir(join(folder, LOG_FOLDER)).catch(() => []);
  return Math.max(-1, ...names.filter((name) => /^\d{20}\.json$/.test(name)).map((name) => Number(name.slice(0, 20))));
}

/** The name of a file until its commit stands; an owner that begins deletes those of units alone. */
const pendingPath = (path: string, owner: string, isCompacted: boolean): string =>
  `${path}.${owner}.${isCompacted ? 'merging' : 'pending'}`;

/** What a file is called that a compaction took out of the ledger, until nobody can be reading it. */
export const removedPath = (path: string): string => `${path}.removed`;

/** Writes a file of a commit, under a name that no reader takes. */
export async function writePending(
  folder: string,
  path: string,
  owner: string,
  bytes: Uint8Array,
  isCompacted = false,
): Promise<void> {
  const full = join(folder, pendingPath(path, owner, isCompacted));
  await mkdir(dirname(full), { recursive: true });
  await writeNew(full, bytes);
  await syncFolder(dirname(full));
}

/** The commit point: the number is this owner's, or another's. @returns false where another has it */
export async function putCommit(folder: string, commit: Commit): Promise<boolean> {
  const path = commitPath(folder, commit.number);
  const written = `${path}.${commit.owner}.tmp`;
  await writeNew(written, new TextEncoder().encode(`${JSON.stringify(commit)}\n`));
  try {
    await link(written, path);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw new TautlineFailure({
      kind: 'file',
      file: path,
      problem: `the commit could not be made (${codeOf(thrown)})`,
      advice: 'Put the ledger on a file system with hard links and room for it.',
    });
  } finally {
    await rm(written, { force: true });
  }
  await syncFolder(join(folder, LOG_FOLDER));
  return true;
}

/**
 * As `putCommit`, but behind compactions: they take a number without being owners, and fence nobody.
 * @param again called before the commit is made under another number than its own
 * @returns the commit as it stands
 * @throws TautlineFailure where another owner has the number
 */
export async function putNext(
  folder: string,
  commit: Commit,
  again: (number: number) => Promise<void> = () => Promise.resolve(),
): Promise<Commit> {
  let own = commit;
  while (!(await putCommit(folder, own))) {
    const other = (await commitAt(folder, own.number))!;
    if (other.compacted === null) throw fenced(folder, own.number);
    // Its maker may have died before it came to that.
    await nameFiles(folder, other);
    own = { ...commit, number: own.number + 1 };
    await again(own.number);
  }
  return own;
}

/**
 * Gives the files of a commit their names, and takes away those of files that it removes; what has been done is left.
 * Whoever makes or follows a commit does it, before anything else.
 * @param gone paths that later commits remove
 */
export async function nameFiles(
  folder: string,
  { add, remove, owner, compacted }: Commit,
  gone: ReadonlySet<string> = new Set(),
): Promise<void> {
  const pending = (path: string): string => join(folder, pendingPath(path, owner, compacted !== null));
  const own = add.filter(({ path }) => !gone.has(path));
  for (const { path } of remove.length > 0 ? own : [])
    if (!(await isThere(pending(path))) && !(await isThere(join(folder, path)))) throw lost(folder, path);
  // Before the new ones are there: readers of all files there are see rows late, but never twice.
  await hideFiles(folder, remove);
  for (const { path } of own) {
    const full = join(folder, path);
    await rename(pending(path), full).catch(async (thrown: unknown) => {
      if (codeOf(thrown) !== 'ENOENT' || !(await isThere(full))) throw thrown;
    });
    await syncFolder(dirname(full));
  }
}

/** From the last on: where the first is hidden, all are. */
async function hideFiles(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0 || !(await isThere(join(folder, paths[0])))) return;
  for (const path of [...paths].reverse())
    await rename(join(folder, path), join(folder, removedPath(path))).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'ENOENT') throw thrown;
    });
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Names what the newest commits left without. @returns the newest commit */
export async function redo(folder: string): Promise<Commit | null> {
  const newest = await newestCommit(folder);
  const commits: Commit[] = [];
  for (let n = Math.max(0, newest - REDONE); n <= newest; n++) {
    const commit = await commitAt(folder, n);
    if (!commit) throw gap(folder, n);
    commits.push(commit);
  }
  const gone = removedBy(commits);
  for (const commit of commits) await nameFiles(folder, commit, gone);
  return commits.at(-1) ?? null;
}

/** Deletes what no commit names; only after a claim, since an owner before it may have been about to commit. */
export async function dropPending(folder: string, owner: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names)
    if (/\.(?:pending|tmp)$/.test(name) && !name.includes(owner)) await rm(join(folder, name), { force: true });
}

/** Refuses a file system that has no hard links. */
export async function requireLinks(folder: string, owner: string): Promise<void> {
  await mkdir(join(folder, LOG_FOLDER), { recursive: true });
  const [from, to] = [join(folder, LOG_FOLDER, `probe.${owner}.tmp`), join(folder, LOG_FOLDER, `probe2.${owner}.tmp`)];
  await (await open(from, 'w')).close();
  try {
    await link(from, to);
  } catch (thrown) {
    const problem = `its file system makes no hard links (${codeOf(thrown)})`;
    const advice = 'Put the ledger on another: commits rest on them.';
    throw new TautlineFailure({ kind: 'file', file: folder, problem, advice });
  } finally {
    await rm(from, { force: true });
    await rm(to, { force: true });
  }
}

function fenced(folder: string, number: number): TautlineFailure {
  const problem = `another process owns the ledger: commit ${number} is its own`;
  return new TautlineFailure({ kind: 'file', file: folder, problem, advice: 'Run one sink for a ledger.' });
}

function lost(folder: string, path: string): TautlineFailure {
  const problem = `${path} is committed, and is not there`;
  return new TautlineFailure({ kind: 'file', file: folder, problem, advice: 'Restore it: nothing is removed for it.' });
}

function gap(folder: string, number: number): TautlineFailure {
  const problem = `commit ${number} is missing`;
  return new TautlineFailure({ kind: 'file', file: folder, problem, advice: 'Restore it: nothing is skipped.' });
}

export function anotherTopic(folder: string, place: string): TautlineFailure {
  const problem = `it was written from another topic than the one that is at ${place} now`;
  return new TautlineFailure({
    kind: 'file',
    file: folder,
    problem,
    advice: 'Begin a new ledger, or restore the log: what lies between would be missing.',
  });
}

export function unlike(folder: string, read: number, committed: number): TautlineFailure {
  const problem = `reading the log again gave ${read} events where ${committed} are committed`;
  return new TautlineFailure({ kind: 'file', file: folder, problem, advice: 'Restore the log as it was.' });
}

function shorter(folder: string, end: number, committed: number): TautlineFailure {
  const problem = `the log ends at offset ${end}, and the ledger has what it held up to ${committed}`;
  return new TautlineFailure({ kind: 'file', file: folder, problem, advice: 'Restore the log as it was.' });
}

/** What a claim takes over from the commit before it. */
export const kept = (last: Commit | null): Partial<Commit> =>
  last ? { bundle: last.bundle, through: last.through, source: { ...last.source, from: last.source.to } } : {};

/**
 * Where a ledger began in its partition, which need not have its first records any more, and how far it has come.
 * @throws TautlineFailure where the partition ends before that
 */
export async function extentOf(
  folder: string,
  last: Commit | null,
  { first, end }: OffsetRange,
): Promise<{ readonly first: number; readonly to: number }> {
  if (!last) return { first, to: first };
  const { to } = last.source;
  if (to > end) throw shorter(folder, end, to);
  return { first: (await commitAt(folder, 0))!.source.to, to };
}
