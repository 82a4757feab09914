import { decodeText } from '../core/decodeText.ts';
import { TautlineFailure } from '../core/errors.ts';

/**
 * The text of a file that the user chose: UTF-8, or UTF-16 with its mark. @throws TautlineFailure of kind file for one
 * that is no text
 */
export async function textOfFile(file: Blob, name: string): Promise<string> {
  const text = decodeText(new Uint8Array(await file.arrayBuffer()));
  if (text.ok) return text.value;
  const advice = 'Check that it is the right file, saved as UTF-8';
  throw new TautlineFailure({ kind: 'file', file: name, problem: text.error, advice });
}
