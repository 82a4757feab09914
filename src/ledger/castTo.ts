import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import type { ColumnType } from '../core/ledgerSchema.ts';
import { arrowTypeOf } from './arrowTypes.ts';
import { vectorOf } from './arrowVectors.ts';
import { isData, isNumberText, packBits, toBooleans, toIntegers, toNumbers, toStrings, type OnBad } from './cast.ts';
import type { RawColumn, ReaderField } from './reader.ts';
import { scaled, type Scale } from './shapes.ts';
import { toTimes } from './times.ts';

/** True if a column of a file may hold values that a type of the ledger cannot. */
export function mayNotFit({ type, inferred }: ReaderField, target: ColumnType): boolean {
  if (type === null || DataType.isNull(type) || target === 'utf8') return false;
  if (inferred) return true;
  const isInteger = DataType.isInt(type);
  switch (target) {
    case 'int8':
      return !(isInteger && type.isSigned && type.bitWidth === 8);
    case 'int64':
      return !(isInteger && (type.isSigned || type.bitWidth < 64));
    case 'bool':
      return !DataType.isBool(type);
    default:
      return false;
  }
}

const SHORT_INTEGER = /^-?\d{1,15}$/;

/** Whether a plain value certainly fits, told without making anything of it. */
const PLAINLY_FITS: Readonly<Partial<Record<ColumnType, (value: unknown) => boolean>>> = {
  int8: (value) => typeof value === 'string' && /^\d{1,2}$/.test(value),
  int64: (value) => (typeof value === 'string' ? SHORT_INTEGER.test(value) : Number.isSafeInteger(value)),
  float64: (value) => typeof value === 'number' || (typeof value === 'string' && isNumberText(value)),
  bool: (value) => value === true || value === false || value === 'true' || value === 'false',
};

/** Calls `bad` at the first value of a column that a type of the ledger cannot hold. */
export function checkFits(raw: RawColumn, target: ColumnType, bad: OnBad): void {
  const type = arrowTypeOf(target);
  const fits = PLAINLY_FITS[target];
  if (isData(raw) || !fits) castTo(raw, type, bad);
  else
    for (let i = 0; i < raw.length; i++)
      if (raw[i] !== null && !fits(raw[i])) castTo([raw[i]], type, (_, value) => bad(i, value));
}

function narrowed(values: BigInt64Array, missing: Uint8Array | null, bad: OnBad): Int8Array {
  const out = new Int8Array(values.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Number(values[i]);
    if (BigInt(out[i]) !== values[i] && !missing?.[i]) bad(i, values[i]);
  }
  return out;
}

/** Nothing but missing values. */
export function nulls(type: DataType, length: number): Data {
  if (DataType.isUtf8(type))
    return allNull(type, length, { valueOffsets: new Int32Array(length + 1), data: new Uint8Array(0) });
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type))
    return allNull(type, length, { data: new (type.ArrayType as Float64ArrayConstructor)(length) });
  if (DataType.isBool(type)) return allNull(type, length, { data: new Uint8Array((length + 7) >> 3) });
  return vectorOf(new Array<null>(length).fill(null), type).data[0];
}

const allNull = (type: DataType, length: number, buffers: object): Data =>
  arrow.makeData({
    type,
    length,
    nullCount: length,
    nullBitmap: new Uint8Array((length + 7) >> 3),
    ...buffers,
  } as never) as Data;

/**
 * Casts a column to a type that the ledger stores. A value that does not fit is bad: nothing wraps round.
 * @param scale of a column of durations
 */
export function castTo(raw: RawColumn, type: DataType, bad: OnBad, scale: Scale | null = null): Data {
  const known = !Array.isArray(raw) ? (raw as Data) : null;
  if (known && scale === null && String(known.type) === String(type) && !DataType.isDictionary(type)) return known;
  if (DataType.isUtf8(type)) return toStrings(raw);
  const finite = (values: Float64Array): Uint8Array | undefined =>
    values.some(Number.isNaN) ? packBits(Uint8Array.from(values, (v) => (Number.isNaN(v) ? 0 : 1))) : undefined;
  if (DataType.isTimestamp(type)) {
    const times = toTimes(raw, bad);
    const micros = BigInt64Array.from(times, (ms) => (Number.isFinite(ms) ? BigInt(Math.round(ms * 1000)) : 0n));
    return arrow.makeData({
      type,
      length: times.length,
      nullCount: -1,
      nullBitmap: finite(times),
      data: micros,
    } as never);
  }
  if (DataType.isInt(type)) {
    const { values, missing } = toIntegers(raw, bad);
    const data = type.bitWidth === 64 ? values : narrowed(values, missing, bad);
    return arrow.makeData({
      type,
      length: values.length,
      nullCount: missing ? -1 : 0,
      nullBitmap: packBits(missing, (m) => m === 0),
      data,
    } as never);
  }
  if (DataType.isFloat(type)) {
    const numbers = scaled(toNumbers(raw, bad), scale);
    const data = type.precision === arrow.Precision.SINGLE ? Float32Array.from(numbers) : numbers;
    return arrow.makeData({ type, length: numbers.length, nullCount: -1, nullBitmap: finite(numbers), data } as never);
  }
  if (DataType.isBool(type)) {
    const booleans = toBooleans(raw, bad);
    return arrow.makeData({
      type,
      length: booleans.length,
      nullCount: -1,
      nullBitmap: packBits(booleans, (b) => b !== 2),
      data: packBits(booleans)!,
    });
  }
  if (known && DataType.isNull(known.type)) return nulls(type, known.length);
  throw new Error(`no cast from ${known ? String(known.type) : 'text'} to ${String(type)}`);
}
