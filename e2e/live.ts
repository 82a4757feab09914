import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

/** The real process, and what it prints. */
export class Live {
  readonly #process: ChildProcess;
  said = '';
  constructor(...args: readonly string[]) {
    const program = fileURLToPath(new URL('../scripts/tautline.mjs', import.meta.url));
    this.#process = spawn(process.execPath, [program, 'live', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout!.on('data', (bytes: Buffer) => (this.said += bytes.toString()));
  }
  write(text: string): void {
    this.#process.stdin!.write(text);
  }
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.said);
      if (found) return found[1] ?? found[0];
      if (this.#process.exitCode !== null) throw new Error(`it ended: ${this.said}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}

export const shownEvents = (page: Page): Promise<number> =>
  page.evaluate(() => window.__tautline!.state().analysis.report?.events ?? 0);
