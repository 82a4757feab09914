/**
 * Reads FlatBuffers (https://flatbuffers.dev/internals) that cannot be trusted: what lies outside the bytes, is nested
 * too deep or refers to one table again and again raises RangeError.
 */
const DEEPEST = 64;

export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #depth: number;
  /** Tables that may still be read: each takes some bytes of its own. */
  readonly #left: { tables: number };

  private constructor(view: DataView, at: number, depth: number, left: { tables: number }) {
    if (depth > DEEPEST) throw new RangeError('it is nested too deep');
    if (--left.tables < 0) throw new RangeError('it refers to one part many times');
    this.#view = view;
    this.#at = at;
    this.#depth = depth;
    this.#left = left;
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true), 0, { tables: bytes.length >> 2 });
  }

  /** Where a field of `width` bytes is, 0 if it has its default. */
  #field(slot: number, width: number): number {
    const table = this.#at - this.#view.getInt32(this.#at, true);
    const slots = this.#view.getUint16(table, true);
    const at = 4 + 2 * slot;
    const offset = at + 2 <= slots ? this.#view.getUint16(table + at, true) : 0;
    if (offset === 0) return 0;
    if (offset < 4 || offset + width > this.#view.getUint16(table + 2, true) || (this.#at + offset) % width !== 0)
      throw new RangeError('a field lies outside its table');
    return this.#at + offset;
  }
  #target(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  int8(slot: number, absent = 0): number {
    const at = this.#field(slot, 1);
    return at === 0 ? absent : this.#view.getInt8(at);
  }
  int16(slot: number, absent = 0): number {
    const at = this.#field(slot, 2);
    return at === 0 ? absent : this.#view.getInt16(at, true);
  }
  int32(slot: number, absent = 0): number {
    const at = this.#field(slot, 4);
    return at === 0 ? absent : this.#view.getInt32(at, true);
  }
  int64(slot: number): number {
    const at = this.#field(slot, 8);
    return at === 0 ? 0 : safe(this.#view.getBigInt64(at, true));
  }
  text(slot: number): string | null {
    const at = this.#field(slot, 4);
    if (at === 0) return null;
    const from = this.#target(at) + 4;
    const length = this.#view.getUint32(from - 4, true);
    if (this.#view.getUint8(from + length) !== 0) throw new RangeError('a text does not end where it should');
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + from, length);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  }
  table(slot: number): FlatTable | null {
    const at = this.#field(slot, 4);
    return at === 0 ? null : this.#tableAt(at);
  }
  tables(slot: number): FlatTable[] {
    const { from, count } = this.#vector(slot, 4);
    return Array.from({ length: count }, (_, i) => this.#tableAt(from + 4 * i));
  }
  /** A vector of structs or numbers of 64 bits each; a number of 32 bits is the lower half of one. */
  int64s(slot: number, toAnElement = 1): number[] {
    const { from, count } = this.#vector(slot, 8 * toAnElement);
    return Array.from({ length: count * toAnElement }, (_, i) => safe(this.#view.getBigInt64(from + 8 * i, true)));
  }

  #tableAt(at: number): FlatTable {
    return new FlatTable(this.#view, this.#target(at), this.#depth + 1, this.#left);
  }
  #vector(slot: number, width: number): { from: number; count: number } {
    const at = this.#field(slot, 4);
    if (at === 0) return { from: 0, count: 0 };
    const from = this.#target(at);
    const count = this.#view.getUint32(from, true);
    if (from + 4 + count * width > this.#view.byteLength) throw new RangeError('a list ends beyond it');
    return { from: from + 4, count };
  }
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`the number ${value} is too large`);
  return number;
}
