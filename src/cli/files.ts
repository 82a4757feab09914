import { open } from 'node:fs/promises';
import { decodeText } from '../core/decodeText.ts';
import { TautlineFailure } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';

/** More than any file of parameters, labels or a baseline has. */
const MOST_BYTES = 256e6;
const CHUNK = 1 << 20;

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EISDIR', 'it is a folder, not a file'],
  ['EACCES', 'there is no permission to read it'],
  ['EPERM', 'there is no permission to read it'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
]);

const refusal = (file: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'file', file, problem, advice });

/**
 * Reads a file, or a pipe, that the user named. Throws a `file` error that says why it could not be read, or that it is
 * larger than such a file is.
 */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const chunks: Uint8Array[] = [];
      const buffer = new Uint8Array(CHUNK);
      for (let total = 0; ;) {
        const { bytesRead } = await handle.read(buffer);
        if (bytesRead === 0) return Buffer.concat(chunks);
        total += bytesRead;
        if (total > MOST_BYTES)
          throw refusal(file, `it is larger than ${formatBytes(MOST_BYTES)}`, 'Check that it is the right file');
        chunks.push(buffer.slice(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (thrown instanceof TautlineFailure) throw thrown;
    const { code = String(thrown) } = thrown as NodeJS.ErrnoException;
    throw refusal(file, REASONS.get(code) ?? `it cannot be read (${code})`, 'Check the path');
  }
}

/** The same as text: UTF-8, or UTF-16 with its mark. */
export async function readText(file: string): Promise<string> {
  const text = decodeText(await readBytes(file));
  if (text.ok) return text.value;
  throw refusal(file, text.error, 'Check that it is the right file, saved as UTF-8');
}
