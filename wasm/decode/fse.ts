/** Finite state entropy, of the Zstandard format (RFC 8878, 4.1): tables of `symbol | bits << 8 | base << 16`. */

/** Probabilities of one table, i16. */
const NORM: usize = memory.data(512, 16);
/** Next state of each symbol, u16. */
const NEXT: usize = memory.data(512, 16);
export const MOST_SYMBOLS: i32 = 256;

const highBit = (value: u32): i32 => 31 - clz(value);

/**
 * Reads the probabilities that a table is described by at `src`.
 * @returns bytes read, -1 where they make no sense; the table is of 2^`readLog`
 */
export let readLog: i32 = 0;
let readSymbols: i32 = 0;

export function readProbabilities(src: usize, end: usize, mostLog: i32, mostSymbols: i32): i32 {
  const bits = (<i32>(end - src)) << 3;
  if (bits < 8) return -1;
  const log = (<i32>load<u8>(src) & 15) + 5;
  if (log > mostLog) return -1;
  let at = 4;
  let remaining = 1 << log;
  let symbol = 0;
  while (remaining > 0) {
    if (symbol >= mostSymbols) return -1;
    const width = highBit(remaining + 1) + 1;
    if (at >= bits) return -1;
    const lower = (1 << (width - 1)) - 1;
    const threshold = (1 << width) - 1 - (remaining + 1);
    // Callers leave readable bytes behind every input.
    let value = <i32>(load<u32>(src + (at >> 3)) >> (at & 7)) & ((1 << width) - 1);
    if ((value & lower) < threshold) {
      value &= lower;
      at += width - 1;
    } else {
      if (value > lower) value -= threshold;
      at += width;
    }
    const probability = value - 1;
    remaining -= probability < 0 ? 1 : probability;
    if (remaining < 0) return -1;
    store<i16>(NORM + (symbol << 1), <i16>probability);
    symbol++;
    if (probability != 0) continue;
    for (let repeat = 3; repeat == 3;) {
      if (at >= bits) return -1;
      repeat = <i32>(load<u16>(src + (at >> 3)) >> (at & 7)) & 3;
      at += 2;
      if (symbol + repeat > mostSymbols) return -1;
      for (let i = 0; i < repeat; i++) {
        store<i16>(NORM + (symbol << 1), 0);
        symbol++;
      }
    }
  }
  if (at > bits) return -1;
  readLog = log;
  readSymbols = symbol;
  return (at + 7) >> 3;
}

/** Takes the probabilities at `from` as those that were read. */
export function useProbabilities(from: usize, symbols: i32, log: i32): void {
  memory.copy(NORM, from, symbols << 1);
  readLog = log;
  readSymbols = symbols;
}

/** Makes the table of the probabilities that were read. @returns false where they fill none */
export function buildTable(table: usize): bool {
  const size = 1 << readLog;
  let high = size;
  for (let symbol = 0; symbol < readSymbols; symbol++) {
    const probability = <i32>load<i16>(NORM + (symbol << 1));
    store<u16>(NEXT + (symbol << 1), <u16>(probability < 0 ? 1 : probability));
    if (probability < 0) store<u32>(table + (--high << 2), symbol);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let symbol = 0; symbol < readSymbols; symbol++) {
    const probability = <i32>load<i16>(NORM + (symbol << 1));
    for (let i = 0; i < probability; i++) {
      store<u32>(table + (at << 2), symbol);
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  if (at != 0) return false;
  for (let state = 0; state < size; state++) {
    const symbol = load<u32>(table + (state << 2));
    const next = <u32>load<u16>(NEXT + (symbol << 1));
    store<u16>(NEXT + (symbol << 1), <u16>(next + 1));
    const bits = readLog - highBit(next);
    store<u32>(table + (state << 2), symbol | (bits << 8) | (((next << bits) - size) << 16));
  }
  return true;
}

/** A bit stream that is read from its end to `start`: bits of it that are left, negative where more were read. */
export let left: i32 = 0;
let start: usize = 0;

/** @returns false for a stream without its closing bit */
export function openBits(from: usize, end: usize): bool {
  if (end <= from) return false;
  const last = load<u8>(end - 1);
  if (last == 0) return false;
  start = from;
  left = ((<i32>(end - from) - 1) << 3) + highBit(last);
  return true;
}

/** The next `count` bits (at most 32); those before the start are 0. */
export function readBits(count: i32): u32 {
  left -= count;
  if (left >= 0) return <u32>((load<u64>(start + (left >> 3)) >> (left & 7)) & ((<u64>1 << count) - 1));
  const there = count + left;
  return there <= 0 ? 0 : <u32>((load<u64>(start) & ((<u64>1 << there) - 1)) << -left);
}
