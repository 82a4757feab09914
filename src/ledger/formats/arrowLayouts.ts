import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';

/**
 * Large and view layouts hold what the plain ones hold; everything behind the readers knows the plain ones only: List,
 * Utf8, Binary.
 */
export function plainType(type: DataType): DataType {
  if (DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return new arrow.Utf8();
  if (DataType.isLargeBinary(type) || DataType.isBinaryView(type)) return new arrow.Binary();
  if (DataType.isDictionary(type))
    return new arrow.Dictionary(plainType(type.dictionary as DataType), type.indices, type.id, type.isOrdered);
  const fields = type.children?.map((field) => field.clone({ type: plainType(field.type as DataType) })) ?? [];
  if (DataType.isLargeList(type) || DataType.isList(type)) return new arrow.List(fields[0]);
  if (DataType.isFixedSizeList(type)) return new arrow.FixedSizeList(type.listSize, fields[0]);
  if (DataType.isStruct(type)) return new arrow.Struct(fields);
  if (DataType.isMap(type)) return new arrow.Map_(fields[0] as never, type.keysSorted);
  return type;
}

/** Data in the plain layouts; values of plain ones are not copied. */
export function plainLayout(data: Data): Data {
  const source = data.type;
  const type = plainType(source);
  const make = (rest: object): Data =>
    arrow.makeData({
      type,
      offset: data.offset,
      length: data.length,
      nullCount: data.nullCount,
      nullBitmap: data.nullCount > 0 ? data.nullBitmap : undefined,
      ...rest,
    } as never) as Data;
  if (DataType.isUtf8View(source) || DataType.isBinaryView(source)) return make(fromViews(data));
  if (DataType.isLargeUtf8(source) || DataType.isLargeBinary(source))
    return make({
      valueOffsets: narrow(data.valueOffsets as BigInt64Array),
      data: data.values as Uint8Array,
    });
  if (DataType.isLargeList(source))
    return make({
      valueOffsets: narrow(data.valueOffsets as BigInt64Array),
      child: plainLayout(data.children[0]),
    });
  if (DataType.isDictionary(source))
    return make({
      data: data.values as Int32Array,
      dictionary: new arrow.Vector(data.dictionary!.data.map(plainLayout)),
    });
  if (data.children.length === 0) return data;
  const children = data.children.map(plainLayout);
  return children.every((child, i) => child === data.children[i])
    ? data
    : new arrow.Data(type, data.offset, data.length, data.nullCount, data.buffers as never, children);
}

/** Offsets of 64 bits as ones of 32. @throws RangeError where a batch holds more than they reach */
function narrow(offsets: BigInt64Array): Int32Array {
  if (Number(offsets[offsets.length - 1] ?? 0n) > 0x7fff_ffff)
    throw new RangeError('a batch holds more than 2 GB of one column');
  return Int32Array.from(offsets, Number);
}

/** A view is 16 bytes: the length, then up to 12 bytes of the value, or a prefix, a buffer and a position in it. */
const VIEW_BYTES = 16;
const INLINE_BYTES = 12;

function fromViews(data: Data): { valueOffsets: Int32Array; data: Uint8Array } {
  const { length, variadicBuffers } = data;
  const views = data.values as Uint8Array;
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
  const valueOffsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++)
    // The view of a null may hold anything.
    valueOffsets[i + 1] = valueOffsets[i] + (data.getValid(i) ? view.getInt32(i * VIEW_BYTES, true) : 0);
  const bytes = new Uint8Array(valueOffsets[length]);
  for (let i = 0; i < length; i++) {
    const size = valueOffsets[i + 1] - valueOffsets[i];
    if (size === 0) continue;
    const at = i * VIEW_BYTES;
    const [source, from] =
      size <= INLINE_BYTES
        ? [views, at + 4]
        : [variadicBuffers[view.getInt32(at + 8, true)], view.getInt32(at + 12, true)];
    bytes.set(source.subarray(from, from + size), valueOffsets[i]);
  }
  return { valueOffsets, data: bytes };
}
