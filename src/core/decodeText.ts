import { err, ok, type Result } from './result.ts';

/**
 * A text from the bytes of a file: UTF-8, or UTF-16 where a byte order mark says so. The error is a predicate: what is
 * wrong with the file.
 */
export function decodeText(bytes: Uint8Array): Result<string, string> {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : isBigEndian(bytes) ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    // The mark at the start is left out.
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (thrown) {
    if (thrown instanceof TypeError)
      return err(`it is not text in ${encoding.toUpperCase()}${placeOf(bytes, encoding)}`);
    return err('it is too long to be read as one text');
  }
  if (text.includes('\0')) return err('it is not text');
  return text.trim() === '' ? err('it is empty') : ok(text);
}

const isBigEndian = (bytes: Uint8Array): boolean => bytes[0] === 0xfe && bytes[1] === 0xff;

/** " (byte 0xe9 in line 3)" of the first byte that is wrong, '' where it is the end that is missing. */
function placeOf(bytes: Uint8Array, encoding: string): string {
  const isWhole = (length: number): boolean => {
    try {
      // As a stream, so that a character may be cut by the end.
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let [whole, broken] = [0, bytes.length + 1];
  while (broken - whole > 1) {
    const middle = (whole + broken) >> 1;
    if (middle <= bytes.length && isWhole(middle)) whole = middle;
    else broken = middle;
  }
  if (broken > bytes.length) return ': its last character is cut off';
  const at = culprit(bytes, broken - 1);
  const line = bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 1);
  return ` (byte 0x${bytes[at].toString(16).padStart(2, '0')} in line ${line})`;
}

/** The byte that begins what breaks off at a byte of UTF-8: that byte, or one before it that promised more. */
function culprit(bytes: Uint8Array, at: number): number {
  for (let back = 1; back <= 3 && at >= back; back++) {
    const byte = bytes[at - back];
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? at - back : at;
  }
  return at;
}
