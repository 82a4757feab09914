import * as arrow from 'apache-arrow';
import { packBits } from '../cast.ts';
import type { ForeignField } from './ffi.ts';
import type { FloatLists } from './listDecoder.ts';

/** True for a column of lists of float32. */
export const isFloatLists = (field: ForeignField | undefined): boolean =>
  field?.format === '+l' && field.children[0].format === 'f' && field.type !== null;

/** Some of the lists, as Arrow has them; their values are not copied. @param type of the column */
export function listBatch(
  { offsets, values, valid }: FloatLists,
  type: arrow.DataType,
  first: number,
  rows: number,
): arrow.Data {
  const start = offsets[first];
  const own = new Int32Array(rows + 1);
  for (let i = 0; i <= rows; i++) own[i] = offsets[first + i] - start;
  const there = valid?.subarray(first, first + rows);
  const bitmap = there?.includes(0) ? packBits(there) : undefined;
  const child = arrow.makeData({
    type: new arrow.Float32(),
    length: own[rows],
    nullCount: 0,
    data: values.subarray(start, start + own[rows]),
  });
  return arrow.makeData({
    type: type as arrow.List,
    length: rows,
    nullCount: bitmap ? -1 : 0,
    nullBitmap: bitmap,
    valueOffsets: own,
    child,
  }) as arrow.Data;
}
