import { readFile } from 'node:fs/promises';
import { TautlineFailure } from '../core/errors.ts';

/** Reads a file that the user named. Throws a `file` error that says why it could not be read. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    throw new TautlineFailure({
      kind: 'file',
      file,
      problem: code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${message})`,
      advice: 'Check the path',
    });
  }
}

/** The same as UTF-8 text. */
export const readText = async (file: string): Promise<string> => Buffer.from(await readBytes(file)).toString('utf8');
