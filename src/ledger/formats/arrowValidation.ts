import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import type { ArrowField } from './arrowSchema.ts';
import type { FlatTable } from './flatbuffer.ts';
import { inflateLz4Frame } from './lz4.ts';
import { inflateZstdFrame } from './zstd.ts';

/**
 * Columns out of the body of a message. apache-arrow takes lengths, places and offsets as they are stated, and a
 * damaged one costs minutes or gives other rows: here each is held against the bytes that are there before it is used.
 */

// Slots of Message.fbs.
const BATCH = { rows: 0, nodes: 1, buffers: 2, compression: 3, variadic: 4 } as const;
const LZ4 = 0;
const ZSTD = 1;
/** How many times smaller a codec makes a buffer at best. */
const RATIOS: Readonly<Record<number, number>> = { [LZ4]: 256, [ZSTD]: 1 << 16 };
const SLACK_BYTES = 4096;
const LARGEST = 0x7fff_ffff;
/** Buffers are padded to one of these, the same in all of a message. */
const ALIGNMENTS = [8, 16, 32, 64];
/** A view is 16 bytes: the length, then up to 12 bytes of the value, or a prefix, a buffer and a position in it. */
const VIEW_BYTES = 16;
const INLINE_BYTES = 12;

export type Dictionaries = ReadonlyMap<number, arrow.Vector>;

export interface Batch {
  readonly rows: number;
  /** One for each field, null for one that is not wanted or cannot be read. */
  readonly columns: readonly (Data | null)[];
}

/**
 * The columns of a RecordBatch table whose buffers lie in `body`.
 * @throws RangeError or Error where it does not hold
 */
export function readBatch(
  batch: FlatTable,
  body: Uint8Array,
  fields: readonly ArrowField[],
  dictionaries: Dictionaries,
  unionsHaveValidity: boolean,
  isWanted: (field: number) => boolean = () => true,
): Batch {
  const rows = batch.int64(BATCH.rows);
  if (rows < 0 || rows > LARGEST) throw new RangeError(`a batch of ${rows} rows`);
  const loader = new Loader(batch, body, dictionaries, unionsHaveValidity);
  const columns = fields.map((field, i) => {
    const wanted = isWanted(i) && field.type !== null;
    try {
      return loader.column(field, rows, wanted);
    } catch (thrown) {
      throw new RangeError(`column "${field.name}": ${(thrown as Error).message}`, { cause: thrown });
    }
  });
  loader.finish();
  return { rows, columns };
}

class Loader {
  readonly #nodes: readonly number[];
  readonly #buffers: readonly number[];
  readonly #variadic: readonly number[];
  readonly #codec: number | null;
  readonly #body: Uint8Array;
  readonly #dictionaries: Dictionaries;
  readonly #unionsHaveValidity: boolean;
  #node = 0;
  #buffer = 0;
  #view = 0;

  constructor(batch: FlatTable, body: Uint8Array, dictionaries: Dictionaries, unionsHaveValidity: boolean) {
    this.#nodes = batch.int64s(BATCH.nodes, 2);
    this.#buffers = batch.int64s(BATCH.buffers, 2);
    this.#variadic = batch.int64s(BATCH.variadic);
    const compression = batch.table(BATCH.compression);
    this.#codec = compression ? compression.int8(0) : null;
    if (this.#codec !== null && (!(this.#codec in RATIOS) || compression!.int8(1) !== 0))
      throw new RangeError('it is compressed in an unknown way');
    this.#body = body;
    this.#dictionaries = dictionaries;
    this.#unionsHaveValidity = unionsHaveValidity;
    checkPlaces(this.#buffers, body.length);
  }

  /** @param rows that it must have */
  column(field: ArrowField, rows: number, wanted: boolean): Data | null {
    const { length } = this.#peek();
    if (length !== rows) throw new RangeError(`it has ${length} rows, its batch ${rows}`);
    return field.dictionary ? this.#indices(field, wanted) : this.#values(field, wanted);
  }

  finish(): void {
    if (2 * this.#node !== this.#nodes.length || 2 * this.#buffer !== this.#buffers.length)
      throw new RangeError('a batch has more columns or buffers than its schema');
  }

  #peek(): { length: number; nulls: number } {
    if (2 * this.#node >= this.#nodes.length) throw new RangeError('it is missing');
    const length = this.#nodes[2 * this.#node];
    const nulls = this.#nodes[2 * this.#node + 1];
    if (length < 0 || length > LARGEST || nulls < 0 || nulls > length)
      throw new RangeError(`it states ${length} values and ${nulls} nulls`);
    return { length, nulls };
  }
  #next(): { length: number; nulls: number } {
    const node = this.#peek();
    this.#node++;
    return node;
  }

  /** The bytes of the next buffer, inflated; null if they are not wanted. */
  #bytes(wanted: boolean): Uint8Array | null {
    const at = 2 * this.#buffer++;
    if (at >= this.#buffers.length) throw new RangeError('a buffer is missing');
    if (!wanted) return null;
    const bytes = this.#body.subarray(this.#buffers[at], this.#buffers[at] + this.#buffers[at + 1]);
    return this.#codec === null || bytes.length === 0 ? bytes : inflate(bytes, this.#codec);
  }

  /** Makes data of the next buffers: the validity, and what `rest` takes. */
  #make(
    field: ArrowField,
    wanted: boolean,
    rest: (length: number, validity: Uint8Array | undefined) => object | null,
  ): Data | null {
    const { length, nulls } = this.#next();
    const bits = this.#bytes(wanted);
    const validity = bits !== null && bits.length > 0 ? exactly(bits, (length + 7) >> 3) : undefined;
    if (wanted && nulls > 0 && !validity) throw new RangeError('the nulls are counted, but not marked');
    const parts = rest(length, validity);
    if (!wanted || !parts) return null;
    const data = arrow.makeData({
      type: field.type!,
      length,
      nullCount: validity ? -1 : 0,
      nullBitmap: validity,
      ...parts,
    } as never) as Data;
    if (data.nullCount !== nulls) throw new RangeError(`it has ${data.nullCount} nulls, but states ${nulls}`);
    return data;
  }

  #indices(field: ArrowField, wanted: boolean): Data | null {
    const { indices, id } = field.dictionary!;
    const data = this.#make(field, wanted, (length) => {
      const bytes = this.#bytes(wanted);
      if (bytes === null) return null;
      const dictionary = this.#dictionaries.get(id) ?? new arrow.Vector([arrow.makeData({ type: valuesOf(field) })]);
      return { data: typed(indices, bytes, length), dictionary };
    });
    if (data) checkIndices(data);
    return data;
  }

  #values(field: ArrowField, wanted: boolean): Data | null {
    switch (field.layout) {
      case 'null': {
        const { length } = this.#next();
        return wanted ? arrow.makeData({ type: field.type as arrow.Null, length }) : null;
      }
      case 'bits':
        return this.#make(field, wanted, (length) => {
          const bytes = this.#bytes(wanted);
          return bytes && { data: exactly(bytes, (length + 7) >> 3) };
        });
      case 'fixed':
        return this.#make(field, wanted, (length) => {
          const bytes = this.#bytes(wanted);
          return bytes && { data: typed(field.type!, bytes, length) };
        });
      case 'bytes':
      case 'largeBytes':
        return this.#make(field, wanted, (length) => {
          const offsets = this.#bytes(wanted);
          const data = this.#bytes(wanted);
          if (!offsets || !data) return null;
          const valueOffsets = offsetsOf(offsets, length, field.layout === 'largeBytes', data.length);
          if (isText(field.type)) requireUtf8(data, valueOffsets);
          return { valueOffsets, data };
        });
      case 'views':
        return this.#make(field, wanted, (length, validity) => {
          const views = this.#bytes(wanted);
          const count = this.#variadic[this.#view++];
          if (!(count >= 0)) throw new RangeError('the number of its buffers is missing');
          const buffers = Array.from({ length: Math.min(count, this.#buffers.length) }, () => this.#bytes(wanted));
          return views && fromViews(exactly(views, VIEW_BYTES * length), length, validity, buffers as Uint8Array[]);
        });
      case 'list':
      case 'largeList':
        return this.#make(field, wanted, (length) => {
          const offsets = this.#bytes(wanted);
          const values = this.#peek().length;
          const child = this.#child(field, 0, wanted);
          if (!offsets) return null;
          return { valueOffsets: offsetsOf(offsets, length, field.layout === 'largeList', values), child };
        });
      case 'fixedList':
        return this.#make(field, wanted, (length) => {
          const size = wanted ? (field.type as arrow.FixedSizeList).listSize : 0;
          return { child: this.#child(field, 0, wanted, length * size) };
        });
      case 'struct':
        return this.#make(field, wanted, (length) => ({
          children: field.children.map((_, i) => this.#child(field, i, wanted, length)),
        }));
      default:
        return this.#skip(field);
    }
  }

  /** @param least values that it must have */
  #child(field: ArrowField, i: number, wanted: boolean, least = 0): Data | null {
    const child = field.children[i];
    if (this.#peek().length < least)
      throw new RangeError(`its part "${child.name}" has ${this.#peek().length} values where ${least} are needed`);
    return child.dictionary ? this.#indices(child, wanted) : this.#values(child, wanted);
  }

  /** Layouts that are not read: past their buffers. */
  #skip(field: ArrowField): null {
    this.#next();
    const buffers: Readonly<Record<string, number>> = {
      sparseUnion: 1,
      denseUnion: 2,
      listView: 3,
      largeListView: 3,
      runs: 0,
    };
    const validity = field.layout.endsWith('Union') && this.#unionsHaveValidity ? 1 : 0;
    for (let i = buffers[field.layout] + validity; i > 0; i--) this.#bytes(false);
    field.children.forEach((_, i) => this.#child(field, i, false));
    return null;
  }
}

/** Buffers lie one after the other in the body, each padded alike. */
function checkPlaces(buffers: readonly number[], end: number): void {
  const starts: number[] = [];
  const ends: number[] = [];
  let last = 0;
  for (let i = 0; i < buffers.length; i += 2) {
    const [from, length] = [buffers[i], buffers[i + 1]];
    if (from < 0 || length < 0 || from + length > end)
      throw new RangeError(`a buffer from ${from} on of ${length} bytes lies outside its body of ${end} bytes`);
    if (length === 0) continue;
    if (from < last) throw new RangeError('two of its buffers overlap');
    starts.push(from);
    ends.push(last);
    last = from + length;
  }
  const padded = (at: number, to: number): number => Math.ceil(at / to) * to;
  if (!ALIGNMENTS.some((to) => starts.every((start, i) => start === padded(ends[i], to))))
    throw new RangeError('its buffers do not lie one after the other');
}

function exactly(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length < length) throw new RangeError(`a buffer has ${bytes.length} bytes where ${length} are needed`);
  return bytes.subarray(0, length);
}

/** Bytes to a value. */
function widthOf(type: DataType): number {
  if (DataType.isDecimal(type)) return type.bitWidth / 8;
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth;
  if (DataType.isInterval(type)) return [4, 8, 16][type.unit];
  return (type.ArrayType as unknown as Int32ArrayConstructor).BYTES_PER_ELEMENT;
}

function typed(type: DataType, bytes: Uint8Array, length: number): ArrayBufferView {
  const Values = type.ArrayType as unknown as Int32ArrayConstructor;
  const own = aligned(exactly(bytes, length * widthOf(type)), Values.BYTES_PER_ELEMENT);
  return new Values(own.buffer, own.byteOffset, own.length / Values.BYTES_PER_ELEMENT);
}

const aligned = (bytes: Uint8Array, to: number): Uint8Array => (bytes.byteOffset % to === 0 ? bytes : bytes.slice());

/** Offsets as 32 bits, each no less than the one before and the last within `end`. */
function offsetsOf(bytes: Uint8Array, length: number, large: boolean, end: number): Int32Array {
  if (length === 0) return new Int32Array(1);
  const width = large ? 2 : 1;
  const own = aligned(exactly(bytes, 4 * width * (length + 1)), 4);
  const words = new Int32Array(own.buffer, own.byteOffset, width * (length + 1));
  const offsets = large ? new Int32Array(length + 1) : words;
  let high = 0;
  if (large)
    for (let i = 0; i <= length; i++) {
      offsets[i] = words[2 * i];
      high |= words[2 * i + 1];
    }
  // A batch that really holds more than 2 GB of one column ends here, too.
  if (high !== 0) throw new RangeError('an offset beyond 2 GB');
  let last = 0;
  let disordered = false;
  for (let i = 0; i <= length; i++) {
    const offset = offsets[i];
    if (offset < last) disordered = true;
    last = offset;
  }
  if (disordered || last > end) throw new RangeError(`its offsets do not lie in order within ${end}`);
  return offsets;
}

const isText = (type: DataType | null): boolean =>
  type !== null && (DataType.isUtf8(type) || DataType.isLargeUtf8(type));

const PIECE = 16 << 20;

/** Bytes that are no text would become U+FFFD, and two names one. */
function requireUtf8(data: Uint8Array, offsets: Int32Array): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const end = offsets[offsets.length - 1];
  try {
    for (let from = offsets[0]; from < end; from += PIECE)
      decoder.decode(data.subarray(from, Math.min(end, from + PIECE)), { stream: from + PIECE < end });
  } catch {
    const alone = new TextDecoder('utf-8', { fatal: true });
    for (let row = 0; row + 1 < offsets.length; row++) {
      try {
        alone.decode(data.subarray(offsets[row], offsets[row + 1]));
      } catch {
        throw new RangeError(`the text in row ${row + 1} of its batch is not UTF-8`);
      }
    }
  }
}

/** Strings of the view layout as offsets and bytes. */
function fromViews(
  bytes: Uint8Array,
  length: number,
  validity: Uint8Array | undefined,
  buffers: readonly Uint8Array[],
): { valueOffsets: Int32Array; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const valueOffsets = new Int32Array(length + 1);
  let total = 0;
  for (let i = 0; i < length; i++) {
    // The view of a null may hold anything.
    const isNull = validity !== undefined && ((validity[i >> 3] >> (i & 7)) & 1) === 0;
    const size = isNull ? 0 : view.getInt32(i * VIEW_BYTES, true);
    total += size;
    if (size < 0 || total > LARGEST) throw new RangeError(`a text of ${size} bytes in row ${i + 1} of its batch`);
    if (size > INLINE_BYTES) {
      const buffer = buffers[view.getInt32(i * VIEW_BYTES + 8, true)];
      const from = view.getInt32(i * VIEW_BYTES + 12, true);
      if (!buffer || from < 0 || from + size > buffer.length)
        throw new RangeError(`the text in row ${i + 1} of its batch lies outside its buffers`);
    }
    valueOffsets[i + 1] = total;
  }
  const data = new Uint8Array(total);
  for (let i = 0; i < length; i++) {
    const size = valueOffsets[i + 1] - valueOffsets[i];
    if (size === 0) continue;
    const at = i * VIEW_BYTES;
    const [source, from] =
      size <= INLINE_BYTES ? [bytes, at + 4] : [buffers[view.getInt32(at + 8, true)], view.getInt32(at + 12, true)];
    data.set(source.subarray(from, from + size), valueOffsets[i]);
  }
  return { valueOffsets, data };
}

const valuesOf = ({ type }: ArrowField): DataType => (type as arrow.Dictionary).dictionary as DataType;

function checkIndices(data: Data): void {
  const size = data.dictionary!.length;
  const values = data.values as Int32Array;
  for (let i = 0; i < data.length; i++) {
    const index = values[i];
    if ((index < 0 || index >= size) && data.getValid(i))
      throw new RangeError(`row ${i + 1} of its batch is entry ${index} of a dictionary of ${size}`);
  }
}

/** A compressed buffer: 8 bytes that state its inflated length (-1: it is not compressed), then a frame. */
function inflate(bytes: Uint8Array, codec: number): Uint8Array {
  if (bytes.length < 8) throw new RangeError('a compressed buffer without a length');
  const stated = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
  const frame = bytes.subarray(8);
  if (stated === -1n) return frame;
  const length = Number(stated);
  if (length < 0 || length > LARGEST || length > RATIOS[codec] * frame.length + SLACK_BYTES)
    throw new RangeError(`a buffer states ${length} bytes, which its ${frame.length} cannot hold`);
  return codec === LZ4 ? inflateLz4Frame(frame, length) : inflateZstdFrame(frame, length);
}
