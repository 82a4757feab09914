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

/**
 * How a file is compressed, by its first bytes; null if it is not.
 * @param tail its last bytes; all of a small file
 */
export async function packingOf({ blob }: NamedBlob, tail: Uint8Array): Promise<Packing | null> {
  if (FORMATS.some((format) => format.sniffTail?.(tail))) return null;
  const isWhole = tail.length === blob.size;
  const start = latin(isWhole ? tail.subarray(0, 4) : new Uint8Array(await blob.slice(0, 4).arrayBuffer()));
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
    if (packing === 'gzip') await gunzip(file, take, options);
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

async function gunzip(file: NamedBlob, take: (bytes: Uint8Array) => void, options: UnpackOptions): Promise<void> {
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
