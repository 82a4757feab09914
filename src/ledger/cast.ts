import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import type { RawColumn } from './reader.ts';

/**
 * Casts of file columns to what the ledger needs. Every cast takes a column, Arrow data or plain values, and calls
 * `bad(row, value)` (which throws) at the first value that cannot be meant.
 */
export type OnBad = (row: number, value: unknown) => never;

/** Spellings of "missing" in text formats, beside the empty field. */
const MISSING = /^(?:null|none|nan|na|n\/a|\\n)$/i;
export const isMissingText = (value: string): boolean => value === '' || MISSING.test(value);

const MAX_INT64 = (1n << 63n) - 1n;
const MIN_INT64 = -(1n << 63n);
const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

export const isIntegerText = (value: string): boolean => INTEGER.test(value) && value.length <= 20;
export const isNumberText = (value: string): boolean => NUMBER.test(value);

/** one byte per row, 1 where the value is there; null if all are. */
export function validity(data: Data): Uint8Array | null {
  if (DataType.isNull(data.type)) return new Uint8Array(data.length);
  if (data.nullCount === 0) return null;
  const mask = new Uint8Array(data.length);
  const { nullBitmap, offset, type } = data;
  // A union has its nulls in its members, and no bitmap.
  if (!nullBitmap?.length || DataType.isUnion(type))
    for (let i = 0; i < mask.length; i++) mask[i] = data.getValid(i) ? 1 : 0;
  else for (let i = 0, at = offset; i < mask.length; i++, at++) mask[i] = (nullBitmap[at >> 3] >> (at & 7)) & 1;
  return mask;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The strings of Utf8 data, null if missing. */
export function decodeStrings(data: Data): (string | null)[] {
  const { valueOffsets, values } = data as Data<arrow.Utf8>;
  const valid = validity(data);
  const strings = new Array<string | null>(data.length);
  for (let i = 0; i < strings.length; i++)
    strings[i] = valid && !valid[i] ? null : decodeString(values, valueOffsets[i], valueOffsets[i + 1]);
  return strings;
}

/** Bytes up to which plain text is put together here: a call of the decoder takes longer than they do. */
const SHORT = 24;

function decodeString(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > SHORT) return decoder.decode(bytes.subarray(from, to));
  let text = '';
  for (let i = from; i < to; i++) {
    if (bytes[i] > 127) return decoder.decode(bytes.subarray(from, to));
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

const isLargeUtf8 = (type: DataType): boolean => DataType.isLargeUtf8(type);

/** Plain values of a column, for casts off the fast paths; bigint for wide integers, null for missing. */
export function plainValues(column: RawColumn): readonly unknown[] {
  if (!isData(column)) return column;
  if (DataType.isUtf8(column.type)) return decodeStrings(column);
  const vector = new arrow.Vector([column]);
  if (DataType.isDecimal(column.type)) return decimals(column as Data<arrow.Decimal>);
  return Array.from({ length: column.length }, (_, i) => vector.get(i) as unknown);
}

export const isData = (column: RawColumn): column is Data => !Array.isArray(column);

/** Decimals as strings, which keep every digit. */
function decimals(data: Data<arrow.Decimal>): (string | null)[] {
  const words = data.type.bitWidth / 32;
  const { scale, bitWidth } = data.type;
  return Array.from({ length: data.length }, (_, i) => {
    if (!data.getValid(i)) return null;
    let value = 0n;
    for (let word = words - 1; word >= 0; word--) value = (value << 32n) | BigInt(data.values[i * words + word]);
    value = BigInt.asIntN(bitWidth, value);
    if (scale <= 0) return (value * 10n ** BigInt(-scale)).toString();
    const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
    return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  });
}

/** Whole numbers that floats of each precision hold exactly. */
const EXACT: Readonly<Record<arrow.Precision, number>> = {
  [arrow.Precision.HALF]: 2 ** 11,
  [arrow.Precision.SINGLE]: 2 ** 24,
  [arrow.Precision.DOUBLE]: 2 ** 53,
};

/** 64-bit integers with a mask of the missing ones (1 = missing), null if none is. */
export function toIntegers(column: RawColumn, bad: OnBad): { values: BigInt64Array; missing: Uint8Array | null } {
  if (isData(column) && DataType.isInt(column.type) && column.type.bitWidth === 64 && column.type.isSigned) {
    return { values: column.values as BigInt64Array, missing: invert(validity(column)) };
  }
  const plain = plainValues(column);
  const values = new BigInt64Array(plain.length);
  let missing: Uint8Array | null = null;
  const exact = isData(column) && DataType.isFloat(column.type) ? EXACT[column.type.precision] : Infinity;
  for (let i = 0; i < plain.length; i++) {
    if (exact < Infinity && Math.abs(plain[i] as number) > exact) bad(i, plain[i]);
    const integer = toInteger(plain[i], () => bad(i, plain[i]));
    if (integer === null) (missing ??= new Uint8Array(plain.length))[i] = 1;
    else values[i] = integer;
  }
  return { values, missing };
}

function invert(valid: Uint8Array | null): Uint8Array | null {
  return valid && valid.map((v) => 1 - v);
}

function toInteger(value: unknown, bad: () => never): bigint | null {
  if (value === null || value === undefined) return null;
  let integer: bigint;
  if (typeof value === 'bigint') integer = value;
  else if (typeof value === 'boolean') integer = value ? 1n : 0n;
  else if (typeof value === 'number') {
    if (Number.isNaN(value)) return null;
    if (!Number.isSafeInteger(value)) return bad();
    integer = BigInt(value);
  } else if (typeof value === 'string') {
    const trimmed = value.trim();
    if (isMissingText(trimmed)) return null;
    const whole = trimmed.replace(/\.0+$/, '');
    if (!INTEGER.test(whole)) return bad();
    integer = BigInt(whole.replace(/^\+/, ''));
  } else return bad();
  return integer > MAX_INT64 || integer < MIN_INT64 ? bad() : integer;
}

/** Doubles, NaN if missing. */
export function toNumbers(column: RawColumn, bad: OnBad): Float64Array {
  if (
    isData(column) &&
    ((DataType.isFloat(column.type) && column.type.precision !== arrow.Precision.HALF) ||
      (DataType.isInt(column.type) && column.type.bitWidth <= 32))
  ) {
    const out = Float64Array.from(column.values as Float64Array);
    const valid = validity(column);
    if (valid) for (let i = 0; i < out.length; i++) if (!valid[i]) out[i] = NaN;
    return out;
  }
  const plain = plainValues(column);
  const out = new Float64Array(plain.length);
  for (let i = 0; i < plain.length; i++) {
    const value = plain[i];
    if (value === null || value === undefined) out[i] = NaN;
    else if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      out[i] = Number(value);
    else if (typeof value === 'string') {
      const trimmed = value.trim();
      out[i] = isMissingText(trimmed) ? NaN : isNumberText(trimmed) ? Number(trimmed) : bad(i, value);
    } else bad(i, value);
  }
  return out;
}

/** Booleans as bytes: 1, 0, or 2 where missing. */
export function toBooleans(column: RawColumn, bad: OnBad): Uint8Array {
  return Uint8Array.from(plainValues(column), (value, i) => {
    if (value === null || value === undefined) return 2;
    if (typeof value === 'boolean') return value ? 1 : 0;
    const text = asText(value)!.trim().toLowerCase();
    if (text === '1' || text === 'true' || text === 't' || text === 'yes') return 1;
    if (text === '0' || text === 'false' || text === 'f' || text === 'no') return 0;
    return isMissingText(text) ? 2 : bad(i, value);
  });
}

/** Utf8 data of a column: strings as they are, integers and booleans as text. */
export function toStrings(column: RawColumn): Data<arrow.Utf8> {
  if (isData(column)) {
    if (DataType.isUtf8(column.type)) return column as Data<arrow.Utf8>;
    if (isLargeUtf8(column.type)) {
      const offsets = Int32Array.from(column.valueOffsets as unknown as BigInt64Array, Number);
      return arrow.makeData({
        type: new arrow.Utf8(),
        length: column.length,
        nullCount: column.nullCount,
        nullBitmap: packBits(validity(column)),
        valueOffsets: offsets,
        data: column.values as Uint8Array,
      });
    }
  }
  return stringData(plainValues(column).map(asText));
}

/** A value as text: JSON for objects. */
function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return null;
}

const encoder = new TextEncoder();

/** Utf8 data of strings. */
export function stringData(values: readonly (string | null)[]): Data<arrow.Utf8> {
  const offsets = new Int32Array(values.length + 1);
  let bytes = new Uint8Array(Math.max(64, values.length * 16));
  let used = 0;
  let nullBitmap: Uint8Array | undefined;
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null) {
      nullBitmap ??= new Uint8Array((values.length + 7) >> 3).fill(255);
      nullBitmap[i >> 3] &= ~(1 << (i & 7));
      nullCount++;
    } else {
      const needed = used + value.length * 3;
      if (needed > bytes.length) {
        const grown = new Uint8Array(Math.max(needed, bytes.length * 2));
        grown.set(bytes.subarray(0, used));
        bytes = grown;
      }
      used += encoder.encodeInto(value, bytes.subarray(used)).written;
    }
    offsets[i + 1] = used;
  }
  return arrow.makeData({
    type: new arrow.Utf8(),
    length: values.length,
    nullCount,
    nullBitmap,
    valueOffsets: offsets,
    data: bytes.subarray(0, used),
  });
}

/** Packs a byte mask (1 = present) into an Arrow validity bitmap; undefined if all are present. */
export function packBits(
  mask: ArrayLike<number> | null,
  isSet: (value: number) => boolean = (value) => value === 1,
): Uint8Array | undefined {
  if (!mask) return undefined;
  const out = new Uint8Array((mask.length + 7) >> 3);
  for (let i = 0; i < mask.length; i++) if (isSet(mask[i])) out[i >> 3] |= 1 << (i & 7);
  return out;
}
