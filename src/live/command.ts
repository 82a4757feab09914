import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fieldOf, RECORD_COLUMNS } from './columns.ts';
import type { LedgerEvent } from './live_pb.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = `${ROOT}scripts/tautline.mjs`;
const STARTED_MS = 90_000;

/** `tautline live` as people run it, for tests: a process of its own, which can be killed whole. */
export class LiveCommand {
  readonly child: ChildProcess;
  /** What it said, line by line. */
  readonly said: string[] = [];
  /** The signal or the status that it ended with. */
  readonly ended: Promise<string>;
  #listener: () => void = () => undefined;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [CLI, 'live', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin!.on('error', () => undefined);
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      let rest = '';
      stream.on('data', (bytes: Buffer) => {
        const lines = (rest + bytes.toString()).split('\n');
        rest = lines.pop()!;
        this.said.push(...lines);
        this.#listener();
      });
    }
    this.ended = new Promise((done) => this.child.once('close', (code, signal) => done(signal ?? String(code))));
  }

  /** The first group of a line that it says, or has said; the whole line where there is none. */
  async until(pattern: RegExp, ms = STARTED_MS): Promise<string> {
    const timeout = new Promise<never>((_, fail) => {
      const why = (): Error => new Error(`It did not say ${pattern}, but:\n${this.said.join('\n')}`);
      setTimeout(() => fail(why()), ms).unref();
      void this.ended.then(() => setTimeout(() => fail(why()), 50));
    });
    timeout.catch(() => undefined);
    for (;;) {
      for (const line of this.said) {
        const found = pattern.exec(line);
        if (found) return found[1] ?? line;
      }
      await Promise.race([new Promise<void>((done) => (this.#listener = done)), timeout]);
    }
  }

  async kill(signal: NodeJS.Signals): Promise<string> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** `tautline live ...` that ends by itself. */
export function runLiveCommand(...args: string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'live', ...args], { encoding: 'utf8' });
  return { status, said: (stdout + stderr).trim() };
}

/** An event as the columns that senders name. */
export const rowOf = (event: LedgerEvent): Record<string, unknown> => ({
  ...Object.fromEntries(
    RECORD_COLUMNS.flatMap((column) => {
      const value = event[fieldOf(column)];
      return value === undefined ? [] : [[column, value]];
    }),
  ),
  uid: event.uid,
  ts: Number(event.sourceMicros) / 1000,
  embedding: Buffer.from(event.embedding).toString('base64'),
});
