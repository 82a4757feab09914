import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TautlineFailure } from '../../core/errors.ts';
import type { Commit, CommittedFile } from '../../detection/files/commit.ts';
import { removedBy, stretchesOf, type Stretch } from '../../detection/files/stretches.ts';
import type { Platform } from '../../ledger/platform.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { codeOf, replaceFile } from '../log/files.ts';
import { lockFolder } from '../log/lock.ts';
import {
  commitAt,
  isThere,
  LOG_FOLDER,
  nameFiles,
  newestCommit,
  putCommit,
  removedPath,
  writePending,
} from './commitLog.ts';
import { mergeFiles } from './mergeFiles.ts';

export interface CompactOptions {
  readonly folder: string;
  readonly platform: Platform;
  /** Hours that ended so long before the newest event are compacted; default a day. */
  readonly olderMs?: number;
  /** How long files stay that were taken out of the ledger; default 10 minutes. */
  readonly keepMs?: number;
  /** Rows to a file at most. */
  readonly mostRows?: number;
  readonly signal?: AbortSignal;
  /** Called at named points; tests end the process there. */
  readonly at?: (point: CompactPoint) => void;
}

export type CompactPoint = 'merged' | 'compacting' | 'compacted' | 'hidden' | 'unlinked';

export interface Compacted {
  /** Files that were made, and those that they replace. */
  readonly made: number;
  readonly replaced: number;
  /** Files that were deleted, after the time that they are kept. */
  readonly deleted: number;
}

/** Where the next one begins: before it nothing is left to do. */
interface Cursor {
  readonly commit: number;
  readonly event: number;
}

const DAY_MS = 86_400_000;
const KEEP_MS = 600_000;
/** To a file, so that it is merged in memory: rows, bytes of what it is merged from, and files of that. */
const MOST_ROWS = 1 << 17;
const MOST_BYTES = 64 << 20;
const MOST_FILES = 4_000;
const FOLDER = 'compaction';

/**
 * Makes few files of the many of hours that are over, beside a running sink or without one. Rows, their order and so
 * all alerts stay as they are; followers are told by a commit.
 */
export async function compact(options: CompactOptions): Promise<Compacted> {
  const { folder } = options;
  const own = join(folder, LOG_FOLDER, FOLDER);
  const unlock = await lockFolder(own, 'the compaction');
  try {
    return await new Compaction(options, join(own, 'cursor.json')).run();
  } finally {
    await unlock();
  }
}

class Compaction {
  readonly #options: CompactOptions;
  readonly #cursorPath: string;
  readonly #owner = randomUUID();
  #newest = -1;
  #made = 0;
  #replaced = 0;
  #deleted = 0;

  constructor(options: CompactOptions, cursorPath: string) {
    this.#options = options;
    this.#cursorPath = cursorPath;
  }

  async run(): Promise<Compacted> {
    const { folder, olderMs = DAY_MS, signal } = this.#options;
    const cursor = await this.#read();
    this.#newest = await newestCommit(folder);
    const commits: Commit[] = [];
    for (let n = cursor.commit; n <= this.#newest; n++) {
      const commit = await commitAt(folder, n);
      if (!commit) break;
      commits.push(commit);
    }
    const gone = removedBy(commits);
    for (const commit of commits) if (commit.compacted) await nameFiles(folder, commit, gone);
    const through = commits.at(-1)?.through ?? null;
    const limit = through === null ? '' : new Date(through - olderMs).toISOString().slice(0, 13);
    const isOver = ({ hour }: Stretch): boolean => hour < limit;
    const over = stretchesOf(commits, cursor.event).filter(isOver);
    const cuts = commits.flatMap(({ kind, events }) => (kind === 'bundle' || kind === 'control' ? [events.to] : []));
    for (const chunk of chunksOf(over, cuts, this.#options.mostRows ?? MOST_ROWS)) {
      if (signal?.aborted) return this.#done();
      await this.#compact(chunk, commits.at(-1)!);
    }
    const waiting = await this.#unlink(commits);
    const open = commits.find((commit) => !stretchesOf([commit], cursor.event).every(isOver) && !commit.compacted);
    const first = [open, waiting].flatMap((commit) => (commit ? [commit] : [])).sort((a, b) => a.number - b.number)[0];
    const next = (first as Commit | undefined) ?? commits.at(-1);
    if (next && next.number > cursor.commit) await this.#note({ commit: next.number, event: next.events.from });
    return this.#done();
  }

  #done(): Compacted {
    return { made: this.#made, replaced: this.#replaced, deleted: this.#deleted };
  }

  async #compact(chunk: readonly Stretch[], last: Commit): Promise<void> {
    const { folder, platform, at } = this.#options;
    const [from, to] = [chunk[0].from, chunk[chunk.length - 1].to];
    const files = chunk.flatMap((stretch) => stretch.files);
    const add: CommittedFile[] = [];
    for (const [place, own] of byPlace(files)) {
      await this.#clean(place);
      const { bytes, rows } = await mergeFiles(await Promise.all(own.map((file) => this.#contentOf(file))), platform);
      const expected = own.reduce((sum, file) => sum + file.rows, 0);
      if (rows !== expected) throw damaged(place, `it has ${rows} rows, ${expected} are committed`);
      const path = `${place}/part-events-${from}-${to}.parquet`;
      await writePending(folder, path, this.#owner, bytes, true);
      add.push({ path, rows, bytes: bytes.length, sha256: await sha256(bytes) });
      at?.('merged');
    }
    const commit = await this.#put(last, { from, to }, add, files);
    at?.('compacted');
    await nameFiles(folder, commit);
    at?.('hidden');
    this.#made += add.length;
    this.#replaced += files.length;
  }

  /** Takes the next number that is free, behind whatever a sink commits meanwhile. */
  async #put(
    last: Commit,
    compacted: { readonly from: number; readonly to: number },
    add: CommittedFile[],
    files: readonly CommittedFile[],
  ): Promise<Commit> {
    const { folder, at } = this.#options;
    for (let before = last; ;) {
      before = (await commitAt(folder, this.#newest)) ?? before;
      const commit = after(before, {
        ...{ owner: this.#owner, written: new Date().toISOString(), compacted, add },
        remove: files.map(({ path }) => path),
      });
      at?.('compacting');
      this.#newest++;
      if (await putCommit(folder, commit)) return commit;
      const other = await commitAt(folder, commit.number);
      if (other?.compacted) throw damaged(folder, 'another process compacts it too');
    }
  }

  /** What is merged has to be what was committed. */
  async #contentOf({ path, sha256: hash }: CommittedFile): Promise<Uint8Array> {
    const bytes = await readFile(join(this.#options.folder, path));
    if ((await sha256(bytes)) !== hash) throw damaged(path, 'it is not what was committed');
    return bytes;
  }

  /** Deletes what a compaction that was stopped left in a folder. */
  async #clean(place: string): Promise<void> {
    const folder = join(this.#options.folder, place);
    for (const name of await readdir(folder))
      if (name.endsWith('.merging')) await rm(join(folder, name), { force: true });
  }

  /** @returns the first compaction whose files have to stay for a while */
  async #unlink(commits: readonly Commit[]): Promise<Commit | null> {
    const { folder, keepMs = KEEP_MS, at } = this.#options;
    let waiting: Commit | null = null;
    for (let n = commits[0]?.number ?? 0; n <= this.#newest; n++) {
      const commit = commits[n - commits[0].number] ?? (await commitAt(folder, n));
      if (!commit?.compacted) continue;
      if (Date.now() - Date.parse(commit.written) < keepMs) {
        waiting ??= commit;
        continue;
      }
      const paths = commit.remove.map((path) => join(folder, removedPath(path)));
      // From the last on, so that all are gone where the first is.
      if (!(await isThere(paths[0]))) continue;
      for (const path of [...paths].reverse()) {
        await rm(path, { force: true });
        at?.('unlinked');
      }
      this.#deleted += paths.length;
    }
    return waiting;
  }

  async #read(): Promise<Cursor> {
    try {
      return JSON.parse(await readFile(this.#cursorPath, 'utf8')) as Cursor;
    } catch (thrown) {
      if (codeOf(thrown) !== 'ENOENT') throw thrown;
      return { commit: 0, event: 0 };
    }
  }

  async #note(cursor: Cursor): Promise<void> {
    await replaceFile(this.#cursorPath, JSON.stringify(cursor));
  }
}

/** Stretches that become one: of one hour, without a decision between them, no more than fit, and fewer files then. */
export function chunksOf(stretches: readonly Stretch[], cuts: readonly number[], mostRows: number): Stretch[][] {
  const cut = new Set(cuts);
  const chunks: Stretch[][] = [];
  let [rows, bytes, files] = [0, 0, 0];
  for (const stretch of stretches) {
    const chunk = chunks.at(-1);
    const before = chunk?.at(-1);
    const own = [
      stretch.to - stretch.from,
      stretch.files.reduce((sum, file) => sum + file.bytes, 0),
      stretch.files.length,
    ];
    const isFull = rows + own[0] > mostRows || bytes + own[1] > MOST_BYTES || files + own[2] > MOST_FILES;
    if (!chunk || before?.hour !== stretch.hour || before.to !== stretch.from || cut.has(stretch.from) || isFull) {
      chunks.push([stretch]);
      [rows, bytes, files] = own;
    } else {
      chunk.push(stretch);
      [rows, bytes, files] = [rows + own[0], bytes + own[1], files + own[2]];
    }
  }
  return chunks.filter((chunk) => {
    const paths = chunk.flatMap((stretch) => stretch.files);
    return byPlace(paths).size < paths.length;
  });
}

function byPlace(files: readonly CommittedFile[]): ReadonlyMap<string, CommittedFile[]> {
  const found = new Map<string, CommittedFile[]>();
  for (const file of files) {
    const place = dirname(file.path);
    const own = found.get(place);
    if (own) own.push(file);
    else found.set(place, [file]);
  }
  return found;
}

/** A commit that changes files alone. */
const after = (before: Commit, own: Pick<Commit, 'owner' | 'written' | 'compacted' | 'add' | 'remove'>): Commit => ({
  ...{ format: 'tautline-commit', version: 1, number: before.number + 1, kind: 'compaction' },
  ...own,
  source: { ...before.source, from: before.source.to },
  events: { from: before.events.to, to: before.events.to },
  ...{ opened: [], closed: [], ended: [], control: null, beside: null, hasState: false },
  ...{ late: 0, doubles: 0, refused: 0, dropped: 0, untracked: 0, taken: 0 },
  ...{ through: before.through, bundle: before.bundle },
});

const damaged = (file: string, problem: string): TautlineFailure =>
  new TautlineFailure({ kind: 'file', file, problem, advice: 'Run "tautline live verify" over the ledger.' });
