import { once } from '../core/once.ts';
import { fileFailure, isOutOfMemory, throwIfCancelled } from './failures.ts';
import { latin } from './formats/format.ts';
import { FORMATS } from './formats/list.ts';
import type { NamedBlob } from './types.ts';

/** Files that are compressed as a whole: they are decompressed into memory, since rows are read several times. */

type Packing = 'gzip' | 'zstd';
const MAGIC: readonly (readonly [string, Packing])[] = [
  ['\x1f\x8b', 'gzip'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
];
/** What programs that compress in parallel write before the data, after a byte from P to _. */
const SKIPPABLE = '\x2a\x4d\x18';

/**
 * How a file is compressed, by its first bytes; null if it is not.
 * @param tail its last bytes; all of a small file
 */
export async function packingOf({ blob }: NamedBlob, tail: Uint8Array): Promise<Packing | null> {
  if (FORMATS.some((format) => format.sniffTail?.(tail))) return null;
  const isWhole = tail.length === blob.size;
  const start = latin(isWhole ? tail.subarray(0, 4) : new Uint8Array(await blob.slice(0, 4).arrayBuffer()));
  if (/^[P-_]/.test(start) && start.slice(1) === SKIPPABLE) return 'zstd';
  return MAGIC.find(([magic]) => start.startsWith(magic))?.[1] ?? null;
}

/** Decompressed, more than this is not held in memory. */
const MAX_BYTES = 2 ** 31;
const PIECE_BYTES = 1 << 20;

const zstd = once(() => import('fzstd'));

interface UnpackOptions {
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
  readonly maxBytes?: number;
}

/** @throws TautlineFailure of kind `file` where it is damaged, cut off or too large */
export async function unpack(file: NamedBlob, packing: Packing, options: UnpackOptions = {}): Promise<NamedBlob> {
  const { path } = file;
  const { signal, maxBytes = MAX_BYTES } = options;
  const parts: Blob[] = [];
  let held: Uint8Array<ArrayBuffer>[] = [];
  let [size, heldBytes] = [0, 0];
  const settle = (): void => {
    if (held.length > 0) parts.push(new Blob(held));
    [held, heldBytes] = [[], 0];
  };
  const mark = (): (() => void) => {
    settle();
    const before = [parts.length, size];
    return () => {
      [held, heldBytes] = [[], 0];
      [parts.length, size] = before;
    };
  };
  const take = (bytes: Uint8Array): void => {
    size += bytes.length;
    if (size > maxBytes)
      throw fileFailure(
        path,
        `decompressed it has more than ${Math.round(maxBytes / 2 ** 20).toLocaleString('en-US')} MB`,
        'Decompress it first, and open it then',
      );
    held.push(bytes.slice());
    heldBytes += bytes.length;
    if (heldBytes >= PIECE_BYTES * 4) settle();
  };
  try {
    if (packing === 'gzip') await gunzip(file, { take, mark }, options);
    else await unzstd(file, take, options);
  } catch (thrown) {
    throwIfCancelled(signal, `reading ${path}`);
    if (isTold(thrown) || isOutOfMemory(thrown)) throw thrown;
    throw fileFailure(
      path,
      `its compressed data (${packing}) is damaged or cut off`,
      'Check that it was copied whole, or decompress it first',
    );
  }
  settle();
  return { path, blob: new Blob(parts) };
}

const isTold = (thrown: unknown): boolean => thrown instanceof Error && 'error' in thrown;

async function* piecesOf({ path, blob }: NamedBlob, { signal, onFraction }: UnpackOptions) {
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    throwIfCancelled(signal, `reading ${path}`);
    const end = Math.min(blob.size, at + PIECE_BYTES);
    yield { bytes: new Uint8Array(await blob.slice(at, end).arrayBuffer()), last: end === blob.size };
    onFraction?.(end / blob.size);
  }
}

/** Where decompressed bytes go. */
interface Output {
  take(bytes: Uint8Array): void;
  /** @returns takes back what has come since */
  mark(): () => void;
}

/** Places that may be the beginning of a member and are not, beyond which a file counts as damaged. */
const MAX_FALSE_STARTS = 32;

/** A file of one member, or of several one after another: browsers read one, and refuse what follows it. */
async function gunzip(file: NamedBlob, output: Output, options: UnpackOptions): Promise<void> {
  const { signal } = options;
  const undo = output.mark();
  try {
    await inflate(file, output, options);
  } catch (thrown) {
    if (isTold(thrown) || isOutOfMemory(thrown) || signal?.aborted) throw thrown;
    const starts = await memberStarts(file, options);
    if (starts.length < 2) throw thrown;
    undo();
    await inflateMembers(file, [...starts.slice(1), file.blob.size], output, options);
  }
}

/** @param ends where a member may end, ascending */
async function inflateMembers(
  { path, blob }: NamedBlob,
  ends: readonly number[],
  output: Output,
  options: UnpackOptions,
): Promise<void> {
  let from = 0;
  let falseStarts = 0;
  for (const end of ends) {
    const undo = output.mark();
    try {
      await inflate({ path, blob: blob.slice(from, end) }, output, { ...options, onFraction: undefined });
    } catch (thrown) {
      if (isTold(thrown) || isOutOfMemory(thrown) || end === blob.size || ++falseStarts > MAX_FALSE_STARTS)
        throw thrown;
      undo();
      continue;
    }
    from = end;
    options.onFraction?.(end / blob.size);
  }
}

/** Where the header of a member may lie. */
async function memberStarts(file: NamedBlob, options: UnpackOptions): Promise<readonly number[]> {
  const starts: number[] = [];
  let before = new Uint8Array(0);
  let base = 0;
  for await (const { bytes } of piecesOf(file, { ...options, onFraction: undefined })) {
    const all = new Uint8Array(before.length + bytes.length);
    all.set(before);
    all.set(bytes, before.length);
    for (let at = all.indexOf(0x1f); at >= 0 && at + 3 < all.length; at = all.indexOf(0x1f, at + 1))
      if (all[at + 1] === 0x8b && all[at + 2] === 8 && all[at + 3] < 32) starts.push(base + at);
    before = all.slice(-3);
    base += all.length - before.length;
  }
  return starts;
}

async function inflate(file: NamedBlob, { take }: Output, options: UnpackOptions): Promise<void> {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    for await (const { bytes } of piecesOf(file, options)) await writer.write(bytes);
    await writer.close();
  })();
  // What goes wrong while writing is thrown once reading has ended.
  writing.catch(() => undefined);
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      take(value);
    }
  } catch (thrown) {
    await reader.cancel().catch(() => undefined);
    throw thrown;
  }
  await writing;
}

async function unzstd(file: NamedBlob, take: (bytes: Uint8Array) => void, options: UnpackOptions): Promise<void> {
  const { Decompress } = await zstd();
  let ended = false;
  const stream = new Decompress((bytes, final) => {
    take(bytes);
    ended = final ?? false;
  });
  for await (const { bytes, last } of piecesOf(file, options)) stream.push(bytes, last);
  if (!ended) throw new Error('cut off');
}
