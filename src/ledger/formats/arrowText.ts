/**
 * Texts, whose bytes lie one after the other in `data`, are UTF-8: apache-arrow reads what is not as U+FFFD, and two
 * names become one.
 * @throws RangeError that names the first row that is not
 */
export function checkText(offsets: Int32Array, data: Uint8Array, validity: Uint8Array | undefined): void {
  const [from, to] = [offsets[0], offsets[offsets.length - 1]];
  if (isAscii(data, from, to) || areTexts(offsets, data)) return;
  // The bytes of a null may be anything.
  for (let i = 0; i + 1 < offsets.length; i++)
    if (!(validity && ((validity[i >> 3] >> (i & 7)) & 1) === 0) && !isUtf8(data.subarray(offsets[i], offsets[i + 1])))
      throw new RangeError(`the text in row ${i + 1} of its batch is not UTF-8`);
}

function isAscii(data: Uint8Array, from: number, to: number): boolean {
  let at = from;
  let bits = 0;
  for (; at < to && (data.byteOffset + at) % 4 !== 0; at++) bits |= data[at];
  const words = new Uint32Array(data.buffer, data.byteOffset + at, (to - at) >> 2);
  let high = 0;
  for (let i = 0; i < words.length; i++) high |= words[i];
  for (at += 4 * words.length; at < to; at++) bits |= data[at];
  return ((high & 0x8080_8080) | (bits & 0x80)) === 0;
}

/** True if all of the bytes are UTF-8, and none of the texts begins within a character. */
function areTexts(offsets: Int32Array, data: Uint8Array): boolean {
  const [from, to] = [offsets[0], offsets[offsets.length - 1]];
  for (let i = 0; i < offsets.length; i++) if (offsets[i] < to && (data[offsets[i]] & 0xc0) === 0x80) return false;
  return isUtf8(data.subarray(from, to));
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
