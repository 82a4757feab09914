import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeRecords, encodeRecords, type Columns } from './records.ts';

const SOURCES = fileURLToPath(new URL('./c/', import.meta.url));

/** A build of the C side. */
export interface NativeBuild {
  /** As in the tables, e.g. "C -msse2". */
  readonly name: string;
  readonly flags: readonly string[];
  readonly program: string;
}

export interface Compiled {
  /** First line of what the compiler says of itself; null if there is none. */
  readonly compiler: string | null;
  readonly builds: readonly NativeBuild[];
  /** What could not be built, and why. */
  readonly notes: readonly string[];
}

const BUILDS = [
  { name: 'C -msse2', file: 'native-msse2', flags: ['-O3', '-msse2'] },
  { name: 'C native', file: 'native-march', flags: ['-O3', '-march=native'] },
] as const;

/**
 * Compiles c/ into `folder` with the first compiler of $CC, gcc, cc, clang; without one there are no builds and a note
 * says so.
 */
export async function compileNative(folder: string): Promise<Compiled> {
  const wanted = [process.env.CC, 'gcc', 'cc', 'clang'].filter((name): name is string => !!name);
  const version = (name: string) => spawnSync(name, ['--version'], { encoding: 'utf8' });
  const cc = wanted.find((name) => version(name).status === 0);
  if (!cc)
    return {
      compiler: null,
      builds: [],
      notes: [`no C compiler (tried ${wanted.join(', ')}): the C columns are left out`],
    };
  await mkdir(folder, { recursive: true });
  const sources = (await readdir(SOURCES)).filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
  const built = await Promise.all(
    BUILDS.map(async ({ name, file, flags }) => {
      const program = join(folder, file);
      const { status, stderr } = await finished(
        spawn(cc, ['-std=c11', ...flags, '-Wall', '-Wextra', ...sources, '-o', program, '-lm'], {
          stdio: ['ignore', 'ignore', 'pipe'],
        }),
      );
      return {
        build: { name, flags, program },
        problem:
          status === 0
            ? null
            : `${cc} ${flags.join(' ')} failed, so ${name} is left out: ${stderr.trim().split('\n')[0]}`,
      };
    }),
  );
  const builds = built.filter(({ problem }) => problem === null).map(({ build }) => build);
  const notes = built.flatMap(({ problem }) => problem ?? []);
  return { compiler: version(cc).stdout.split('\n')[0], builds, notes };
}

async function finished(child: ChildProcess): Promise<{ readonly status: number | null; readonly stderr: string }> {
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr };
}

/** A build of the C side at work: a child process that runs one command at a time. */
export interface NativeProcess {
  readonly name: string;
  /** Gives it the inputs of the cases to come, a record file. */
  open(file: string): Promise<void>;
  /** Milliseconds of `times` runs by its own clock. */
  run(name: string, times: number): Promise<number>;
  /** What the case gave when it last ran. */
  outputs(name: string): Promise<Columns>;
  close(): Promise<void>;
}

export function startNative({ name, program }: NativeBuild): NativeProcess {
  const child: ChildProcess = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<string> => {
    child.stdin!.write(`${command}\n`);
    const answer = (await answers.next()) as IteratorResult<string, undefined>;
    if (answer.done)
      throw new Error(
        `${name} ended at "${command}": ${complaint.trim() || `exit ${child.exitCode ?? child.signalCode}`}`,
      );
    return answer.value;
  };
  return {
    name,
    async open(file) {
      await ask(`open ${file}`);
    },
    run: async (what, times) => Number(await ask(`run ${what} ${times}`)) / 1e6,
    async outputs(what) {
      const file = `${program}.${what}.out`;
      try {
        await ask(`write ${what} ${file}`);
        return decodeRecords(await readFile(file));
      } finally {
        await rm(file, { force: true });
      }
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.stdin!.end();
      await gone;
    },
  };
}

export async function writeRecords(file: string, columns: Columns): Promise<void> {
  await using handle = await open(file, 'w');
  for (const part of encodeRecords(columns)) await handle.appendFile(part);
}
