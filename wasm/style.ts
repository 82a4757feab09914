/**
 * How messages are written: 50 features of a text. Their names, characters, words and scales stand in
 * src/detection/change/style.ts, from which the tables that the kernel is given are made.
 */

const FEATURES: usize = 50;
const FIRST_MARK: usize = 4, FIRST_GROUP: usize = 26;
/** Counters have the places of their features; those of one character or word are named in the tables only. */
const LENGTH: usize = 0, WORD_LENGTH: usize = 1, SENTENCES: usize = 2, END_QUESTION: usize = 3;
const BULLET: usize = 5, NUMBERED: usize = 6, BOLD: usize = 7;
const NONASCII: usize = 21, UPPER: usize = 23, CURRENCY: usize = 24;
/** Counters that are no feature: characters and words that are none, currency signs beyond ASCII, words. */
const NOTHING: usize = 50, FOREIGN_CURRENCY: usize = 51, WORDS: usize = 52;
const COUNTERS: usize = 53;

/** A class: counter, a bit where the characters after it decide something, a bit of white space. */
const COUNTER: u32 = 63, LOOK: u32 = 64, SPACE: u32 = 128;
/** Where the classes of U+0080 to U+00BF and of U+2000 to U+203F begin, after those of ASCII. */
const LATIN: usize = 128, PUNCTUATION: usize = 192;

/** Of the table of words: bits of a slot's number, where the multiplier stands, which bytes of a slot are word. */
const SLOT_BITS: u64 = 9;
const MULTIPLIER: usize = 16 << 9;
const WORD_BYTES: u64 = 0x00ff_ffff_ffff_ffff;
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/** Bytes that are looked at together. */
const BLOCK: usize = 64;

/**
 * One pass over the bytes of each text.
 * @param bytes UTF-8 of the texts, back to back; the 64 bytes after them are read too
 * @param offsets i32 n + 1
 * @param classes u8 256: of ASCII, U+0080 to U+00BF, U+2000 to U+203F
 * @param words slots of a word in lower case with the counter of its group as last byte, then the multiplier
 * @param factors f64 50 that features are multiplied by; a null pointer = as they are
 * @param counts scratch, i32 53
 * @param out f64 n x 50
 */
export function style(
  n: i32, bytes: usize, offsets: usize, classes: usize, words: usize, factors: usize, counts: usize, out: usize,
): void {
  for (let i = 0; i < n; i++) {
    const start = bytes + <usize>load<i32>(offsets);
    const end = bytes + <usize>load<i32>(offsets, 4);
    memory.fill(counts, 0, COUNTERS << 2);
    count(start, end, classes, words, counts);
    finish(counts, endsInQuestion(start, end, classes), out);
    if (factors) multiply(factors, out);
    offsets += 4;
    out += FEATURES << 3;
  }
}

/** Characters that count as such, by the bits of 64 bytes at a time; marks and words are looked at one by one. */
function count(start: usize, end: usize, classes: usize, words: usize, counts: usize): void {
  const multiplier = load<u64>(words, MULTIPLIER);
  let continuing = 0, capitals = 0, wordCount = 0, wordLength: usize = 0;
  // Letters before `taken` belong to words that were counted, stars before `starred` to pairs.
  let taken = start, starred = start;
  lookAtLine(start, end, classes, counts);
  for (let p = start; p < end; p += BLOCK) {
    const held = <u64>-1 >> <u64>(BLOCK - min(end - p, BLOCK));
    const letters = lettersIn(p), inside = continuingIn(p);
    continuing += <i32>popcnt<u64>(inside & held);
    capitals += <i32>popcnt<u64>(capitalsIn(p) & held);

    for (let left = ~(letters | inside | spacesIn(p)) & held; left != 0; left &= left - 1) {
      const at = p + <usize>ctz<u64>(left);
      const c = <u32>load<u8>(at);
      const kind = c < 0x80 ? <u32>load<u8>(classes + c) : classBeyond(at, c, classes);
      add(counts, kind & COUNTER, 1);
      if ((kind & LOOK) == 0) continue;
      const next = at + 1;
      if (c == 0x0a) {
        const first = <u32>load<u8>(next);
        if (first != 0x0a && !isLetter(first)) lookAtLine(next, end, classes, counts);
      } else if (c != 0x2a) {
        if (next >= end || isSpace(next, classes)) add(counts, SENTENCES, 1);
      } else if (at >= starred && next < end && load<u8>(next) == 0x2a) {
        add(counts, BOLD, 1);
        starred = next + 1;
      }
    }

    for (let left = from(letters & held, p, taken); left != 0;) {
      const beyond = left + (left & (0 - left));
      const word = p + <usize>ctz<u64>(left);
      let stop = p + <usize>ctz<u64>(beyond);
      left &= beyond;
      if (stop == p + BLOCK && stop < end) taken = stop = afterLetters(stop, end);
      let length = stop - word;
      let low = firstBytes(load<u64>(word), length);
      let high = select<u64>(firstBytes(load<u64>(word, 8), length - 8), 0, length > 8);
      const next = <u32>load<u8>(stop);
      if (next == 0x27 || next == 0xe2) {
        const second = afterApostrophe(stop, next);
        if (second < end && isLetter(load<u8>(second))) {
          taken = afterLetters(second, end);
          left = from(left, p, taken);
          const more = taken - second;
          // No word of the table that has an apostrophe is longer.
          if (length + more < 8) {
            low |= (<u64>0x27 << (length << 3)) | (firstBytes(load<u64>(second), more) << ((length + 1) << 3));
          } else {
            high = -1;
          }
          length += more + 1;
        }
      }
      wordCount++;
      wordLength += length;
      const slot = words + (<usize>((low * multiplier) >> (64 - SLOT_BITS)) << 4);
      const last = load<u64>(slot, 8);
      const known = <i32>(load<u64>(slot) == low) & <i32>((last & WORD_BYTES) == high);
      add(counts, select<usize>(<usize>(last >> 56), NOTHING, known), 1);
    }
  }
  add(counts, LENGTH, <i32>(end - start) - continuing);
  add(counts, UPPER, capitals);
  add(counts, WORDS, wordCount);
  add(counts, WORD_LENGTH, <i32>wordLength);
}

/** Of the bits of the bytes from p on those from `first` on. */
@inline
function from(bits: u64, p: usize, first: usize): u64 {
  if (first <= p) return bits;
  return first - p < BLOCK ? bits & (<u64>-1 << <u64>(first - p)) : 0;
}

/** Which of 64 bytes are letters of ASCII, a bit each. */
@inline
function lettersIn(p: usize): u64 {
  return letters16(p) | (letters16(p + 16) << 16) | (letters16(p + 32) << 32) | (letters16(p + 48) << 48);
}

@inline
function letters16(p: usize): u64 {
  return within26(v128.or(v128.load(p), i8x16.splat(0x20)), 97);
}

@inline
function capitalsIn(p: usize): u64 {
  return capitals16(p) | (capitals16(p + 16) << 16) | (capitals16(p + 32) << 32) | (capitals16(p + 48) << 48);
}

@inline
function capitals16(p: usize): u64 {
  return within26(v128.load(p), 65);
}

@inline
function within26(v: v128, first: i8): u64 {
  return <u64>i8x16.bitmask(i8x16.le_u(i8x16.sub(v, i8x16.splat(first)), i8x16.splat(25)));
}

/** Bytes of characters beyond ASCII after their first. */
@inline
function continuingIn(p: usize): u64 {
  return continuing16(p) | (continuing16(p + 16) << 16) | (continuing16(p + 32) << 32) | (continuing16(p + 48) << 48);
}

@inline
function continuing16(p: usize): u64 {
  return <u64>i8x16.bitmask(i8x16.lt_s(v128.load(p), i8x16.splat(-64)));
}

@inline
function spacesIn(p: usize): u64 {
  return spaces16(p) | (spaces16(p + 16) << 16) | (spaces16(p + 32) << 32) | (spaces16(p + 48) << 48);
}

@inline
function spaces16(p: usize): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0x20)));
}

@inline
function isLetter(c: u32): bool {
  return (c | 0x20) - 97 < 26;
}

@inline
function add(counts: usize, counter: usize, by: i32): void {
  const at = counts + (counter << 2);
  store<i32>(at, load<i32>(at) + by);
}

/** A word's first bytes, 1 or more, in lower case. */
@inline
function firstBytes(letters: u64, length: usize): u64 {
  return (letters | LOWER_CASE) & (<u64>-1 >> (64 - (<u64>min<usize>(length, 8) << 3)));
}

/** Where the letters of ASCII that begin at p end. */
@inline
function afterLetters(p: usize, end: usize): usize {
  let run: usize;
  do {
    run = <usize>ctz<u64>(~letters16(p));
    p += run;
  } while (run == 16 && p < end);
  return min(p, end);
}

/** The place after an apostrophe at p, straight or curly; beyond any text where there is none. */
@inline
function afterApostrophe(p: usize, first: u32): usize {
  if (first == 0x27) return p + 1;
  return load<u8>(p, 1) == 0x80 && load<u8>(p, 2) == 0x99 ? p + 3 : usize.MAX_VALUE;
}

/** Bytes of a character beyond ASCII, by its first. */
@inline
function bytesOf(first: u32): usize {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Class of the character beyond ASCII at p. */
function classBeyond(p: usize, first: u32, classes: usize): u32 {
  const second = <usize>load<u8>(p, 1), third = <usize>load<u8>(p, 2);
  if (first == 0xe2) {
    if (second == 0x80) return load<u8>(classes + PUNCTUATION + (third & 63));
    if (second == 0x82 && third == 0xac) return <u32>FOREIGN_CURRENCY;
    if (second == 0x81 && third == 0x9f) return <u32>NONASCII | SPACE;
  } else if (first == 0xc2) {
    return load<u8>(classes + LATIN + (second & 63));
  } else if (first == 0xe1) {
    if (second == 0x9a && third == 0x80) return <u32>NONASCII | SPACE;
  } else if (first == 0xe3) {
    if (second == 0x80 && third == 0x80) return <u32>NONASCII | SPACE;
  } else if (first == 0xef) {
    if (second == 0xbb && third == 0xbf) return <u32>NONASCII | SPACE;
  }
  return <u32>NONASCII;
}

@inline
function isSpace(p: usize, classes: usize): bool {
  const c = <u32>load<u8>(p);
  return ((c < 0x80 ? <u32>load<u8>(classes + c) : classBeyond(p, c, classes)) & SPACE) != 0;
}

@inline
function isDigit(c: u32): bool {
  return c - 48 < 10;
}

/** Whether the line that begins at p is a point of a list: white space, a bullet or a number, white space. */
function lookAtLine(p: usize, end: usize, classes: usize, counts: usize): void {
  while (p < end && load<u8>(p) != 0x0a && isSpace(p, classes)) p += bytesOf(load<u8>(p));
  if (p >= end) return;
  const c = <u32>load<u8>(p);
  if (isDigit(c)) {
    do p++;
    while (p < end && isDigit(load<u8>(p)));
    if (p >= end) return;
    const mark = <u32>load<u8>(p++);
    if ((mark == 0x2e || mark == 0x29) && p < end && isSpace(p, classes)) add(counts, NUMBERED, 1);
  } else if (c == 0x2d || c == 0x2a || (c == 0xe2 && load<u8>(p, 1) == 0x80 && load<u8>(p, 2) == 0xa2)) {
    p += bytesOf(c);
    if (p < end && isSpace(p, classes)) add(counts, BULLET, 1);
  }
}

function endsInQuestion(start: usize, end: usize, classes: usize): bool {
  while (end > start) {
    let last = end - 1;
    while (last > start && (load<u8>(last) & 0xc0) == 0x80) last--;
    if (!isSpace(last, classes)) return load<u8>(last) == 0x3f;
    end = last;
  }
  return false;
}

/** Counts as features. */
function finish(counts: usize, endsInQuestion: bool, out: usize): void {
  const foreign = load<i32>(counts, FOREIGN_CURRENCY << 2);
  add(counts, CURRENCY, foreign);
  add(counts, NONASCII, foreign);
  const n = <f64>load<i32>(counts, LENGTH << 2);
  const words = <f64>load<i32>(counts, WORDS << 2);
  const logWords = Math.log(1 + words);
  store<f64>(out, Math.log(1 + n), LENGTH << 3);
  store<f64>(out, Math.log(1 + <f64>load<i32>(counts, WORD_LENGTH << 2)) - logWords, WORD_LENGTH << 3);
  store<f64>(out, logWords - Math.log(1 + <f64>load<i32>(counts, SENTENCES << 2)), SENTENCES << 3);
  store<f64>(out, endsInQuestion ? 1 : 0, END_QUESTION << 3);
  roots(counts, FIRST_MARK, FIRST_GROUP, 100 / (n + 50), out);
  roots(counts, FIRST_GROUP, FEATURES, 20 / (words + 10), out);
}

/** sqrt(rate c) of the counters [from, to). */
@inline
function roots(counts: usize, from: usize, to: usize, rate: f64, out: usize): void {
  for (let f = from; f < to; f += 2) {
    const c = f64x2.convert_low_i32x4_s(v128.load64_zero(counts + (f << 2)));
    v128.store(out + (f << 3), f64x2.sqrt(f64x2.mul(c, f64x2.splat(rate))));
  }
}

function multiply(factors: usize, out: usize): void {
  for (let f: usize = 0; f < FEATURES << 3; f += 16) {
    v128.store(out + f, f64x2.mul(v128.load(out + f), v128.load(factors + f)));
  }
}
