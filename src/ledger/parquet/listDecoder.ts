import { CODEC, ENCODING, TYPE } from './fields.ts';
import type { Chunk } from './footerValidation.ts';
import type { Page } from './pages.ts';

/** What wasm/decode exports. Pointers and sizes in bytes; what it refuses is false or -1. */
interface DecodeExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  inflate(src: number, bytes: number, dst: number, size: number): number;
  readRepetitions(src: number, bytes: number, count: number, starts: number, room: number): number;
  readDefinitions(src: number, bytes: number, count: number, most: number, nulls: number, room: number): number;
  readonly nullCount: WebAssembly.Global;
  placeLists(
    starts: number,
    lists: number,
    nulls: number,
    count: number,
    before: number,
    offsets: number,
    valid: number,
  ): number;
  lookUp(src: number, bytes: number, count: number, dictionary: number, size: number, out: number): number;
}

/** Lists of float32: list i is `values[offsets[i] .. offsets[i + 1])`, null where `valid[i]` is 0. */
export interface FloatLists {
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
  /** Null if all are there. */
  readonly valid: Uint8Array | null;
}

export interface ListDecoder {
  /**
   * The lists of a column chunk; null where it is not one of lists of float32, is compressed or encoded in a way that
   * is not read here, or makes no sense.
   * @param bytes of the chunk, in which `pages` are
   */
  decode(chunk: Chunk, pages: readonly Page[], bytes: Uint8Array, rows: number): FloatLists | null;
}

/** Read behind an input, and written behind an output, at most; a multiple of the alignment. */
const SLACK = 64;
/** A list that may be null, of values that may be: only then a null tells from an empty list. */
const NULLABLE = 3;

const isReadable = ({ type, maxRepetition, codec }: Chunk, pages: readonly Page[]): boolean =>
  type === TYPE.float &&
  maxRepetition === 1 &&
  (codec === CODEC.none || codec === CODEC.zstd) &&
  pages.every(({ plainLevels }) => plainLevels);

/** @param module the compiled wasm/decode; it imports nothing */
export function createListDecoder(module: WebAssembly.Module): ListDecoder {
  const wasm = new WebAssembly.Instance(module, {}).exports as unknown as DecodeExports;
  const base = Math.ceil(wasm.heapBase() / SLACK) * SLACK;
  let used = base;

  /** Room for so many bytes, from a new start where it is the first. */
  function take(bytes: number): number {
    const at = used;
    used += Math.ceil(bytes / SLACK) * SLACK + SLACK;
    const missing = used - wasm.memory.buffer.byteLength;
    if (missing > 0) wasm.memory.grow(Math.ceil(missing / 65536));
    return at;
  }
  const view = (at: number, bytes: number): Uint8Array => new Uint8Array(wasm.memory.buffer, at, bytes);

  /** Puts bytes of a chunk into memory, inflated. @returns where; null where they do not inflate to `size` */
  function load(bytes: Uint8Array, size: number, codec: number): number | null {
    const to = take(size);
    if (codec === CODEC.none) {
      if (bytes.length !== size) return null;
      view(to, size).set(bytes);
      return to;
    }
    const from = take(bytes.length);
    view(from, bytes.length).set(bytes);
    return wasm.inflate(from, bytes.length, to, size) ? to : null;
  }

  /** A data page in memory, its parts apart; null where it makes no sense. */
  function open(page: Page, bytes: Uint8Array, codec: number) {
    const content = bytes.subarray(page.at, page.at + page.bytes);
    if (page.kind === 'dataV2') {
      const { repetition, definition } = page;
      const levels = load(content.subarray(0, repetition + definition), repetition + definition, CODEC.none);
      const size = page.inflated - repetition - definition;
      const values = load(content.subarray(repetition + definition), size, page.isCompressed ? codec : CODEC.none);
      if (levels === null || values === null) return null;
      return { repetition: [levels, repetition], definition: [levels + repetition, definition], values, size } as const;
    }
    const start = load(content, page.inflated, codec);
    if (start === null || page.inflated < 8) return null;
    const end = start + page.inflated;
    const u32 = (at: number): number => new DataView(wasm.memory.buffer).getUint32(at, true);
    const repetition = [start + 4, u32(start)] as const;
    const second = repetition[0] + repetition[1];
    if (second + 4 > end) return null;
    const definition = [second + 4, u32(second)] as const;
    const values = definition[0] + definition[1];
    return values > end ? null : { repetition, definition, values, size: end - values };
  }

  function decode(chunk: Chunk, pages: readonly Page[], bytes: Uint8Array, rows: number): FloatLists | null {
    if (!isReadable(chunk, pages)) return null;
    const values = new Float32Array(chunk.values);
    const offsets = new Int32Array(rows + 1);
    const valid = new Uint8Array(rows);
    let [row, value] = [0, 0];
    used = base;
    let dictionary = { at: 0, size: 0 };
    let after = used;
    for (const page of pages) {
      used = after;
      if (page.kind === 'dictionary') {
        const at = load(bytes.subarray(page.at, page.at + page.bytes), page.inflated, chunk.codec);
        if (at === null || page.inflated < 4 * page.values) return null;
        dictionary = { at, size: page.values };
        after = used;
        continue;
      }
      const opened = open(page, bytes, chunk.codec);
      if (!opened) return null;
      const room = rows - row;
      const [starts, nulls] = [take(4 * room), take(4 * room)];
      const lists = wasm.readRepetitions(...opened.repetition, page.values, starts, room);
      if (lists < 0 || !wasm.readDefinitions(...opened.definition, page.values, chunk.maxDefinition, nulls, room))
        return null;
      const missing = wasm.nullCount.value as number;
      const [places, there] = [take(4 * lists), take(lists)];
      if (missing > 0 && chunk.maxDefinition !== NULLABLE) return null;
      if (!wasm.placeLists(starts, lists, nulls, page.values, value, places, there)) return null;
      const present = page.values - missing;
      const out = valuesOf(page, opened, present, dictionary);
      if (out === null) return null;
      offsets.set(new Int32Array(wasm.memory.buffer, places, lists), row);
      valid.set(view(there, lists), row);
      new Uint8Array(values.buffer).set(view(out, 4 * present), 4 * value);
      row += lists;
      value += present;
    }
    if (row !== rows || (rows > 0 && offsets[0] !== 0)) return null;
    offsets[rows] = value;
    return { offsets, values: values.subarray(0, value), valid: valid.includes(0) ? valid : null };
  }

  /** Where the values of a page are in memory; null where they make no sense. */
  function valuesOf(
    { encoding }: Page,
    { values, size }: { readonly values: number; readonly size: number },
    count: number,
    dictionary: { readonly at: number; readonly size: number },
  ): number | null {
    if (encoding === ENCODING.plain) return size >= 4 * count ? values : null;
    if (encoding !== ENCODING.dictionary && encoding !== ENCODING.plainDictionary) return null;
    const out = take(4 * count);
    return wasm.lookUp(values, size, count, dictionary.at, dictionary.size, out) ? out : null;
  }

  return {
    decode(...chunk) {
      try {
        return decode(...chunk);
      } catch (thrown) {
        // Memory is short, or a size is beyond it: parquet-wasm says what is wrong.
        if (thrown instanceof RangeError || thrown instanceof WebAssembly.RuntimeError) return null;
        throw thrown;
      }
    },
  };
}
