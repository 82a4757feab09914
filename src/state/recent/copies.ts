import type { NamedBlob } from '../../ledger/types.ts';

/** Files copied into the browser's own storage. */
export interface Copy {
  readonly folder: string;
  /** Of the files, in order; the copies are numbered. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

const ROOT = 'ledgers';

const root = async (): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });

/** True if the browser has a storage of its own for files. */
export const canCopy = (): boolean => typeof navigator.storage?.getDirectory === 'function';

/**
 * Copies files, a part after the other; what was begun goes if it is stopped or there is no room.
 * @param onBytes how many are copied by now
 */
export async function copyFiles(
  files: readonly NamedBlob[],
  onBytes: (done: number) => void,
  signal: AbortSignal,
): Promise<Copy> {
  const folder = crypto.randomUUID();
  const into = await (await root()).getDirectoryHandle(folder, { create: true });
  let bytes = 0;
  try {
    for (const [i, { blob }] of files.entries()) {
      const file = await into.getFileHandle(String(i), { create: true });
      const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(part, to) {
          bytes += part.byteLength;
          onBytes(bytes);
          to.enqueue(part);
        },
      });
      await blob
        .stream()
        .pipeThrough(counted)
        .pipeTo(await file.createWritable(), { signal });
    }
  } catch (thrown) {
    await removeCopy({ folder });
    throw thrown;
  }
  return { folder, paths: files.map(({ path }) => path), bytes };
}

export async function filesOfCopy({ folder, paths }: Copy): Promise<readonly NamedBlob[]> {
  const from = await (await root()).getDirectoryHandle(folder);
  return Promise.all(
    paths.map(async (path, i) => ({ path, blob: await (await from.getFileHandle(String(i))).getFile() })),
  );
}

export async function removeCopy({ folder }: Pick<Copy, 'folder'>): Promise<void> {
  await (await root()).removeEntry(folder, { recursive: true });
}
