import type { DataType } from 'apache-arrow';
import * as arrow from 'apache-arrow';

/**
 * Reads Arrow arrays out of WebAssembly memory by the Arrow C data interface
 * (https://arrow.apache.org/docs/format/CDataInterface.html, 32-bit pointers). It is used instead of IPC because
 * it saves a copy.
 */

const NULLABLE = 2n;

/**
 * A column as the file states it; `type` is null if it cannot be read here (unions, intervals, run-end encoding).
 */
export interface ForeignField {
  readonly name: string;
  readonly type: DataType | null;
  /** Arrow's format string, for messages about types that cannot be read. */
  readonly format: string;
  readonly children: readonly ForeignField[];
  readonly dictionary: ForeignField | null;
}

function text(memory: DataView, pointer: number): string {
  if (pointer === 0) return '';
  const bytes = new Uint8Array(memory.buffer, pointer);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

const pointers = (memory: DataView, at: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => memory.getUint32(at + 4 * i, true));

/** The field of an ArrowSchema struct at `pointer`. */
export function readField(memory: DataView, pointer: number): ForeignField {
  const format = text(memory, memory.getUint32(pointer, true));
  const name = text(memory, memory.getUint32(pointer + 4, true));
  const nullable = (memory.getBigInt64(pointer + 16, true) & NULLABLE) !== 0n;
  const childCount = Number(memory.getBigInt64(pointer + 24, true));
  const children = pointers(memory, memory.getUint32(pointer + 32, true), childCount).map((child) =>
    readField(memory, child),
  );
  const dictionaryPointer = memory.getUint32(pointer + 36, true);
  const dictionary = dictionaryPointer === 0 ? null : readField(memory, dictionaryPointer);
  let type = typeOf(format, children, nullable);
  if (type && dictionary)
    type =
      dictionary.type && arrow.DataType.isInt(type) ? new arrow.Dictionary(dictionary.type, type as arrow.Int32) : null;
  return { name, type, format, children, dictionary };
}

const SIMPLE: Readonly<Record<string, () => DataType>> = {
  n: () => new arrow.Null(),
  b: () => new arrow.Bool(),
  c: () => new arrow.Int8(),
  C: () => new arrow.Uint8(),
  s: () => new arrow.Int16(),
  S: () => new arrow.Uint16(),
  i: () => new arrow.Int32(),
  I: () => new arrow.Uint32(),
  l: () => new arrow.Int64(),
  L: () => new arrow.Uint64(),
  e: () => new arrow.Float16(),
  f: () => new arrow.Float32(),
  g: () => new arrow.Float64(),
  z: () => new arrow.Binary(),
  Z: () => new arrow.Binary(),
  vz: () => new arrow.Binary(),
  u: () => new arrow.Utf8(),
  U: () => new arrow.Utf8(),
  vu: () => new arrow.Utf8(),
  tdD: () => new arrow.DateDay(),
  tdm: () => new arrow.DateMillisecond(),
  tts: () => new arrow.TimeSecond(),
  ttm: () => new arrow.TimeMillisecond(),
  ttu: () => new arrow.TimeMicrosecond(),
  ttn: () => new arrow.TimeNanosecond(),
  tDs: () => new arrow.DurationSecond(),
  tDm: () => new arrow.DurationMillisecond(),
  tDu: () => new arrow.DurationMicrosecond(),
  tDn: () => new arrow.DurationNanosecond(),
};

const TIMESTAMP_UNITS: Readonly<Record<string, arrow.TimeUnit>> = {
  s: arrow.TimeUnit.SECOND,
  m: arrow.TimeUnit.MILLISECOND,
  u: arrow.TimeUnit.MICROSECOND,
  n: arrow.TimeUnit.NANOSECOND,
};

function typeOf(format: string, children: readonly ForeignField[], nullable: boolean): DataType | null {
  const simple = SIMPLE[format];
  if (simple) return simple();
  if (format.startsWith('ts')) return new arrow.Timestamp(TIMESTAMP_UNITS[format[2]], format.slice(4) || null);
  if (format.startsWith('d:')) {
    const [precision, scale, width] = format.slice(2).split(',').map(Number);
    return new arrow.Decimal(scale, precision, width || 128);
  }
  if (format.startsWith('w:')) return new arrow.FixedSizeBinary(Number(format.slice(2)));
  if (children.some((child) => child.type === null)) return null;
  const fields = children.map((child) => new arrow.Field(child.name, child.type!, nullable));
  if (format === '+l' || format === '+L') return new arrow.List(fields[0]);
  if (format.startsWith('+w:')) return new arrow.FixedSizeList(Number(format.slice(3)), fields[0]);
  if (format === '+s') return new arrow.Struct(fields);
  if (format === '+m') return new arrow.Map_(fields[0] as never);
  return null;
}

/** The type as the file states it, e.g. "List<Float32>". */
export function typeName(field: ForeignField): string {
  if (field.format === '+L') return `LargeList<${typeName(field.children[0])}>`;
  if (field.format === '+l') return `List<${typeName(field.children[0])}>`;
  if (field.format.startsWith('+w:')) return `FixedSizeList[${field.format.slice(3)}]<${typeName(field.children[0])}>`;
  if (field.type === null) return `Arrow type "${field.format}"`;
  return String(field.type);
}

/** The columns of a struct-typed ArrowArray (a record batch) at `pointer`, copied out of WebAssembly memory. */
export function readBatch(
  memory: DataView,
  pointer: number,
  schema: ForeignField,
): { rows: number; columns: (arrow.Data | null)[] } {
  const rows = Number(memory.getBigInt64(pointer, true));
  const offset = Number(memory.getBigInt64(pointer + 16, true));
  const children = pointers(memory, memory.getUint32(pointer + 44, true), schema.children.length);
  const given = Number(memory.getBigInt64(pointer + 32, true));
  if (given !== schema.children.length)
    throw new RangeError(`${given} columns where ${schema.children.length} were asked for`);
  return {
    rows,
    columns: schema.children.map((field, i) =>
      field.type ? readArray(memory, children[i], field, offset, rows) : null,
    ),
  };
}

function bitmap(memory: DataView, pointer: number, offset: number, length: number): Uint8Array {
  const bytes = (length + 7) >> 3;
  const source = new Uint8Array(memory.buffer, pointer + (offset >> 3), ((offset & 7) + length + 7) >> 3);
  const shift = offset & 7;
  if (shift === 0) return source.slice(0, bytes);
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = (source[i] >> shift) | ((source[i + 1] ?? 0) << (8 - shift));
  return out;
}

const bytesOf = (memory: DataView, pointer: number, from: number, bytes: number): Uint8Array<ArrayBuffer> =>
  bytes === 0
    ? new Uint8Array(0)
    : new Uint8Array((memory.buffer as ArrayBuffer).slice(pointer + from, pointer + from + bytes));

/** Offsets of `length` variable-size values from `offset`, rebased to 0, and where the first one starts. */
function readOffsets(
  memory: DataView,
  pointer: number,
  offset: number,
  length: number,
  large: boolean,
): { offsets: Int32Array; first: number } {
  const offsets = new Int32Array(length + 1);
  if (pointer === 0) return { offsets, first: 0 };
  if (large) {
    const wide = new BigInt64Array(memory.buffer, pointer + 8 * offset, length + 1);
    const first = Number(wide[0]);
    for (let i = 0; i <= length; i++) offsets[i] = Number(wide[i]) - first;
    return checkOrder({ offsets, first });
  }
  const narrow = new Int32Array(memory.buffer, pointer + 4 * offset, length + 1);
  const first = narrow[0];
  for (let i = 0; i <= length; i++) offsets[i] = narrow[i] - first;
  return checkOrder({ offsets, first });
}

/** What lies at offsets in another order would be read past its end. */
function checkOrder<T extends { readonly offsets: Int32Array; readonly first: number }>(of: T): T {
  let disordered = of.first < 0;
  for (let i = 1; i < of.offsets.length; i++) if (of.offsets[i] < of.offsets[i - 1]) disordered = true;
  if (disordered) throw new RangeError('the offsets of its values are out of order');
  return of;
}

/** Strings of the view layout: 16 bytes each, short ones inline, long ones in the data buffers. */
function readViews(
  memory: DataView,
  buffers: readonly number[],
  valid: Uint8Array | undefined,
  offset: number,
  length: number,
): { offsets: Int32Array; bytes: Uint8Array } {
  const offsets = new Int32Array(length + 1);
  const views = buffers[1] + 16 * offset;
  // The view of a null may hold anything.
  const isNull = (i: number): boolean => valid !== undefined && ((valid[i >> 3] >> (i & 7)) & 1) === 0;
  for (let i = 0; i < length; i++)
    offsets[i + 1] = offsets[i] + (isNull(i) ? 0 : memory.getInt32(views + 16 * i, true));
  const bytes = new Uint8Array(offsets[length]);
  for (let i = 0; i < length; i++) {
    const size = offsets[i + 1] - offsets[i];
    if (size === 0) continue;
    const view = views + 16 * i;
    const at = size <= 12 ? view + 4 : buffers[2 + memory.getInt32(view + 8, true)] + memory.getInt32(view + 12, true);
    bytes.set(new Uint8Array(memory.buffer, at, size), offsets[i]);
  }
  return { offsets, bytes };
}

function readArray(
  memory: DataView,
  pointer: number,
  field: ForeignField,
  extraOffset: number,
  length: number,
): arrow.Data {
  const offset = Number(memory.getBigInt64(pointer + 16, true)) + extraOffset;
  const buffers = pointers(
    memory,
    memory.getUint32(pointer + 40, true),
    Number(memory.getBigInt64(pointer + 24, true)),
  );
  const children = pointers(
    memory,
    memory.getUint32(pointer + 44, true),
    Number(memory.getBigInt64(pointer + 32, true)),
  );
  const type = field.type!;
  const own = Number(memory.getBigInt64(pointer, true));
  if (children.length !== field.children.length || extraOffset + length > own)
    throw new RangeError(`column "${field.name}" has ${own} values where ${extraOffset + length} are needed`);
  const nullBitmap = buffers.length > 0 && buffers[0] !== 0 ? bitmap(memory, buffers[0], offset, length) : undefined;
  const nullCount = nullBitmap ? -1 : 0;
  const make = (rest: object): arrow.Data =>
    arrow.makeData({ type, length, nullCount, nullBitmap, ...rest } as never) as arrow.Data;
  const { format } = field;
  if (field.dictionary) {
    const dictionaryPointer = memory.getUint32(pointer + 48, true);
    const size = Number(memory.getBigInt64(dictionaryPointer, true));
    const dictionary = new arrow.Vector([readArray(memory, dictionaryPointer, field.dictionary, 0, size)]);
    const indices = (type as arrow.Dictionary).indices;
    return make({ data: fixedWidth(memory, buffers[1], offset, length, indices), dictionary });
  }
  switch (format) {
    case 'n':
      return arrow.makeData({ type: type as arrow.Null, length });
    case 'b':
      return make({ data: bitmap(memory, buffers[1], offset, length) });
    case 'u':
    case 'z':
    case 'U':
    case 'Z': {
      const { offsets, first } = readOffsets(memory, buffers[1], offset, length, format === 'U' || format === 'Z');
      return make({ valueOffsets: offsets, data: bytesOf(memory, buffers[2], first, offsets[length]) });
    }
    case 'vu':
    case 'vz': {
      const { offsets, bytes } = readViews(memory, buffers, nullBitmap, offset, length);
      return make({ valueOffsets: offsets, data: bytes });
    }
    case '+l':
    case '+L':
    case '+m': {
      const { offsets, first } = readOffsets(memory, buffers[1], offset, length, format === '+L');
      return make({
        valueOffsets: offsets,
        child: readArray(memory, children[0], field.children[0], first, offsets[length]),
      });
    }
    case '+s':
      return make({
        children: field.children.map((child, i) => readArray(memory, children[i], child, offset, length)),
      });
  }
  if (format.startsWith('+w:')) {
    const size = Number(format.slice(3));
    return make({ child: readArray(memory, children[0], field.children[0], offset * size, length * size) });
  }
  return make({ data: fixedWidth(memory, buffers[1], offset, length, type) });
}

/** Elements of the type's array to a value. */
function stride(type: DataType): number {
  if (arrow.DataType.isDecimal(type)) return type.bitWidth / 32;
  if (arrow.DataType.isFixedSizeBinary(type)) return type.byteWidth;
  return 1;
}

function fixedWidth(
  memory: DataView,
  pointer: number,
  offset: number,
  length: number,
  type: DataType,
): ArrayBufferView {
  const Values = type.ArrayType as unknown as {
    new (buffer: ArrayBufferLike): ArrayBufferView;
    BYTES_PER_ELEMENT: number;
  };
  const width = Values.BYTES_PER_ELEMENT * stride(type);
  return new Values(bytesOf(memory, pointer, offset * width, length * width).buffer);
}
