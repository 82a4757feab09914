import { copyFile, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, numbered, syncFolder, writeAll } from '../log/files.ts';
import { frame, unframe, wholeAt } from '../log/frame.ts';
import { lockFolder } from '../log/lock.ts';
import type { ProducedRecord } from '../transport.ts';

const SUFFIX = '.spool';
/** What was put aside because it is damaged. */
const DAMAGED = '.damaged';
const SEGMENT_BYTES = 4 << 20;
const SYNC_MS = 50;
/** Records that are in memory too: the newest. */
const RECENT = 2048;

export interface SpoolOptions {
  /** Bytes on disk at most. */
  readonly most: number;
  readonly segmentBytes?: number;
}

interface Segment {
  readonly base: number;
  /** Behind its last record. */
  end: number;
  bytes: number;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly done: (problem: string | null) => void;
}

/** What is read: a record, or null in place of one that is damaged. */
export interface Spooled {
  readonly sequence: number;
  readonly record: ProducedRecord | null;
}

/**
 * Records on disk that the broker has not taken, in order: segments that are only appended to, synced every 50 ms.
 * Positions are consecutive over all runs.
 */
export class Spool {
  readonly #folder: string;
  readonly #options: SpoolOptions;
  readonly #unlock: () => Promise<void>;
  #segments: Segment[] = [];
  #file: FileHandle | null = null;
  /** Bytes on disk and on their way to it. */
  #bytes = 0;
  #next = 0;
  #recent: ProducedRecord[] = [];
  #queue: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #taken = 0;
  #problem: string | null = null;
  #damaged = 0;

  private constructor(folder: string, options: SpoolOptions, unlock: () => Promise<void>) {
    this.#folder = folder;
    this.#options = options;
    this.#unlock = unlock;
  }

  /** Opens a folder; what an earlier run left there comes first. */
  static async open(folder: string, options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(folder, options, await lockFolder(folder, 'the spool'));
    const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).sort();
    for (const [i, name] of names.entries()) {
      const path = join(folder, name);
      const base = baseOf(name);
      const bytes = await readFile(path);
      const { records, end, isDamaged } = wholeOnes(bytes);
      if (isDamaged) {
        // What a crash cut is at the end of the last file, and was not promised.
        spool.#damaged += Math.max(1, i + 1 < names.length ? baseOf(names[i + 1]) - base - records : 1);
        await copyFile(path, path + DAMAGED);
      }
      spool.#next = base + records;
      if (records === 0) {
        await rm(path);
        continue;
      }
      spool.#segments.push({ base, end: base + records, bytes: end });
      spool.#bytes += end;
    }
    return spool;
  }

  /** The position of the first record that is kept. */
  get first(): number {
    return this.#segments[0]?.base ?? this.#next;
  }
  /** The position of the next record. */
  get next(): number {
    return this.#next;
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** Why the last write failed; null: it did not. */
  get problem(): string | null {
    return this.#problem;
  }
  /** Records that were found damaged, as far as their number is known. */
  get damaged(): number {
    return this.#damaged;
  }

  /**
   * Keeps a record.
   * @returns its position, and when it lasts (null) or why it does not; null where there is no room
   */
  append(record: ProducedRecord): { readonly sequence: number; readonly kept: Promise<string | null> } | null {
    const bytes = frame({ ...record, timestamp: Date.now() });
    if (this.#bytes + bytes.length > this.#options.most) {
      this.#problem = `it has its ${this.#options.most} bytes`;
      return null;
    }
    this.#bytes += bytes.length;
    const sequence = this.#next++;
    this.#recent.push(record);
    if (this.#recent.length > 2 * RECENT) this.#recent.splice(0, this.#recent.length - RECENT);
    const kept = new Promise<string | null>((done) => this.#queue.push({ bytes, done }));
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
      void this.#trim();
    });
    return { sequence, kept };
  }

  async #flush(): Promise<void> {
    await new Promise<void>((done) => setImmediate(done));
    while (this.#queue.length > 0) {
      const began = performance.now();
      const taken = this.#queue.splice(0);
      const problem = await this.#write(taken).then(
        () => null,
        (thrown: unknown) => codeOf(thrown),
      );
      this.#problem = problem;
      for (const { done } of taken) done(problem);
      const rest = SYNC_MS - (performance.now() - began);
      if (this.#queue.length > 0 && rest > 0) await new Promise((done) => setTimeout(done, rest));
    }
  }

  async #write(taken: readonly Waiting[]): Promise<void> {
    const all = Buffer.concat(taken.map(({ bytes }) => bytes));
    // Records that could not be written have positions too: the next one begins behind them.
    const base = this.#next - this.#queue.length - taken.length;
    try {
      if (!this.#file || this.#segments.at(-1)!.bytes >= (this.#options.segmentBytes ?? SEGMENT_BYTES))
        await this.#roll(base);
      const segment = this.#segments.at(-1)!;
      await writeAll(this.#file!, all, segment.bytes);
      await this.#file!.datasync();
      segment.bytes += all.length;
      segment.end += taken.length;
    } catch (thrown) {
      this.#bytes -= all.length;
      // What was half written is cut off, and what follows begins another file.
      await this.#file?.truncate(this.#segments.at(-1)!.bytes).catch(() => undefined);
      await this.#file?.close().catch(() => undefined);
      this.#file = null;
      throw thrown;
    }
  }

  async #roll(base: number): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    this.#file = await open(this.#pathOf(base), 'wx');
    this.#segments.push({ base, end: base, bytes: 0 });
    await syncFolder(this.#folder);
  }

  /** Records from a position on, if all are in memory. */
  recent(from: number, most: number): readonly Spooled[] | null {
    const first = this.#next - this.#recent.length;
    if (from < first) return null;
    return this.#recent.slice(from - first, from - first + most).map((record, i) => ({ sequence: from + i, record }));
  }

  /** Records from a position on, as far as they are on disk: those of one segment. What was not kept is left out. */
  async read(from: number, most: number): Promise<readonly Spooled[]> {
    const at = this.#segments.findIndex(({ end }) => end > from);
    if (at < 0) return [];
    const segment = this.#segments[at];
    const path = this.#pathOf(segment.base);
    const bytes = await readFile(path).catch(() => new Uint8Array(0));
    const found: Spooled[] = [];
    let sequence = segment.base;
    for (let place = 0; found.length < most && sequence < segment.end; sequence++) {
      const next = unframe(bytes, place);
      if (next.kind !== 'record') return [...found, ...(await this.#putAside(segment, sequence, from))];
      place = next.end;
      if (sequence >= from) found.push({ sequence, record: next.record });
    }
    return found;
  }

  /** Damage: what is behind it in its file cannot be found, and is counted as lost. The file stays for people. */
  async #putAside(segment: Segment, sequence: number, from: number): Promise<Spooled[]> {
    const lost = Math.max(sequence, from);
    this.#damaged += segment.end - lost;
    if (segment === this.#segments.at(-1)) {
      await this.#file?.close().catch(() => undefined);
      this.#file = null;
    }
    const path = this.#pathOf(segment.base);
    await rename(path, path + DAMAGED).catch(() => undefined);
    return Array.from({ length: segment.end - lost }, (_, i) => ({ sequence: lost + i, record: null }));
  }

  /** All before a position was taken: files that have nothing else are deleted. */
  async done(before: number): Promise<void> {
    this.#taken = Math.max(this.#taken, before);
    await this.#trim();
  }

  async #trim(): Promise<void> {
    const before = this.#taken;
    while (this.#segments.length > 0 && this.#segments[0].end <= before) {
      const isLast = this.#segments.length === 1;
      // What is on its way to the file keeps it.
      if (isLast && (this.#flushing || before < this.#next)) return;
      const [segment] = this.#segments.splice(0, 1);
      this.#bytes -= segment.bytes;
      const file = isLast ? this.#file : null;
      if (isLast) this.#file = null;
      await file?.close().catch(() => undefined);
      await rm(this.#pathOf(segment.base), { force: true }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#trim();
    await this.#file?.close();
    this.#file = null;
    await this.#unlock();
  }

  #pathOf(base: number): string {
    return join(this.#folder, `${numbered(base)}${SUFFIX}`);
  }
}

const baseOf = (name: string): number => Number(name.slice(0, -SUFFIX.length));

/** The whole records that a file begins with, and whether damage is what ends them. */
function wholeOnes(bytes: Uint8Array): { readonly records: number; readonly end: number; readonly isDamaged: boolean } {
  let [end, records] = [0, 0];
  for (;;) {
    const next = wholeAt(bytes, end);
    if (typeof next === 'string') return { records, end, isDamaged: next === 'damaged' };
    end = next;
    records++;
  }
}
