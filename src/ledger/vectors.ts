import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { validity, type OnBad } from './cast.ts';
import { floatsOf } from './floatBytes.ts';
import type { RawColumn } from './reader.ts';
import { decodeStrings, isData, isMissingText, toNumbers, toStrings } from './cast.ts';

/**
 * Vectors of some consecutive rows: vector i is `values[offsets[i] .. offsets[i + 1])`, missing where `valid[i]` is 0.
 */
export interface VectorColumn {
  readonly rows: number;
  readonly offsets: Int32Array;
  readonly values: Float32Array | Float64Array;
  /** Null if every row has a vector. */
  readonly valid: Uint8Array | null;
}

/** Half-precision numbers as float32, by table (65,536 entries, made once). */
let halves: Float32Array | null = null;
function halfTable(): Float32Array {
  if (halves) return halves;
  halves = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction
            ? NaN
            : Infinity
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    halves[bits] = bits & 0x8000 ? -magnitude : magnitude;
  }
  return halves;
}

/** True for lists of float16, float32 or float64, of any list layout. */
export function isVectorType(type: DataType | null): boolean {
  return (
    type !== null &&
    (DataType.isList(type) || DataType.isFixedSizeList(type)) &&
    DataType.isFloat(type.children[0].type)
  );
}

function floats(child: Data, length: number): Float32Array | Float64Array {
  const type = child.type as arrow.Float;
  const values = child.values as Float32Array | Float64Array | Uint16Array;
  let out: Float32Array | Float64Array;
  if (type.precision === arrow.Precision.HALF) {
    const table = halfTable();
    out = Float32Array.from({ length }, (_, i) => table[values[i]]);
  } else {
    out = values.subarray(0, length) as Float32Array | Float64Array;
  }
  if (child.nullCount > 0) {
    // A null coordinate inside a vector is as unusable as NaN, and is left out for the same reason.
    out = out.slice();
    for (let i = 0; i < length; i++) if (!child.getValid(i)) out[i] = NaN;
  }
  return out;
}

/** Vectors of a column: lists of floats (no copy for float32 and float64), or texts like "[0.1, 0.2]". */
export function toVectors(column: RawColumn, bad: OnBad): VectorColumn {
  if (!isData(column)) return parseVectors(column, bad);
  if (DataType.isUtf8(column.type) || DataType.isLargeUtf8(column.type))
    return parseVectors(decodeStrings(toStrings(column)), bad);
  const rows = column.length;
  if (DataType.isNull(column.type))
    return { rows, offsets: new Int32Array(rows + 1), values: new Float32Array(0), valid: new Uint8Array(rows) };
  const valid = validity(column);
  const child = column.children[0];
  if (DataType.isFixedSizeList(column.type)) {
    const size = column.type.listSize;
    return {
      rows,
      offsets: Int32Array.from({ length: rows + 1 }, (_, i) => i * size),
      values: floats(child, rows * size),
      valid,
    };
  }
  const offsets = (column as Data).valueOffsets as Int32Array;
  return { rows, offsets, values: floats(child, offsets[rows] ?? 0), valid };
}

/** True if a word of a name, such as "text_embedding" or "embedding.vector", says that it is one. */
export const isNamedAsEmbedding = (name: string): boolean =>
  name
    .split(/[^a-zA-Z0-9]+|(?<=[a-z0-9])(?=[A-Z])/)
    .some((word) => /^(?:embeddings?|embed|embs?|vectors?|vecs?)$/i.test(word));

/** How Python shows a vector of numpy or torch. */
const SHOWN = /^(?:np\.|numpy\.|torch\.|jnp\.)?(?:array|tensor|Array)\((.*\])[^\]]*\)$/s;
/** A number of numpy within a list. */
const SCALAR = /^np\.float(?:16|32|64)\((.*)\)$/;
export const looksLikeVector = (text: string): boolean => /^[[{]/.test(text) || SHOWN.test(text);

/**
 * Reads "[0.1, 0.2]" or "{0.1,0.2}" (or blanks between) into `out` from `at` on; returns the count, or -1 if it is
 * not a vector.
 */
export function parseVector(text: string, push: (value: number) => void): number {
  const whole = text.trim();
  const trimmed = SHOWN.exec(whole)?.[1] ?? whole;
  const open = trimmed[0];
  const close = trimmed[trimmed.length - 1];
  if (!((open === '[' && close === ']') || (open === '{' && close === '}'))) return -1;
  // Python leaves a comma behind the last.
  const inner = trimmed.slice(1, -1).trim().replace(/,$/, '');
  if (inner === '') return 0;
  const parts = inner.split(inner.includes(',') ? ',' : /\s+/);
  for (const part of parts) {
    const bare = part.trim();
    const word = bare.startsWith('np.') ? bare.replace(SCALAR, '$1') : bare;
    const value =
      word === '' || isMissingText(word) ? NaN : Number(word.replace(/^([+-]?)inf(inity)?$/i, '$1Infinity'));
    if (Number.isNaN(value) && word !== '' && !isMissingText(word)) return -1;
    push(value);
  }
  return parts.length;
}

/** A vector as a list of its own, of which the outer one or a tuple is taken off. */
const asList = (text: string): string =>
  text
    .replace(/^\(([^()]*)\)$/s, '[$1]')
    .replace(/^\[\s*(\[[^[\]]*\])\s*\]$/s, '$1')
    .replace(/\(\[\s*(\[[^[\]]*\])\s*\]/s, '($1');

const BASE64 = /^[\w+/-]{8,}={0,2}$/;

/** Reads float32 numbers from base64, as some libraries write vectors. @returns false, or why not, if it is none */
function parseBase64(text: string, push: (value: number) => void): boolean | string {
  const bare = /\s/.test(text) ? text.replaceAll(/\s+/g, '') : text;
  if (!BASE64.test(bare)) return false;
  const digits = bare
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  if (digits.length % 4 === 1) return false;
  const characters = atob(digits);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  const floats = floatsOf(bytes);
  if (typeof floats === 'string') return `"${bare.slice(0, 40)}" (as base64 ${floats})`;
  for (const value of floats) push(value);
  return true;
}

/** True for base64 of three numbers or more, as only vectors are written. */
export const looksLikeBase64Vector = (text: string): boolean =>
  text.length >= 16 && parseBase64(text, () => undefined) === true;

function parseVectors(cells: readonly unknown[], bad: OnBad): VectorColumn {
  const rows = cells.length;
  const offsets = new Int32Array(rows + 1);
  let values = new Float32Array(1024);
  let used = 0;
  let valid: Uint8Array | null = null;
  const push = (value: number): void => {
    if (used === values.length) {
      const grown = new Float32Array(values.length * 2);
      grown.set(values);
      values = grown;
    }
    values[used++] = value;
  };
  for (let i = 0; i < rows; i++) {
    const cell = cells[i];
    if (cell === null || cell === undefined || (typeof cell === 'string' && isMissingText(cell.trim())))
      (valid ??= new Uint8Array(rows).fill(1))[i] = 0;
    else if (Array.isArray(cell))
      for (const value of cell) push(typeof value === 'number' ? value : value === null ? NaN : bad(i, cell));
    else if (typeof cell !== 'string') bad(i, cell);
    else if (parseVector(cell, push) < 0) {
      used = offsets[i];
      const read = parseBase64(cell, push);
      if (typeof read === 'string') bad(i, { toString: () => read });
      const list = asList(cell.trim());
      if (!read && (list === cell.trim() || parseVector(list, push) < 0)) bad(i, cell);
    }
    offsets[i + 1] = used;
  }
  return { rows, offsets, values: values.subarray(0, used), valid };
}

/**
 * Vectors of D numeric columns, one a coordinate; a row without any of them is missing, one with only some has NaN
 * coordinates.
 */
export function gatherVectors(columns: readonly RawColumn[], rows: number, bad: OnBad): VectorColumn {
  const dimension = columns.length;
  const values = new Float32Array(rows * dimension);
  const missing = new Int32Array(rows);
  columns.forEach((column, d) => {
    const numbers = toNumbers(column, bad);
    for (let i = 0; i < rows; i++) {
      values[i * dimension + d] = numbers[i];
      if (Number.isNaN(numbers[i])) missing[i]++;
    }
  });
  const valid = Uint8Array.from(missing, (count) => (count === dimension ? 0 : 1));
  return { rows, offsets: Int32Array.from({ length: rows + 1 }, (_, i) => i * dimension), values, valid };
}
