import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Done, Job, Made, Report } from './protocol.ts';

export interface Limits {
  readonly seconds: number;
  /** Resident memory of the process. */
  readonly bytes: number;
}

export interface Result extends Done {
  readonly made: Made | null;
  readonly ms: number;
}

/** Cases that one process runs before another takes its place: what they leave behind must not add up. */
const RUNS = 400;
const LOOK_MS = 100;
/** For the process to start and the case to be made. */
const START_SECONDS = 120;

/** Runs cases in a process of their own, which is ended and replaced where it does not answer or takes too much. */
export class Runner {
  readonly #limits: Limits;
  #child: ChildProcess | null = null;
  #runs = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  run(job: Job): Promise<Result> {
    if (this.#runs++ >= RUNS) this.close();
    const child = (this.#child ??= start());
    const asked = performance.now();
    let started = asked;
    return new Promise((resolve) => {
      let made: Made | null = null;
      const finish = (done: Done): void => {
        clearInterval(timer);
        child.off('message', hear);
        child.off('exit', died);
        resolve({ ...done, made, ms: performance.now() - started });
      };
      const fail = (kind: string, detail: string): void => {
        this.close();
        finish({ message: 'done', outcome: null, fault: { kind, detail }, exit: -1, out: '', err: '' });
      };
      const hear = (report: Report): void => {
        if (report.message === 'done') finish(report);
        else {
          made = report;
          started = performance.now();
        }
      };
      const died = (code: number | null, signal: string | null): void => {
        this.#child = null;
        fail('the process died', `status ${code ?? 'none'}, signal ${signal ?? 'none'}`);
      };
      const timer = setInterval(() => {
        const seconds = (performance.now() - started) / 1000;
        const late = made === null ? seconds > START_SECONDS : seconds > this.#limits.seconds;
        if (late) fail('no answer', `after ${this.#limits.seconds} s`);
        else if (residentBytes(child) > this.#limits.bytes)
          fail('too much memory', `over ${Math.round(this.#limits.bytes / 2 ** 20)} MiB`);
      }, LOOK_MS);
      child.on('message', hear);
      child.on('exit', died);
      child.send(job);
    });
  }

  close(): void {
    this.#child?.removeAllListeners('exit');
    this.#child?.kill('SIGKILL');
    this.#child = null;
    this.#runs = 0;
  }
}

function start(): ChildProcess {
  const child = fork(fileURLToPath(new URL('./worker.node.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.setMaxListeners(20);
  return child;
}

/** As the system states it; where it does not, 0. */
function residentBytes({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
