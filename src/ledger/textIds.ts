import type { Data, Utf8 } from 'apache-arrow';
import { DataType } from 'apache-arrow';
import { decodeStrings, isData, isMissingText, isNumberText, toIntegers, toStrings, validity } from './cast.ts';
import type { OnBad } from './cast.ts';
import type { RawColumn } from './reader.ts';

/** Ids of a column that are texts such as UUIDs, and those that are numbers. */
interface IdForms {
  readonly texts: number;
  readonly numbers: number;
  /** Row of the first text, -1 if there is none, and what it is. */
  readonly row: number;
  readonly text: string;
}

const NUMBERS_ALONE: IdForms = { texts: 0, numbers: 0, row: -1, text: '' };

function formsOf(column: RawColumn): IdForms {
  if (isData(column) && !DataType.isUtf8(column.type) && !DataType.isLargeUtf8(column.type)) return NUMBERS_ALONE;
  const values = isData(column) ? decodeStrings(toStrings(column)) : column;
  let [texts, numbers, row, text] = [0, 0, -1, ''];
  values.forEach((value, i) => {
    const id = typeof value === 'string' ? value.trim() : null;
    if (id === null ? value === null || value === undefined : isMissingText(id)) return;
    if (id === null || isNumberText(id)) numbers++;
    else if (texts++ === 0) [row, text] = [i, id];
  });
  return { texts, numbers, row, text };
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Ids of events that are texts, by row, as UTF-8: a string would keep a piece of the file. */
export class TextIds {
  #bytes = new Uint8Array(1 << 16);
  /** Where each id ends. */
  readonly #ends: number[] = [];

  get rows(): number {
    return this.#ends.length;
  }

  /** Appends ids; a missing one is empty. @returns the mask of the missing ones, null if none is */
  append(column: RawColumn): Uint8Array | null {
    const data: Data<Utf8> = toStrings(column);
    const valid = validity(data);
    let missing: Uint8Array | null = null;
    for (let i = 0; i < data.length; i++) {
      const id = data.values.subarray(data.valueOffsets[i], data.valueOffsets[i + 1]);
      if ((valid && !valid[i]) || id.length === 0) (missing ??= new Uint8Array(data.length))[i] = 1;
      this.#add(id);
    }
    return missing;
  }

  /** Appends numbers that were met before the first text. */
  appendNumbers(ids: BigInt64Array, rows: number): void {
    for (let i = 0; i < rows; i++) this.#add(encoder.encode(String(ids[i])));
  }

  /** Fills up to so many rows with missing ids: those of a file without the column. */
  fillTo(rows: number): void {
    while (this.#ends.length < rows) this.#add(new Uint8Array(0));
  }

  #add(id: Uint8Array): void {
    const from = this.#ends.at(-1) ?? 0;
    if (from + id.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, from + id.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(id, from);
    this.#ends.push(from + id.length);
  }

  at(row: number): string {
    return decoder.decode(this.#bytes.subarray(row === 0 ? 0 : this.#ends[row - 1], this.#ends[row]));
  }

  /** The place of each row's id among all different ones, by their bytes: equal ids have equal places. */
  ranks(): BigInt64Array {
    const rows = Int32Array.from(this.#ends.keys());
    rows.sort((a, b) => this.#compare(a, b) || a - b);
    const ranks = new BigInt64Array(rows.length);
    let rank = -1n;
    for (let i = 0; i < rows.length; i++) {
      if (i === 0 || this.#compare(rows[i - 1], rows[i]) !== 0) rank++;
      ranks[rows[i]] = rank;
    }
    return ranks;
  }

  #compare(a: number, b: number): number {
    const bytes = this.#bytes;
    const ends = this.#ends;
    let [i, j] = [a === 0 ? 0 : ends[a - 1], b === 0 ? 0 : ends[b - 1]];
    for (; i < ends[a] && j < ends[b]; i++, j++) if (bytes[i] !== bytes[j]) return bytes[i] - bytes[j];
    return ends[a] - i - (ends[b] - j);
  }
}

/** Takes the ids of batches in turn: numbers, or texts where most of them are. */
export class EventIds {
  #texts: TextIds | null = null;

  /**
   * @param eventId takes the numbers, from `base`
   * @returns the mask of missing ids, null if none is
   */
  take(raw: RawColumn, eventId: BigInt64Array, base: number, bad: OnBad): Uint8Array | null {
    if (!this.#texts) {
      const { texts, numbers, row, text } = formsOf(raw);
      if (texts === 0) {
        const { values, missing } = toIntegers(raw, bad);
        eventId.set(values, base);
        return missing;
      }
      // Where most ids are numbers, a text among them is a fault of its row.
      if (base + numbers > texts) bad(row, text);
      this.#texts = new TextIds();
      this.#texts.appendNumbers(eventId, base);
    }
    this.#texts.fillTo(base);
    return this.#texts.append(raw);
  }

  /** All ids of a ledger of so many rows, where they are texts. */
  texts(rows: number): TextIds | null {
    this.#texts?.fillTo(rows);
    return this.#texts;
  }
}
