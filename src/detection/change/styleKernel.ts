import type { Block } from '../../kernels/arena.ts';
import { misuse, requireLength } from '../../kernels/check.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { messageIn, STYLE_FEATURES, STYLE_GROUPS } from './style.ts';

declare module '../../kernels/exports.ts' {
  interface KernelExports {
    style(
      n: number,
      bytes: number,
      offsets: number,
      classes: number,
      words: number,
      factors: number,
      counts: number,
      out: number,
    ): void;
  }
}

export const STYLE_WIDTH = STYLE_FEATURES.length;
/** Bytes after the texts that the kernel reads too. */
const PADDING = 64;
const encoder = new TextEncoder();

/** Texts are encoded and read so many characters, or so many texts, at a time. */
const BATCH_CHARACTERS = 1 << 19;
const BATCH_TEXTS = 256;
/** Bytes of UTF-8 that a UTF-16 unit takes at most. */
const UTF8_MOST = 3;

/** Counters after those of the features: what counts for nothing, currency signs beyond ASCII, words. */
const NOTHING = STYLE_WIDTH;
const FOREIGN_CURRENCY = STYLE_WIDTH + 1;
const COUNTERS = STYLE_WIDTH + 3;
/** Bits of a class beside its counter: the characters after it decide something; white space. */
const LOOK = 64;
const SPACE = 128;

/** Class of each character of ASCII, U+0080 to U+00BF and U+2000 to U+203F (wasm/style.ts). */
function classTable(): Uint8Array {
  const [nonascii, currency] = ['nonascii', 'currency'].map((name) =>
    STYLE_FEATURES.findIndex((feature) => feature.name === name),
  );
  return Uint8Array.from({ length: 256 }, (_, i) => {
    const character = String.fromCharCode(i < 192 ? i : 0x2000 + i - 192);
    const own = STYLE_FEATURES.findIndex(
      (feature) => feature.kind === 'mark' && feature.characters?.includes(character) === true,
    );
    const place = own >= 0 ? own : i < 128 ? NOTHING : nonascii;
    const counter = place === currency && i >= 128 ? FOREIGN_CURRENCY : place;
    return counter | ('\n*.!?'.includes(character) ? LOOK : 0) | (/\s/.test(character) ? SPACE : 0);
  });
}

/** Slots of the table of words, by so many bits, and bytes of one. */
const SLOT_BITS = 9;
const SLOT = 16;
/** Leaves no two words on one slot; any odd number that does will do. */
const MULTIPLIER = 0x523cfd8e9813465fn;

/** Words by slot, each with the counter of its group as last byte, then the multiplier (wasm/style.ts). */
function wordTable(): Uint8Array {
  const end = SLOT << SLOT_BITS;
  const table = new Uint8Array(end + SLOT);
  const view = new DataView(table.buffer);
  view.setBigUint64(end, MULTIPLIER, true);
  for (const [word, place] of STYLE_GROUPS) {
    const bytes = new Uint8Array(SLOT);
    encoder.encodeInto(word, bytes);
    bytes[SLOT - 1] = place;
    const low = new DataView(bytes.buffer).getBigUint64(0, true);
    const slot = Number(BigInt.asUintN(64, low * MULTIPLIER) >> BigInt(64 - SLOT_BITS)) * SLOT;
    if (table[slot] !== 0) misuse(`two words of the style features share a slot, one of them "${word}"`);
    table.set(bytes, slot);
  }
  return table;
}

interface StyleTables {
  readonly classes: Uint8Array;
  readonly words: Uint8Array;
  /** What features are multiplied by, so that each is divided by its scale. */
  readonly factors: Float64Array;
}

let tables: StyleTables | null = null;

/** What the kernel is given beside texts. */
export function styleTables(): StyleTables {
  tables ??= {
    classes: classTable(),
    words: wordTable(),
    factors: Float64Array.from(STYLE_FEATURES, ({ scale }) => 1 / scale),
  };
  return tables;
}

/** Texts in the kernels' memory, back to back. */
interface StyleTexts {
  readonly bytes: Block<Uint8Array>;
  /** Where each begins and, last, where the last one ends. */
  readonly offsets: Block<Int32Array>;
}

/** Puts messages into the kernels' memory; half of a surrogate pair becomes U+FFFD. */
export function encodeMessages({ arena }: KernelModule, messages: readonly string[]): StyleTexts {
  const units = messages.reduce((sum, message) => sum + message.length, 0);
  arena.reserve(units * UTF8_MOST + PADDING + (messages.length + 1) * 4 + 64);
  const bytes = arena.u8(units * UTF8_MOST + PADDING);
  const offsets = arena.i32(messages.length + 1);
  const [to, ends] = [bytes.view(), offsets.view()];
  let at = 0;
  ends[0] = 0;
  messages.forEach((message, i) => {
    const { read, written } = encoder.encodeInto(message, to.subarray(at));
    if (read !== message.length) misuse(`${read} of ${message.length} characters of a message found room`);
    at += written;
    ends[i + 1] = at;
  });
  return { bytes, offsets };
}

/**
 * Features of messages in the order of `STYLE_FEATURES`, one row each; a text that is JSON around a string is taken as
 * that string.
 * @param scaled whether each is divided by its scale
 */
export function styleFeatures(
  kernels: KernelModule,
  texts: readonly string[],
  { scaled = true }: { readonly scaled?: boolean } = {},
): Float64Array {
  const out = new Float64Array(texts.length * STYLE_WIDTH);
  let batch: string[] = [];
  let characters = 0;
  let done = 0;
  const flush = () => {
    if (batch.length === 0) return;
    run(kernels, batch, scaled, out.subarray(done * STYLE_WIDTH, (done + batch.length) * STYLE_WIDTH));
    done += batch.length;
    batch = [];
    characters = 0;
  };
  for (const text of texts) {
    const message = messageIn(text);
    if (batch.length === BATCH_TEXTS || characters + message.length > BATCH_CHARACTERS) flush();
    batch.push(message);
    characters += message.length;
  }
  flush();
  return out;
}

function run(kernels: KernelModule, messages: readonly string[], scaled: boolean, out: Float64Array): void {
  const { arena } = kernels;
  arena.scope(() => {
    const texts = encodeMessages(kernels, messages);
    const rows = arena.f64(out.length);
    styleKernel(kernels, texts, scaled)(rows);
    out.set(rows.view());
  });
}

/** The kernel over texts that lie in its memory: writes a row for each. Its tables are in the arena from now on. */
export function styleKernel(
  { arena, exports }: KernelModule,
  { bytes, offsets }: StyleTexts,
  scaled: boolean,
): (rows: Block<Float64Array>) => void {
  const { classes, words, factors } = styleTables();
  const [classesAt, wordsAt, factorsAt] = [arena.u8From(classes), arena.u8From(words), arena.f64From(factors)];
  const counts = arena.i32(COUNTERS);
  const n = offsets.length - 1;
  return (rows) => {
    requireLength('style', rows, n * STYLE_WIDTH);
    exports.style(
      n,
      bytes.ptr,
      offsets.ptr,
      classesAt.ptr,
      wordsAt.ptr,
      scaled ? factorsAt.ptr : 0,
      counts.ptr,
      rows.ptr,
    );
  };
}
