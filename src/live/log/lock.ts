import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TautlineFailure } from '../../core/errors.ts';
import { codeOf } from './files.ts';

/** Holds a folder for this process alone; one that a dead process held is taken over. */
export async function lockFolder(folder: string, what: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'writer.lock');
  const own = JSON.stringify({ pid: process.pid, host: hostname(), since: Date.now() });
  for (let attempt = 0; attempt < 10; attempt++) {
    const file = await open(path, 'wx').catch((thrown: unknown) => {
      if (codeOf(thrown) === 'EEXIST') return null;
      throw thrown;
    });
    if (file) {
      await file.writeFile(own);
      await file.close();
      HELD.add(path);
      return async () => {
        HELD.delete(path);
        await rm(path, { force: true });
      };
    }
    const holder = await readHolder(path);
    if (holder && isAlive(holder, path))
      throw new TautlineFailure({
        kind: 'file',
        file: folder,
        problem: `${what} is written by another process (${holder.pid} on ${holder.host})`,
        advice: `End that process, or delete ${path} if it is none of yours.`,
      });
    await rm(path, { force: true });
  }
  throw new TautlineFailure({
    kind: 'file',
    file: folder,
    problem: 'it could not be locked',
    advice: 'Start one process at a time.',
  });
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Locks of this process: after a restart in a container another process had the same number. */
const HELD = new Set<string>();

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function isAlive({ pid, host }: Holder, path: string): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid) return HELD.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
}
