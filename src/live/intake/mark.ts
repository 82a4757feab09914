import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const LINE = /^([\w-]{36}) (\d+) (\d+) *\n$/;
/** Every one as long, so that it is written over the one before. */
const WIDTH = 70;

/**
 * How far the sequence of a producer has come, in a file: a process that is killed cannot say what it had in memory;
 * the next one goes on behind it, and the gap is seen. Not synced: it outlives the process, not the machine.
 */
export class Mark {
  readonly producer: string;
  /** The newest number that the process before this one gave. */
  readonly sequence: number;
  /** Spans that it had in memory, which are lost. */
  readonly lostSpans: number;
  readonly #file: number;
  #noted = '';

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a+');
    const found = LINE.exec(readFileSync(this.#file, 'latin1'));
    closeSync(this.#file);
    this.#file = openSync(path, found ? 'r+' : 'w');
    this.producer = found?.[1] ?? randomUUID();
    this.sequence = Number(found?.[2] ?? 0);
    this.lostSpans = Number(found?.[3] ?? 0);
    this.note(this.sequence, 0);
  }

  /** @param held spans that wait for their traces */
  note(sequence: number, held: number): void {
    const line = `${this.producer} ${sequence} ${held}`;
    if (line === this.#noted) return;
    this.#noted = line;
    writeSync(this.#file, `${line.padEnd(WIDTH)}\n`, 0, 'latin1');
  }

  close(): void {
    closeSync(this.#file);
  }
}
