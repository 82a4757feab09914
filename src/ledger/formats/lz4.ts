const MAGIC = 0x184d2204;
const UNCOMPRESSED_BLOCK = 0x80000000;

/**
 * Inflates an LZ4 frame, whose blocks may refer to those before them (LZ4 frame format 1.6; checksums are passed over).
 * @param length bytes of the result
 * @throws RangeError or Error where the frame is damaged or holds more or less than `length` bytes
 */
export function inflateLz4Frame(frame: Uint8Array, length: number): Uint8Array {
  const data = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (data.getUint32(0, true) !== MAGIC) throw new Error('no LZ4 frame');
  const flags = data.getUint8(4);
  if (flags >> 6 !== 1) throw new Error('an LZ4 frame of an unknown version');
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  // Magic, flags, block size, header checksum; the size of the content and the id of a dictionary where they are
  // stated.
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const out = new Uint8Array(length);
  let written = 0;
  for (;;) {
    const size = data.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const bytes = size & ~UNCOMPRESSED_BLOCK;
    if (at + bytes > frame.length) throw new RangeError('an LZ4 block ends beyond its frame');
    const block = frame.subarray(at, at + bytes);
    if (size >= UNCOMPRESSED_BLOCK) {
      out.set(block, written);
      written += bytes;
    } else {
      written = inflateBlock(block, out, written);
    }
    at += bytes + blockChecksum;
  }
  if (written !== length) throw new RangeError(`an LZ4 frame of ${length} bytes inflated to ${written}`);
  return out;
}

/** Sequences of literals and a match (LZ4 block format); returns the position after the last byte written. */
function inflateBlock(block: Uint8Array, out: Uint8Array, start: number): number {
  let to = start;
  let at = 0;
  const extended = (nibble: number): number => {
    let total = nibble;
    if (nibble !== 15) return total;
    for (;;) {
      if (at >= block.length) throw new RangeError('an LZ4 block ends too early');
      const byte = block[at++];
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw new RangeError('LZ4 literals end beyond their block');
    out.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= block.length) break;
    if (at + 2 > block.length) throw new RangeError('an LZ4 block ends too early');
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    const match = extended(token & 15) + 4;
    if (distance === 0 || distance > to || to + match > out.length)
      throw new RangeError('an LZ4 match lies outside the output');
    if (distance >= match) {
      out.copyWithin(to, to - distance, to - distance + match);
      to += match;
    } else {
      for (const end = to + match; to < end; to++) out[to] = out[to - distance];
    }
  }
  return to;
}
