import { buildTable, left, openBits, readBits, readLog, readProbabilities, useProbabilities } from './fse';
import { forgetTree, fourStreams, hasTree, oneStream, readTree } from './huffman';

/**
 * Zstandard (RFC 8878). Inputs are not trusted: what does not hold is refused, and nothing is read or written but the
 * buffers given and 32 bytes behind each.
 */

const MOST_BLOCK: u32 = 128 << 10;
const LITERALS: usize = memory.data((128 << 10) + 64, 16);
const LL_TABLE: usize = memory.data(4 << 9, 16);
const ML_TABLE: usize = memory.data(4 << 9, 16);
const OF_TABLE: usize = memory.data(4 << 8, 16);
const LL_BASE: usize = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024,
  2048, 4096, 8192, 16384, 32768, 65536,
]);
const LL_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const ML_BASE: usize = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
  34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
]);
const ML_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const LL_DEFAULT: usize = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const ML_DEFAULT: usize = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
const OF_DEFAULT: usize = memory.data<i16>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);
const LL_CODES: i32 = 36;
const ML_CODES: i32 = 53;
const OF_CODES: i32 = 32;

/** Of the frame: logs of the tables in use, -1 where there is none yet, and the offsets used last. */
let llLog: i32 = -1;
let mlLog: i32 = -1;
let ofLog: i32 = -1;
let offset1: u32 = 1;
let offset2: u32 = 4;
let offset3: u32 = 8;
/** Of the block: its literals, and where they end. */
let literals: usize = 0;
let literalsEnd: usize = 0;

/**
 * Inflates a frame. @returns false where it is damaged, has a checksum or a dictionary, or does not give `size` bytes
 */
export function inflate(src: usize, bytes: u32, dst: usize, size: u32): bool {
  const end = src + bytes;
  if (bytes < 6 || load<u32>(src) != 0xfd2fb528) return false;
  const flags = load<u8>(src, 4);
  if ((flags & 0x0f) != 0) return false;
  const isSingle = (flags & 0x20) != 0;
  const code = flags >> 6;
  const sizeBytes: u32 = code == 0 ? (isSingle ? 1 : 0) : 1 << code;
  let at = src + 5 + (isSingle ? 0 : 1);
  if (at + sizeBytes > end) return false;
  if (sizeBytes > 0) {
    const stated = sizeBytes == 1 ? <u64>load<u8>(at)
      : sizeBytes == 2 ? <u64>load<u16>(at) + 256
        : sizeBytes == 4 ? <u64>load<u32>(at) : load<u64>(at);
    if (stated != <u64>size) return false;
  }
  at += sizeBytes;
  forgetTree();
  llLog = mlLog = ofLog = -1;
  offset1 = 1;
  offset2 = 4;
  offset3 = 8;
  let to = dst;
  const dstEnd = dst + size;
  for (let isLast = false; !isLast;) {
    if (at + 3 > end) return false;
    const header = <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16);
    at += 3;
    isLast = (header & 1) != 0;
    const type = (header >> 1) & 3;
    const length = header >> 3;
    if (length > MOST_BLOCK || type == 3) return false;
    const stored = type == 1 ? 1 : length;
    if (at + stored > end) return false;
    if (type == 2) {
      const written = inflateBlock(at, at + length, dst, to, dstEnd);
      if (written < 0) return false;
      to += written;
    } else {
      if (length > <u32>(dstEnd - to)) return false;
      if (type == 0) memory.copy(to, at, length);
      else memory.fill(to, load<u8>(at), length);
      to += length;
    }
    at += stored;
  }
  return at == end && to == dstEnd;
}

/** Reads a block's literals. @returns bytes read, -1 where they make no sense */
function readLiterals(src: usize, end: usize): i32 {
  const first = load<u8>(src);
  const type = first & 3;
  const format = (first >> 2) & 3;
  if (type < 2) {
    const header = format == 1 ? 2 : format == 3 ? 3 : 1;
    const word = load<u32>(src);
    const size = format == 1 ? (word & 0xffff) >> 4 : format == 3 ? (word & 0xffffff) >> 4 : (word & 0xff) >> 3;
    const stored = type == 0 ? size : 1;
    if (size > MOST_BLOCK || src + header + stored > end) return -1;
    if (type == 0) literals = src + header;
    else {
      literals = LITERALS;
      memory.fill(LITERALS, load<u8>(src + header), size);
    }
    literalsEnd = literals + size;
    return header + stored;
  }
  const header = format < 2 ? 3 : format == 2 ? 4 : 5;
  const width = format < 2 ? 10 : format == 2 ? 14 : 18;
  const word = load<u64>(src) >> 4;
  const mask = (<u64>1 << width) - 1;
  const size = <u32>(word & mask);
  const stored = <u32>((word >> width) & mask);
  const from = src + header;
  if (size > MOST_BLOCK || from + stored > end) return -1;
  let tree = 0;
  if (type == 2) {
    tree = readTree(from, from + stored);
    if (tree < 0) return -1;
  } else if (!hasTree()) return -1;
  const isOne = format == 0;
  const done = isOne
    ? oneStream(from + tree, from + stored, LITERALS, size)
    : fourStreams(from + tree, from + stored, LITERALS, size);
  if (!done) return -1;
  literals = LITERALS;
  literalsEnd = LITERALS + size;
  return header + stored;
}

/** The log of the table that was just made by one of the four ways, -1 where it makes no sense. */
let tableAt: usize = 0;
function readSequenceTable(
  mode: u32, end: usize, table: usize, before: i32, mostLog: i32, codes: i32, preset: usize, presetCodes: i32,
  presetLog: i32,
): i32 {
  if (mode == 3) return before;
  if (mode == 0) {
    useProbabilities(preset, presetCodes, presetLog);
    return buildTable(table) ? presetLog : -1;
  }
  if (mode == 1) {
    if (tableAt >= end) return -1;
    const symbol = <i32>load<u8>(tableAt++);
    if (symbol >= codes) return -1;
    store<u32>(table, symbol);
    return 0;
  }
  const read = readProbabilities(tableAt, end, mostLog, codes);
  if (read < 0 || !buildTable(table)) return -1;
  tableAt += read;
  return readLog;
}

/** Inflates a compressed block to `to`. @returns bytes written, -1 where it makes no sense */
function inflateBlock(src: usize, end: usize, dst: usize, to: usize, dstEnd: usize): i32 {
  if (src >= end) return -1;
  const read = readLiterals(src, end);
  if (read < 0) return -1;
  let at = src + read;
  if (at >= end) return -1;
  let count = <u32>load<u8>(at++);
  if (count >= 128) {
    if (at + (count == 255 ? 2 : 1) > end) return -1;
    if (count < 255) count = ((count - 128) << 8) + load<u8>(at++);
    else {
      count = <u32>load<u16>(at) + 0x7f00;
      at += 2;
    }
  }
  let out = to;
  if (count > 0) {
    if (at >= end) return -1;
    const modes = <u32>load<u8>(at);
    if ((modes & 3) != 0) return -1;
    tableAt = at + 1;
    llLog = readSequenceTable(modes >> 6, end, LL_TABLE, llLog, 9, LL_CODES, LL_DEFAULT, LL_CODES, 6);
    if (llLog < 0) return -1;
    ofLog = readSequenceTable((modes >> 4) & 3, end, OF_TABLE, ofLog, 8, OF_CODES, OF_DEFAULT, 29, 5);
    if (ofLog < 0) return -1;
    mlLog = readSequenceTable((modes >> 2) & 3, end, ML_TABLE, mlLog, 9, ML_CODES, ML_DEFAULT, ML_CODES, 6);
    if (mlLog < 0 || !openBits(tableAt, end)) return -1;
    out = runSequences(count, dst, to, dstEnd);
    if (out == 0) return -1;
  } else if (at != end) return -1;
  const rest = literalsEnd - literals;
  if (rest > dstEnd - out || out + rest - to > MOST_BLOCK) return -1;
  memory.copy(out, literals, rest);
  return <i32>(out + rest - to);
}

/** @returns where the output ends, 0 where the sequences make no sense */
function runSequences(count: u32, dst: usize, to: usize, dstEnd: usize): usize {
  let ll = readBits(llLog);
  let off = readBits(ofLog);
  let ml = readBits(mlLog);
  for (let i: u32 = 0; i < count; i++) {
    const llEntry = load<u32>(LL_TABLE + (ll << 2));
    const ofEntry = load<u32>(OF_TABLE + (off << 2));
    const mlEntry = load<u32>(ML_TABLE + (ml << 2));
    const ofCode = <i32>(ofEntry & 255);
    const value = (<u32>1 << ofCode) + readBits(ofCode);
    const mlCode = mlEntry & 255;
    const length = load<u32>(ML_BASE + (mlCode << 2)) + readBits(load<u8>(ML_BITS + mlCode));
    const llCode = llEntry & 255;
    const run = load<u32>(LL_BASE + (llCode << 2)) + readBits(load<u8>(LL_BITS + llCode));
    if (i + 1 < count) {
      ll = (llEntry >> 16) + readBits((llEntry >> 8) & 255);
      ml = (mlEntry >> 16) + readBits((mlEntry >> 8) & 255);
      off = (ofEntry >> 16) + readBits((ofEntry >> 8) & 255);
    }
    if (left < 0) return 0;
    const offset = offsetOf(value, run == 0);
    if (run > <u32>(literalsEnd - literals)) return 0;
    if (run + length > <u32>(dstEnd - to)) return 0;
    copyAhead(to, literals, run);
    to += run;
    literals += run;
    if (offset == 0 || offset > <u32>(to - dst)) return 0;
    copyMatch(to, offset, length);
    to += length;
  }
  return left == 0 ? to : 0;
}

/** The offset that a value stands for; the last three are remembered. */
function offsetOf(value: u32, noLiterals: bool): u32 {
  let offset: u32;
  if (value > 3) offset = value - 3;
  else {
    const which = value - 1 + (noLiterals ? 1 : 0);
    if (which == 0) return offset1;
    offset = which == 1 ? offset2 : which == 2 ? offset3 : offset1 - 1;
    if (which == 1) {
      offset2 = offset1;
      offset1 = offset;
      return offset;
    }
  }
  offset3 = offset2;
  offset2 = offset1;
  offset1 = offset;
  return offset;
}

/** Copies up to 15 bytes more than asked for: what follows is written later. */
// @ts-ignore: decorator
@inline
function copyAhead(to: usize, from: usize, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

// @ts-ignore: decorator
@inline
function copyMatch(to: usize, offset: u32, bytes: u32): void {
  const from = to - offset;
  if (offset >= 16) copyAhead(to, from, bytes);
  else for (let i: u32 = 0; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}
