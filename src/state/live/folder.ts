import { TautlineFailure } from '../../core/errors.ts';
import { readCommit, type Commit } from '../../detection/files/commit.ts';
import { encoded, pause, reach, refusal, stalled } from './reach.ts';
import type { LiveSource } from './target.ts';

/** A file under the folder of a ledger; null: there is none. */
export type Reader = (path: string, signal: AbortSignal) => Promise<Blob | null>;

/** How often a folder is asked for the next commit. */
const ASK_AGAIN_MS = 1000;
/** Commits to an answer, and those that are read at the same time while there are many. */
const MOST_COMMITS = 500;
const MOST_AHEAD = 32;

/**
 * A folder that knows nothing of followers: the next number is asked for again and again.
 * @param check refuses what is no ledger, before anything is read
 */
export function folderSource(place: string, read: Reader, check = () => Promise.resolve()): LiveSource {
  async function at(number: number, signal: AbortSignal): Promise<Commit | null> {
    const path = `_log/${String(number).padStart(20, '0')}.json`;
    const blob = await read(path, signal);
    if (!blob) return null;
    const text = await blob.text();
    // The sink makes a commit whole. What copies its folder may write it piece by piece.
    if (!text.endsWith('}\n'))
      throw stalled(
        `${place}/${path}`,
        'it is not whole yet',
        'It is read again until it is; if it stays so, restore it',
      );
    return readCommit(text, `${place}/${path}`);
  }
  return {
    place,
    file: read,
    async commits(after, wait, signal) {
      if (after < 0) await check();
      const found: Commit[] = [];
      let ahead = 1;
      while (found.length < MOST_COMMITS && !signal.aborted) {
        const from = after + 1 + found.length;
        const some = await Promise.all(Array.from({ length: ahead }, (_, i) => at(from + i, signal)));
        const last = some.indexOf(null);
        for (const commit of last < 0 ? some : some.slice(0, last)) if (commit) found.push(commit);
        if (last < 0) ahead = Math.min(2 * ahead, MOST_AHEAD);
        else if (found.length > 0 || !wait) break;
        else await pause(ASK_AGAIN_MS, signal);
      }
      return found;
    },
  };
}

/** Files of any host that lets this page read. */
export function hostReader(base: string): Reader {
  let hasRead = false;
  return async (path, signal) => {
    const url = `${base}/${encoded(path)}`;
    const response = await reach(url, { signal, cache: 'no-cache' }, CORS);
    // Stores that let nobody list their files say 403 of those that are not there.
    if (response.status === 404 || (response.status === 403 && hasRead)) return null;
    if (!response.ok) throw refusal(url, response);
    hasRead = true;
    return response.blob();
  };
}

const CORS = 'Look whether the host runs, and lets this page read: Access-Control-Allow-Origin';

/** Files of a folder that the user chose. */
export const handleReader =
  (root: FileSystemDirectoryHandle): Reader =>
  async (path) => {
    const names = path.split('/');
    const name = names.pop()!;
    try {
      let folder = root;
      for (const part of names) folder = await folder.getDirectoryHandle(part);
      const file = await (await folder.getFileHandle(name)).getFile();
      // Into memory: the file itself may be gone before the window has moved on.
      return new Blob([await file.arrayBuffer()]);
    } catch (thrown) {
      if (nameOf(thrown) === 'NotFoundError') return null;
      throw unreadable(root.name, path, thrown);
    }
  };

const nameOf = (thrown: unknown): string => (thrown instanceof DOMException ? thrown.name : '');

function unreadable(folder: string, path: string, thrown: unknown): unknown {
  const name = nameOf(thrown);
  if (name === '') return thrown;
  if (name !== 'NotAllowedError' && name !== 'SecurityError')
    return stalled(`${folder}/${path}`, `it cannot be read (${name})`, 'It is tried again');
  const problem = 'the browser asks anew whether this page may read the folder';
  return new TautlineFailure({ kind: 'file', file: folder, problem, advice: 'Follow it again, and allow it.' });
}

/** @throws TautlineFailure where a folder is not that of a live ledger */
export async function requireLog(root: FileSystemDirectoryHandle): Promise<void> {
  try {
    await root.getDirectoryHandle('_log');
  } catch (thrown) {
    if (nameOf(thrown) !== 'NotFoundError') throw unreadable(root.name, '_log', thrown);
    const problem = 'it has no folder _log, so that it is no live ledger';
    const advice = 'Choose the folder that stands after --ledger.';
    throw new TautlineFailure({ kind: 'file', file: root.name, problem, advice });
  }
}
