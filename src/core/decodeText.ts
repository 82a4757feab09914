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
  const { at, isCut } = textBreak(bytes, encoding);
  if (isCut) return ': its last character is cut off';
  const line = bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 1);
  return ` (byte 0x${bytes[at].toString(16).padStart(2, '0')} in line ${line})`;
}

/** Where bytes that do not decode stop being text. */
interface TextBreak {
  /** Position of the first byte of the character that is none. */
  readonly at: number;
  /** True if it may only be cut off: all before the end decodes. */
  readonly isCut: boolean;
}

export function textBreak(bytes: Uint8Array, encoding: string): TextBreak {
  const decodes = (length: number, stream: boolean): boolean => {
    try {
      // As a stream, so that a character may be cut by the end.
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let [at, broken] = [0, bytes.length + 1];
  while (broken - at > 1) {
    const middle = (at + broken) >>> 1;
    if (middle <= bytes.length && decodes(middle, true)) at = middle;
    else broken = middle;
  }
  while (at > 0 && !decodes(at, false)) at--;
  return { at, isCut: broken > bytes.length };
}

const BRACE = '{'.charCodeAt(0);
const SPACES = [9, 10, 13, 32];
/** First bytes of the marks of UTF-8 and UTF-16. */
const MARKS = [0xef, 0xfe, 0xff];

/** True if a file begins as a JSON object or with a mark of text; protobuf begins with the key of a field. */
export const beginsAsJson = (bytes: Uint8Array): boolean =>
  MARKS.includes(bytes[0]) || bytes.find((byte) => !SPACES.includes(byte)) === BRACE;
