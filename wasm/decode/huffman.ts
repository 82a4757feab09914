import { MOST_SYMBOLS, buildTable, left, openBits, readBits, readLog, readProbabilities } from './fse';

/** Huffman coding of literals, of the Zstandard format (RFC 8878, 4.2): tables of `bits | symbol << 8`, u16. */

const MOST_BITS: i32 = 11;
const TABLE: usize = memory.data(2 << 11, 16);
const WEIGHTS: usize = memory.data(264, 16);
const WEIGHT_TABLE: usize = memory.data(4 << 6, 16);
const STREAMS: usize = memory.data(64, 16);
/** Bits that the table is looked up by; 0: there is none yet. */
let tableBits: i32 = 0;

export function forgetTree(): void {
  tableBits = 0;
}
export const hasTree = (): bool => tableBits > 0;

/** Weights that are coded by two states in turn. @returns how many, -1 where they make no sense */
function codedWeights(src: usize, end: usize): i32 {
  const header = readProbabilities(src, end, 6, MOST_SYMBOLS);
  if (header < 0 || !buildTable(WEIGHT_TABLE) || !openBits(src + header, end)) return -1;
  let one = readBits(readLog);
  let two = readBits(readLog);
  if (left < 0) return -1;
  let count = 0;
  while (true) {
    // Two at least are written in a round.
    if (count > MOST_SYMBOLS - 3) return -1;
    const first = load<u32>(WEIGHT_TABLE + (one << 2));
    store<u8>(WEIGHTS + count++, <u8>first);
    one = (first >> 16) + readBits((first >> 8) & 255);
    if (left < 0) {
      store<u8>(WEIGHTS + count++, <u8>load<u32>(WEIGHT_TABLE + (two << 2)));
      return count;
    }
    const second = load<u32>(WEIGHT_TABLE + (two << 2));
    store<u8>(WEIGHTS + count++, <u8>second);
    two = (second >> 16) + readBits((second >> 8) & 255);
    if (left < 0) {
      store<u8>(WEIGHTS + count++, <u8>load<u32>(WEIGHT_TABLE + (one << 2)));
      return count;
    }
  }
}

/** Reads a tree. @returns bytes read, -1 where they make no sense */
export function readTree(src: usize, end: usize): i32 {
  if (src >= end) return -1;
  tableBits = 0;
  const header = <i32>load<u8>(src);
  let count: i32;
  let bytes: i32;
  if (header < 128) {
    bytes = header + 1;
    if (src + bytes > end) return -1;
    count = codedWeights(src + 1, src + bytes);
    if (count < 0) return -1;
  } else {
    count = header - 127;
    bytes = 1 + ((count + 1) >> 1);
    if (src + bytes > end) return -1;
    for (let i = 0; i < count; i++) {
      const pair = load<u8>(src + 1 + (i >> 1));
      store<u8>(WEIGHTS + i, i & 1 ? pair & 15 : pair >> 4);
    }
  }
  return fillTable(count) ? bytes : -1;
}

function fillTable(given: i32): bool {
  let sum: u32 = 0;
  for (let i = 0; i < given; i++) {
    const weight = <i32>load<u8>(WEIGHTS + i);
    if (weight > MOST_BITS) return false;
    if (weight > 0) sum += 1 << (weight - 1);
  }
  if (sum == 0) return false;
  const bits = 32 - clz(sum);
  const rest = (1 << bits) - sum;
  // The last weight is what the others leave, a power of two.
  if (bits > MOST_BITS || (rest & (rest - 1)) != 0) return false;
  store<u8>(WEIGHTS + given, <u8>(32 - clz(rest)));
  let at: usize = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (let symbol = 0; symbol <= given; symbol++) {
      if (<i32>load<u8>(WEIGHTS + symbol) != weight) continue;
      const entry = <u16>((symbol << 8) | (bits + 1 - weight));
      for (let i = 0; i < 1 << (weight - 1); i++, at += 2) store<u16>(TABLE + at, entry);
    }
  }
  if (at != <usize>2 << bits) return false;
  tableBits = <i32>bits;
  return true;
}

/** One stream from `bits` left on. @returns false where it does not end with its last symbol */
function finishStream(start: usize, bits: i32, to: usize, end: usize): bool {
  const width = tableBits;
  const mask = (<u64>1 << width) - 1;
  let at = bits;
  for (; to < end; to++) {
    if (at <= 0) return false;
    const from = at - width;
    const index = from >= 0
      ? (load<u64>(start + (from >> 3)) >> (from & 7)) & mask
      : (load<u64>(start) << -from) & mask;
    const entry = load<u16>(TABLE + (<usize>index << 1));
    store<u8>(to, <u8>(entry >> 8));
    at -= entry & 255;
  }
  return at == 0;
}

/** Literals in one stream. */
export function oneStream(src: usize, end: usize, to: usize, size: i32): bool {
  if (!openBits(src, end)) return false;
  return finishStream(src, left, to, to + size);
}

/** Literals in four streams, a quarter each, decoded side by side while all have bits to spare. */
export function fourStreams(src: usize, end: usize, to: usize, size: i32): bool {
  if (end - src < 10 || size < 6) return false;
  const quarter = <usize>((size + 3) >> 2);
  const s1 = src + 6;
  const s2 = s1 + load<u16>(src);
  const s3 = s2 + load<u16>(src, 2);
  const s4 = s3 + load<u16>(src, 4);
  if (s4 >= end || quarter * 3 > <usize>size) return false;
  for (let i = 0; i < 4; i++) {
    const from = i == 0 ? s1 : i == 1 ? s2 : i == 2 ? s3 : s4;
    if (!openBits(from, i == 0 ? s2 : i == 1 ? s3 : i == 2 ? s4 : end)) return false;
    store<i32>(STREAMS + (i << 2), left);
  }
  let b1 = load<i32>(STREAMS);
  let b2 = load<i32>(STREAMS, 4);
  let b3 = load<i32>(STREAMS, 8);
  let b4 = load<i32>(STREAMS, 12);
  const t2 = to + quarter;
  const t3 = t2 + quarter;
  const t4 = t3 + quarter;
  const last = to + size;
  const shift = <u64>(64 - tableBits);
  let o: usize = 0;
  // Five symbols take 55 bits at most, of the 57 or more that a word holds from any bit on.
  while (t4 + o + 5 <= last && min(min(b1, b2), min(b3, b4)) >= 64) {
    let v1 = wordAt(s1, b1);
    let v2 = wordAt(s2, b2);
    let v3 = wordAt(s3, b3);
    let v4 = wordAt(s4, b4);
    const stop = o + 5;
    for (; o < stop; o++) {
      const e1 = <u32>load<u16>(TABLE + (<usize>(v1 >> shift) << 1));
      const e2 = <u32>load<u16>(TABLE + (<usize>(v2 >> shift) << 1));
      const e3 = <u32>load<u16>(TABLE + (<usize>(v3 >> shift) << 1));
      const e4 = <u32>load<u16>(TABLE + (<usize>(v4 >> shift) << 1));
      store<u8>(to + o, <u8>(e1 >> 8));
      store<u8>(t2 + o, <u8>(e2 >> 8));
      store<u8>(t3 + o, <u8>(e3 >> 8));
      store<u8>(t4 + o, <u8>(e4 >> 8));
      v1 <<= e1 & 255;
      v2 <<= e2 & 255;
      v3 <<= e3 & 255;
      v4 <<= e4 & 255;
      b1 -= e1 & 255;
      b2 -= e2 & 255;
      b3 -= e3 & 255;
      b4 -= e4 & 255;
    }
  }
  return finishStream(s1, b1, to + o, t2)
    && finishStream(s2, b2, t2 + o, t3)
    && finishStream(s3, b3, t3 + o, t4)
    && finishStream(s4, b4, t4 + o, last);
}

/** The bits before bit `bits` of a stream, the last one on top; 64 at least are needed. */
// @ts-ignore: decorator
@inline
function wordAt(start: usize, bits: i32): u64 {
  const bytes = (bits + 7) >> 3;
  return load<u64>(start + bytes - 8) << ((bytes << 3) - bits);
}
