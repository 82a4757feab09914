import type { Data, Utf8 } from 'apache-arrow';
import type { DictionaryColumn } from '../core/columns.ts';
import { validity } from './cast.ts';

/** Codes of rows and the bytes of the values that they stand for. */
export interface DictionaryPart {
  readonly codes: Int32Array;
  readonly values: readonly Uint8Array[];
}

/** Grows a dictionary column batch by batch. Strings are compared as bytes: each distinct one is decoded once. */
export class DictionaryBuilder {
  readonly #byHash = new Map<number, number[]>();
  readonly #bytes: Uint8Array[] = [];
  #codes: Int32Array;
  #used = 0;
  /** The value met last, which often comes again. */
  #last = -1;

  constructor(rows: number) {
    this.#codes = new Int32Array(Math.max(1, rows));
  }

  append(data: Data<Utf8>): void {
    const codes = this.#reserve(data.length);
    const { valueOffsets, values } = data;
    const valid = validity(data);
    for (let i = 0; i < data.length; i++) {
      codes[this.#used++] = valid && !valid[i] ? -1 : this.#code(values, valueOffsets[i], valueOffsets[i + 1]);
    }
  }

  /** Appends `rows` nulls: a file without the column. */
  appendNulls(rows: number): void {
    this.#reserve(rows).fill(-1, this.#used, this.#used + rows);
    this.#used += rows;
  }

  /** What was appended so far. */
  part(): DictionaryPart {
    return { codes: this.#codes.subarray(0, this.#used), values: this.#bytes };
  }

  /** Appends what another builder has. */
  appendPart({ codes, values }: DictionaryPart): void {
    const own = values.map((bytes) => this.#code(bytes, 0, bytes.length));
    const out = this.#reserve(codes.length);
    for (let i = 0; i < codes.length; i++) out[this.#used++] = codes[i] < 0 ? -1 : own[codes[i]];
  }

  #reserve(rows: number): Int32Array {
    if (this.#used + rows > this.#codes.length) {
      const grown = new Int32Array(Math.max(this.#used + rows, this.#codes.length * 2));
      grown.set(this.#codes.subarray(0, this.#used));
      this.#codes = grown;
    }
    return this.#codes;
  }

  #code(values: Uint8Array, from: number, to: number): number {
    if (this.#last < 0 || !isAt(this.#bytes[this.#last], values, from, to)) this.#last = this.#find(values, from, to);
    return this.#last;
  }

  #find(values: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ values[i], 0x01000193);
    let candidates = this.#byHash.get(hash);
    if (!candidates) this.#byHash.set(hash, (candidates = []));
    for (const code of candidates) if (isAt(this.#bytes[code], values, from, to)) return code;
    candidates.push(this.#bytes.length);
    return this.#bytes.push(values.slice(from, to)) - 1;
  }

  /**
   * The column of the rows `order` (file rows in canonical order), codes numbered by first appearance in that order, so
   * that they do not depend on how the ledger is cut into files.
   */
  finish(order: Int32Array, emptyIsNull = false): DictionaryColumn {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const renumbered = new Int32Array(this.#bytes.length).fill(-1);
    const values: string[] = [];
    const codes = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) {
      const code = this.#codes[order[i]];
      if (code < 0 || (emptyIsNull && this.#bytes[code].length === 0)) {
        codes[i] = -1;
        continue;
      }
      if (renumbered[code] < 0) renumbered[code] = values.push(decoder.decode(this.#bytes[code])) - 1;
      codes[i] = renumbered[code];
    }
    return { codes, values };
  }
}

/** True if `bytes` are those of `values` in [from, to). */
function isAt(bytes: Uint8Array, values: Uint8Array, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== values[from + i]) return false;
  return true;
}
