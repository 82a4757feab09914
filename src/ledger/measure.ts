import { toStrings, validity } from './cast.ts';
import type { RawColumn } from './reader.ts';
import type { VectorColumn } from './vectors.ts';

/** What the first pass measures of texts and vectors, without keeping them. */

/** FNV-1a over words: cheap, and enough to tell two versions of a message apart. */
const FNV_PRIME = 0x0100_0193;

export function measureText(
  raw: RawColumn,
  textLength: Int32Array,
  hasText: Uint8Array,
  content: Uint32Array,
  base: number,
): void {
  const data = toStrings(raw);
  const { valueOffsets, values } = data;
  const valid = validity(data);
  for (let i = 0; i < data.length; i++) {
    if (valid && !valid[i]) continue;
    let points = 0;
    let blank = 1;
    let hash = content[base + i];
    for (let at = valueOffsets[i]; at < valueOffsets[i + 1]; at++) {
      // A UTF-8 byte that starts a character is not 10xxxxxx; blanks of one byte are space and below.
      if ((values[at] & 0xc0) !== 0x80) points++;
      if (values[at] > 32) blank = 0;
      hash = Math.imul(hash ^ values[at], FNV_PRIME);
    }
    textLength[base + i] = points;
    content[base + i] = hash;
    hasText[base + i] = 1 - blank;
  }
}

/** Of float32 as its bits: all ones there for a number that is not finite; one more of it is the sign bit. */
const EXPONENT = 0x7f80_0000;
const EXPONENT_ONE = 0x0080_0000;

/** Lengths, finiteness and hashes of vectors. */
export function measureVectors(
  { rows, offsets, values, valid }: VectorColumn,
  vectorLength: Int32Array,
  notFinite: Uint8Array,
  content: Uint32Array,
  base: number,
): void {
  const single = values instanceof Float32Array ? values : Float32Array.from(values);
  const bits = new Int32Array(single.buffer, single.byteOffset, single.length);
  for (let i = 0; i < rows; i++) {
    if (valid && !valid[i]) continue;
    const from = offsets[i];
    const length = offsets[i + 1] - from;
    // A hash waits for the one before: those of four vectors are taken side by side.
    const isFour = !valid && i + 4 <= rows && offsets[i + 4] - from === 4 * length;
    if (isFour && offsets[i + 2] - from === 2 * length && offsets[i + 3] - from === 3 * length) {
      measureFour(bits, from, length, notFinite, content, base + i);
      vectorLength.fill(length, base + i, base + i + 4);
      i += 3;
      continue;
    }
    let beyond = 0;
    let hash = Math.imul(content[base + i] ^ length, FNV_PRIME);
    for (let at = from; at < from + length; at++) {
      beyond |= (bits[at] & EXPONENT) + EXPONENT_ONE;
      hash = Math.imul(hash ^ bits[at], FNV_PRIME);
    }
    vectorLength[base + i] = length;
    content[base + i] = hash;
    if (beyond < 0) notFinite[base + i] = 1;
  }
}

/** The same of four vectors of one length, one behind the other. */
function measureFour(
  bits: Int32Array,
  from: number,
  length: number,
  notFinite: Uint8Array,
  content: Uint32Array,
  row: number,
): void {
  let [beyond0, beyond1, beyond2, beyond3] = [0, 0, 0, 0];
  let hash0 = Math.imul(content[row] ^ length, FNV_PRIME);
  let hash1 = Math.imul(content[row + 1] ^ length, FNV_PRIME);
  let hash2 = Math.imul(content[row + 2] ^ length, FNV_PRIME);
  let hash3 = Math.imul(content[row + 3] ^ length, FNV_PRIME);
  for (let at = from; at < from + length; at++) {
    const word0 = bits[at];
    const word1 = bits[at + length];
    const word2 = bits[at + 2 * length];
    const word3 = bits[at + 3 * length];
    beyond0 |= (word0 & EXPONENT) + EXPONENT_ONE;
    beyond1 |= (word1 & EXPONENT) + EXPONENT_ONE;
    beyond2 |= (word2 & EXPONENT) + EXPONENT_ONE;
    beyond3 |= (word3 & EXPONENT) + EXPONENT_ONE;
    hash0 = Math.imul(hash0 ^ word0, FNV_PRIME);
    hash1 = Math.imul(hash1 ^ word1, FNV_PRIME);
    hash2 = Math.imul(hash2 ^ word2, FNV_PRIME);
    hash3 = Math.imul(hash3 ^ word3, FNV_PRIME);
  }
  content[row] = hash0;
  content[row + 1] = hash1;
  content[row + 2] = hash2;
  content[row + 3] = hash3;
  if (beyond0 < 0) notFinite[row] = 1;
  if (beyond1 < 0) notFinite[row + 1] = 1;
  if (beyond2 < 0) notFinite[row + 2] = 1;
  if (beyond3 < 0) notFinite[row + 3] = 1;
}
