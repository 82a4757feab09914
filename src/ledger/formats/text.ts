import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import { textBreak } from '../../core/decodeText.ts';
import { isIsoText } from '../../core/iso.ts';
import { isIntegerText, isMissingText, isNumberText } from '../cast.ts';
import { fileFailure } from '../failures.ts';
import type { ReaderField } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import { looksLikeVector, parseVector } from '../vectors.ts';
import { encodingOf } from './format.ts';

const CHUNK_BYTES = 4 << 20;
/** What a line, or a quoted text over many, may hold; a longer one is no row. */
export const MAX_ROW_CHARACTERS = 32 << 20;
export const MAX_ROW_WORDS = '32 million characters';

export interface TextChunk {
  readonly text: string;
  /** How much of the file has been read. */
  readonly fraction: number;
  readonly last: boolean;
}

/**
 * Decodes a file piece by piece: UTF-8, or UTF-16 where it starts with that byte order mark. What is neither is
 * refused, never replaced.
 */
export async function* decodeText(
  { path, blob }: NamedBlob,
  signal?: AbortSignal,
  chunkBytes = CHUNK_BYTES,
): AsyncIterable<TextChunk> {
  const head = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
  const encoding = encodingOf(head);
  if (encoding === 'utf-16le' && head.length === 4 && head[2] === 0 && head[3] === 0)
    throw fileFailure(path, 'it is UTF-32 text', 'Save it as UTF-8');
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let at = 0; at < blob.size && !signal?.aborted; at += chunkBytes) {
    const end = Math.min(blob.size, at + chunkBytes);
    const last = end === blob.size;
    const bytes = await blob.slice(at, end).arrayBuffer();
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: !last });
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
      throw await notOfEncoding({ path, blob }, encoding, at, end);
    }
    yield { text, fraction: end / blob.size, last };
  }
}

/** Says where a file stops being text of its encoding: somewhere between two positions. */
async function notOfEncoding({ path, blob }: NamedBlob, encoding: string, from: number, to: number): Promise<Error> {
  // A character may have begun in the piece before.
  const start = Math.max(0, (from & ~1) - 4);
  const all = new Uint8Array(await blob.slice(start, to).arrayBuffer());
  const isContinuation = (byte: number): boolean => (encoding === 'utf-8' ? (byte & 0xc0) === 0x80 : false);
  let lead = 0;
  while (start > 0 && lead < 4 && isContinuation(all[lead])) lead++;
  const bytes = all.subarray(lead);
  const { at: good, isCut: cut } = textBreak(bytes, encoding);
  const position = start + lead + good;
  const line = await lineAt(blob, encoding, position);
  const name = encoding === 'utf-8' ? 'UTF-8' : 'UTF-16';
  if (cut)
    return fileFailure(
      path,
      `it ends in the middle of a character (line ${line}, byte ${position + 1})`,
      'Check that it was written and copied whole',
    );
  const value = `0x${bytes[good].toString(16).toUpperCase().padStart(2, '0')}`;
  return fileFailure(
    path,
    `line ${line} is not ${name} (byte ${position + 1} of the file is ${value})`,
    encoding === 'utf-8' ? 'Save it as UTF-8; it may be Latin-1 or Windows-1252 now' : 'Save it as UTF-8',
  );
}

async function lineAt(blob: Blob, encoding: string, position: number): Promise<number> {
  const decoder = new TextDecoder(encoding);
  const ends = new LineEnds();
  for (let at = 0; at < position; at += CHUNK_BYTES)
    ends.count(
      decoder.decode(await blob.slice(at, Math.min(position, at + CHUNK_BYTES)).arrayBuffer(), { stream: true }),
    );
  return 1 + ends.total;
}

/** Counts line ends: a line feed, a carriage return, or both together. */
export class LineEnds {
  total = 0;
  #afterReturn = false;

  count(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
      if (at > 0 ? text.charCodeAt(at - 1) !== 13 : !this.#afterReturn) this.total++;
    for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) this.total++;
    if (text !== '') this.#afterReturn = text.endsWith('\r');
  }
}

function isInt64Text(value: string): boolean {
  if (!isIntegerText(value)) return false;
  if (value.length < 19) return true;
  const integer = BigInt(value.replace('+', ''));
  return BigInt.asIntN(64, integer) === integer;
}

const isBooleanText = (value: string): boolean => /^(?:true|false)$/i.test(value);
const isVectorText = (value: string): boolean => looksLikeVector(value) && parseVector(value, () => undefined) >= 0;
const isEmptyList = (value: string): boolean => /^(?:\[\s*\]|\{\s*\})$/.test(value);

/** What text values may look like, the narrowest first, and the type that they then have. */
const LOOKS: readonly (readonly [looks: (value: string) => boolean, type: () => DataType])[] = [
  [isInt64Text, () => new arrow.Int64()],
  [isNumberText, () => new arrow.Float64()],
  [isBooleanText, () => new arrow.Bool()],
  [isIsoText, () => new arrow.TimestampMicrosecond()],
  [isVectorText, vectorType],
];

/** True if a text value is of a type that was guessed from others; undefined if it is missing. */
export function looksLike(type: DataType, text: string): boolean | undefined {
  const value = text.trim();
  if (isMissingText(value)) return undefined;
  return LOOKS.find(([, make]) => String(make()) === String(type))?.[0](value);
}

/** Values of a column that its type is guessed from. */
export const SAMPLE_VALUES = 1000;

/** A value as refusals show it, and the position of its row. */
export interface Shown {
  readonly shown: string;
  readonly row: number;
}

/** What the first text values of a column look like. They are not kept: each would keep a piece of the file. */
export class TextLooks {
  #seen = 0;
  #allEmpty = true;
  readonly #counts = LOOKS.map(() => 0);
  readonly #unlike: (Shown | undefined)[] = LOOKS.map(() => undefined);

  get isFull(): boolean {
    return this.#seen >= SAMPLE_VALUES;
  }
  /** True if there was a value that is not missing. */
  get any(): boolean {
    return this.#seen > 0;
  }

  /** @returns false if the value is missing */
  add(text: string, row: number): boolean {
    const value = text.trim();
    if (isMissingText(value)) return false;
    if (this.isFull) return true;
    this.#seen++;
    this.#allEmpty &&= isEmptyList(value);
    LOOKS.forEach(([looks], i) => {
      if (looks(value)) this.#counts[i]++;
      else this.#unlike[i] ??= { shown: JSON.stringify(value.slice(0, 60)), row };
    });
    return true;
  }

  /** The type that all look like; Null if all are missing, or empty lists. */
  type(): DataType {
    if (this.#allEmpty) return new arrow.Null();
    return LOOKS[this.#unlike.indexOf(undefined)]?.[1]() ?? new arrow.Utf8();
  }

  /** The first value that is unlike what most are. */
  odd(): Shown | undefined {
    const alike = this.#unlike.indexOf(undefined);
    // Of numbers the first that is not whole: a column may need whole ones.
    if (alike >= 0) return alike === 1 ? this.#unlike[0] : undefined;
    return this.#unlike[this.#counts.indexOf(Math.max(...this.#counts))];
  }
}

export function vectorType(): DataType {
  return new arrow.List(new arrow.Field('item', new arrow.Float32(), true));
}

/** @param odd the value that keeps the column from being what most of its values are */
export const inferredField = (name: string, type: DataType, odd?: Shown): ReaderField => ({
  name,
  type,
  typeName: arrow.DataType.isNull(type) ? 'empty' : String(type),
  inferred: true,
  odd: odd && `${odd.shown} at row ${odd.row + 1}`,
});
