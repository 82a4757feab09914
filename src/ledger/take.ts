import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { packBits, validity } from './cast.ts';

/** The rows `at` of Arrow data, in that order, as new data of the same type. */
export function takeRows(data: Data, at: Int32Array): Data {
  const type = data.type;
  if (DataType.isNull(type)) return arrow.makeData({ type, length: at.length });
  const valid = validity(data);
  const nullBitmap = packBits(valid && Uint8Array.from(at, (row) => valid[row]));
  const make = (rest: object): Data =>
    arrow.makeData({ type, length: at.length, nullCount: nullBitmap ? -1 : 0, nullBitmap, ...rest } as never) as Data;
  if (DataType.isBool(type)) {
    const bits = data.values as Uint8Array;
    return make({
      data: packBits(Uint8Array.from(at, (row) => (bits[(row + data.offset) >> 3] >> ((row + data.offset) & 7)) & 1))!,
    });
  }
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const { offsets, elements } = spans(data, at);
    return make({ valueOffsets: offsets, data: takeBytes(data, at, elements) });
  }
  if (DataType.isList(type) || DataType.isMap(type)) {
    const { offsets, elements } = spans(data, at);
    const source = data.valueOffsets as Int32Array;
    const inner = new Int32Array(elements);
    let used = 0;
    for (const row of at) for (let i = source[row]; i < source[row + 1]; i++) inner[used++] = i;
    return make({ valueOffsets: offsets, child: takeRows(data.children[0], inner) });
  }
  if (DataType.isFixedSizeList(type)) {
    const size = type.listSize;
    return make({
      child: takeRows(
        data.children[0],
        Int32Array.from({ length: at.length * size }, (_, i) => at[Math.floor(i / size)] * size + (i % size)),
      ),
    });
  }
  if (DataType.isStruct(type)) return make({ children: data.children.map((child) => takeRows(child, at)) });
  const values = data.values as Int32Array;
  const stride = DataType.isDictionary(type) ? 1 : data.stride;
  const taken = new (values.constructor as Int32ArrayConstructor)(at.length * stride);
  for (let i = 0; i < at.length; i++)
    for (let j = 0; j < stride; j++) taken[i * stride + j] = values[at[i] * stride + j];
  return make({ data: taken, ...(DataType.isDictionary(type) ? { dictionary: data.dictionary } : {}) });
}

function spans(data: Data, at: Int32Array): { offsets: Int32Array; elements: number } {
  const source = data.valueOffsets as Int32Array;
  const offsets = new Int32Array(at.length + 1);
  for (let i = 0; i < at.length; i++) offsets[i + 1] = offsets[i] + source[at[i] + 1] - source[at[i]];
  return { offsets, elements: offsets[at.length] };
}

function takeBytes(data: Data, at: Int32Array, bytes: number): Uint8Array {
  const source = data.valueOffsets as Int32Array;
  const values = data.values as Uint8Array;
  const out = new Uint8Array(bytes);
  let used = 0;
  for (const row of at) {
    out.set(values.subarray(source[row], source[row + 1]), used);
    used += source[row + 1] - source[row];
  }
  return out;
}
