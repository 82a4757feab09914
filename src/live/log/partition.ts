import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { TautlineFailure } from '../../core/errors.ts';
import {
  AppendError,
  type OffsetRange,
  type ProducedRecord,
  type ReadOptions,
  type StoredRecord,
} from '../transport.ts';
import { codeOf, numbered, syncFolder, writeAll } from './files.ts';
import { frame, MAX_BODY_BYTES, unframe, wholeAt } from './frame.ts';

const SUFFIX = '.log';
const READ_BYTES = 1 << 20;
/** Other processes append too: how often a reader looks. */
const POLL_MS = 20;

export interface PartitionOptions {
  /** A segment that has so many bytes is followed by another. */
  readonly segmentBytes: number;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly done: (offset: number) => void;
  readonly fail: (error: Error) => void;
}

/**
 * Records of one partition in segments, each named by the offset of its first record; offsets are consecutive. One
 * process appends, any number read.
 */
export class LogPartition {
  readonly #folder: string;
  readonly #options: PartitionOptions;
  /** Of who appends; null: only read. */
  #writer: { file: FileHandle; base: number; size: number; next: number } | null = null;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #wake = new Set<() => void>();

  constructor(folder: string, options: PartitionOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Opens it for appending: a record that a crash cut is cut off. */
  async openWriter(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const bases = await this.#segments();
    const base = bases.at(-1) ?? 0;
    const path = this.#pathOf(base);
    const file = await open(path, bases.length === 0 ? 'w+' : 'r+');
    const { records, end, size } = await wholeRecords(file, path);
    if (end < size) await file.truncate(end);
    await file.datasync();
    await syncFolder(this.#folder);
    this.#writer = { file, base, size: end, next: base + records };
  }

  append(record: ProducedRecord): Promise<number> {
    const bytes = frame({ ...record, timestamp: Date.now() });
    if (bytes.length > MAX_BODY_BYTES)
      throw new AppendError({
        kind: 'refused',
        reason: `the record has ${bytes.length} bytes, ${MAX_BODY_BYTES} at most`,
      });
    return new Promise((done, fail) => {
      this.#queue.push({ bytes, done, fail });
      this.#flushing ??= this.#flush().finally(() => (this.#flushing = null));
    });
  }

  /** Writes and syncs what has gathered, again and again until nothing is left. */
  async #flush(): Promise<void> {
    // Whoever appends several records at once has them in one write.
    await new Promise<void>((done) => setImmediate(done));
    while (this.#queue.length > 0) {
      const taken = this.#queue;
      this.#queue = [];
      try {
        const first = await this.#write(taken);
        taken.forEach(({ done }, i) => done(first + i));
        for (const wake of this.#wake) wake();
      } catch (thrown) {
        const failure = new AppendError({
          kind: 'unknown',
          reason: `the log could not be written (${codeOf(thrown)})`,
        });
        for (const { fail } of taken) fail(failure);
      }
    }
  }

  async #write(taken: readonly Waiting[]): Promise<number> {
    const writer = this.#writer!;
    if (writer.size >= this.#options.segmentBytes) await this.#roll();
    const { file, size, next } = writer;
    const all = Buffer.concat(taken.map(({ bytes }) => bytes));
    try {
      await writeAll(file, all, size);
      await file.datasync();
    } catch (thrown) {
      // What was written of it must not be read after a restart: it was not promised.
      await file.truncate(size).catch(() => undefined);
      throw thrown;
    }
    writer.size += all.length;
    writer.next += taken.length;
    return next;
  }

  async #roll(): Promise<void> {
    const writer = this.#writer!;
    const file = await open(this.#pathOf(writer.next), 'wx+');
    await syncFolder(this.#folder);
    await writer.file.close();
    Object.assign(writer, { file, base: writer.next, size: 0 });
  }

  async range(): Promise<OffsetRange> {
    const bases = await this.#segments();
    if (bases.length === 0) return { first: 0, end: 0 };
    if (this.#writer) return { first: bases[0], end: this.#writer.next };
    const path = this.#pathOf(bases.at(-1)!);
    const file = await open(path, 'r');
    try {
      return { first: bases[0], end: bases.at(-1)! + (await wholeRecords(file, path)).records };
    } finally {
      await file.close();
    }
  }

  async *read(from: number, { signal, most = 1000 }: ReadOptions): AsyncIterable<readonly StoredRecord[]> {
    const { first, end } = await this.range();
    if (from < first || from > end) throw notKept(this.#folder, from, { first, end });
    let next = from;
    while (!signal.aborted) {
      const bases = await this.#segments();
      const at = bases.findLastIndex((base) => base <= next);
      if (at < 0) {
        if (bases.length > 0) throw notKept(this.#folder, next, { first: bases[0], end: next });
        await this.#more(signal);
        continue;
      }
      for await (const batch of this.#segment(bases[at], next, most, signal)) {
        next = batch[batch.length - 1].offset + 1;
        yield batch;
      }
      const now = await this.#segments();
      if (now.at(-1) !== bases[at] && !now.includes(next)) throw damaged(this.#pathOf(bases[at]), next);
    }
  }

  /** The rest of a segment; waits at its end while it is the last one. */
  async *#segment(
    base: number,
    from: number,
    most: number,
    signal: AbortSignal,
  ): AsyncIterable<readonly StoredRecord[]> {
    const path = this.#pathOf(base);
    const file = await open(path, 'r');
    try {
      let held = new Uint8Array(0);
      let position = 0;
      let offset = base;
      while (!signal.aborted) {
        // Looked at before the bytes: what is appended to this segment is there once another has begun.
        const isLast = (await this.#segments()).at(-1) === base;
        const limit = this.#writer && this.#writer.base === base ? this.#writer.size : Infinity;
        const piece = await readPiece(file, position, limit);
        position += piece.length;
        held = held.length === 0 ? piece : Buffer.concat([held, piece]);
        const batch: StoredRecord[] = [];
        let at = 0;
        for (;;) {
          const found = offset < from ? wholeOnly(held, at) : unframe(held, at);
          if (found.kind === 'damaged' && !(isLast && piece.length === 0)) throw damaged(path, offset);
          if (found.kind !== 'record') break;
          at = found.end;
          if (offset >= from) batch.push({ ...found.record, partition: 0, offset });
          offset++;
          if (batch.length === most) yield batch.splice(0);
          if (signal.aborted) return;
        }
        held = held.subarray(at);
        if (batch.length > 0) yield batch;
        if (piece.length > 0) continue;
        if (!isLast) return;
        await this.#more(signal);
      }
    } finally {
      await file.close();
    }
  }

  /** Until something was appended here, or it is time to look for what others appended. */
  #more(signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake.delete(wake);
        signal.removeEventListener('abort', wake);
        done();
      };
      const timer = setTimeout(wake, POLL_MS);
      this.#wake.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Deletes whole segments before an offset whose last append is older than `before`. */
  async drop(offset: number, before: number): Promise<void> {
    const bases = await this.#segments();
    for (let i = 0; i + 1 < bases.length && bases[i + 1] <= offset; i++) {
      const path = this.#pathOf(bases[i]);
      if ((await stat(path)).mtimeMs >= before) return;
      await rm(path);
    }
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#writer?.file.close();
    this.#writer = null;
  }

  #pathOf(base: number): string {
    return join(this.#folder, `${numbered(base)}${SUFFIX}`);
  }

  async #segments(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((thrown: unknown) => {
      if (codeOf(thrown) === 'ENOENT') return [];
      throw thrown;
    });
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => Number(name.slice(0, -SUFFIX.length)))
      .sort((a, b) => a - b);
  }
}

const wholeOnly = (bytes: Uint8Array, at: number) => {
  const end = wholeAt(bytes, at);
  return typeof end === 'string' ? { kind: end } : ({ kind: 'record', record: null!, end } as const);
};

async function readPiece(file: FileHandle, position: number, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = Math.min(READ_BYTES, limit - position);
  if (length <= 0) return new Uint8Array(0);
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/**
 * The whole records of a file. One that is cut, or damaged with nothing whole behind it, is what a crash left; damage
 * with records behind it is refused.
 */
async function wholeRecords(
  file: FileHandle,
  path: string,
): Promise<{ readonly records: number; readonly end: number; readonly size: number }> {
  const { size } = await file.stat();
  let held = new Uint8Array(0);
  let [position, end, records] = [0, 0, 0];
  for (;;) {
    const piece = await readPiece(file, position, size);
    position += piece.length;
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    let at = 0;
    for (;;) {
      const next = wholeAt(held, at);
      if (next === 'damaged') {
        if (await hasWhole(file, end + at + 1, size)) throw damaged(path, records);
        return { records, end: end + at, size };
      }
      if (next === 'cut') break;
      at = next;
      records++;
    }
    held = held.subarray(at);
    end += at;
    if (piece.length === 0) return { records, end, size };
  }
}

/** Whether any whole record begins at or after a place; looked for only behind damage. */
async function hasWhole(file: FileHandle, from: number, size: number): Promise<boolean> {
  const bytes = new Uint8Array(Math.min(size - from, 16 << 20));
  if (bytes.length <= 0) return false;
  await file.read(bytes, 0, bytes.length, from);
  for (let at = 0; at < bytes.length; at++) if (typeof wholeAt(bytes, at) === 'number') return true;
  return false;
}

function damaged(path: string, offset: number): TautlineFailure {
  return new TautlineFailure({
    kind: 'file',
    file: path,
    problem: `the log is damaged at offset ${offset}: its checksum is not that of the record`,
    advice: 'Restore the file; nothing behind it is read, so that nothing is skipped in silence.',
  });
}

function notKept(place: string, offset: number, { first, end }: OffsetRange): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `${place} has no offset ${offset}: it keeps ${first} to ${end}`,
    advice:
      offset < first
        ? 'What was to be read is gone from the log: begin a new ledger, or restore the log.'
        : 'The log is another one than the ledger was written from: begin a new ledger, or restore the log.',
  });
}
