import { decompress } from 'fzstd';

const MAGIC = 0xfd2f_b528;
const CHECKSUM = 4;
const BLOCK_HEADER = 3;
const LARGEST_BLOCK = 128 << 10;
const RAW = 0;
const REPEATED = 1;
/** What is appended to a frame, to see where it comes out: the library does not tell how much it has written. */
const END = Uint8Array.of(0x5a, 0xa5, 0x0f, 0xf0, 0x3c, 0xc3, 0x69, 0x96);

/**
 * Inflates a Zstandard frame (RFC 8878) of one content; its checksum is passed over.
 * @param length bytes of the result
 * @throws RangeError or Error where the frame is damaged or holds more or less than `length` bytes
 */
export function inflateZstdFrame(frame: Uint8Array, length: number): Uint8Array {
  const { last, end, most } = walkBlocks(frame);
  const wrong = (): RangeError => new RangeError(`a Zstandard frame does not hold the ${length} bytes that it states`);
  if (most < length) throw wrong();
  const marked = new Uint8Array(frame.length + BLOCK_HEADER + END.length);
  marked.set(frame.subarray(0, end));
  marked[last] &= ~1;
  marked.set(Uint8Array.of((END.length << 3) | 1, 0, 0), end);
  marked.set(END, end + BLOCK_HEADER);
  const out = new Uint8Array(length + END.length);
  decompress(marked, out);
  if (END.some((byte, i) => out[length + i] !== byte)) throw wrong();
  return out.subarray(0, length);
}

/** Where the header of the last block is, where that block ends, and what the blocks can hold. */
function walkBlocks(frame: Uint8Array): { last: number; end: number; most: number } {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('no Zstandard frame');
  const flags = view.getUint8(4);
  const singleSegment = (flags >> 5) & 1;
  const contentSize = flags >> 6 === 0 ? singleSegment : 1 << (flags >> 6);
  let at = 6 - singleSegment + [0, 1, 2, 4][flags & 3] + contentSize;
  let most = 0;
  for (;;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const size = header >> 3;
    const type = (header >> 1) & 3;
    const last = at;
    at += BLOCK_HEADER + (type === REPEATED ? 1 : size);
    most += type === RAW || type === REPEATED ? size : LARGEST_BLOCK;
    if (type === 3 || size > LARGEST_BLOCK || at > frame.length) throw new RangeError('a Zstandard block is damaged');
    if ((header & 1) === 0) continue;
    if (at + ((flags & 4) !== 0 ? CHECKSUM : 0) !== frame.length)
      throw new RangeError('a Zstandard frame ends elsewhere than its buffer');
    return { last, end: at, most };
  }
}
