import { readdir, readFile } from 'node:fs/promises';

/** A process as /proc has it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: readonly string[];
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const read = async (pid: number): Promise<Process[]> => {
    try {
      const [stat, command] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
      ]);
      // The name in parentheses may hold anything; state and parent follow it.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      // Chromium rewrites the command line of its children as one string.
      return [{ pid, parent, command: command.split(/[\0 ]/) }];
    } catch {
      return [];
    }
  };
  return (await Promise.all(pids.map(read))).flat();
}

/** The renderer processes below this process. */
async function renderers(): Promise<number[]> {
  const all = await processes();
  const below = new Set([process.pid]);
  for (let before = 0; before !== below.size;) {
    before = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.filter(({ pid, command }) => below.has(pid) && command.includes('--type=renderer')).map(({ pid }) => pid);
}

const kilobytes = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);

/** Peak resident memory of the renderers, in bytes. */
export interface RendererMemory {
  /**
   * High-water mark of the process that holds the page and its workers, pages shared with other processes (the
   * browser's code) included.
   */
  readonly peak: number;
  /** The most of it at a time that is the process's own (anonymous pages), by sampling. */
  readonly own: number;
}

/** On two cores the watcher must not take from what it watches: processes are looked for once a second. */
const EVERY_MS = 100;
const LOOK_EVERY = 10;

/** Watches the largest renderer until `stop`; null if there is no /proc. */
export function watchRenderers(): { stop(): Promise<RendererMemory | null> } {
  if (process.platform !== 'linux') return { stop: async () => null };
  let own = 0;
  let peak = 0;
  let stopped = false;
  let samples = 0;
  let pids: readonly number[] = [];
  const sample = async (): Promise<void> => {
    if (samples++ % LOOK_EVERY === 0) pids = await renderers();
    for (const pid of pids) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      own = Math.max(own, kilobytes(status, 'RssAnon') * 1024);
      peak = Math.max(peak, kilobytes(status, 'VmHWM') * 1024);
    }
  };
  const running = (async () => {
    while (!stopped) {
      await sample();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    async stop() {
      await sample();
      stopped = true;
      await running;
      return { peak, own };
    },
  };
}
