import * as arrow from 'apache-arrow';
import { isData, validity } from '../cast.ts';
import type { RawColumn } from '../reader.ts';

/** The plain values of a column: Arrow's structs and lists as objects and arrays. */
export function plainValues(column: RawColumn, rows: number): readonly unknown[] {
  if (!isData(column)) return column;
  if (arrow.DataType.isTimestamp(column.type)) return nanoseconds(column as arrow.Data<arrow.Timestamp>);
  const vector = new arrow.Vector([column as arrow.Data]);
  return Array.from({ length: rows }, (_, i) => ofArrow(vector.get(i)));
}

/** Times as whole nanoseconds since 1970. */
function nanoseconds(data: arrow.Data<arrow.Timestamp>): readonly (bigint | null)[] {
  const valid = validity(data);
  const factor = 1000n ** BigInt(arrow.TimeUnit.NANOSECOND - data.type.unit);
  return Array.from({ length: data.length }, (_, i) => (valid && !valid[i] ? null : data.values[i] * factor));
}

/** Rows and lists of Arrow as plain ones, by `toJSON`: to name their classes changes the order in which it loads. */
function ofArrow(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value ?? null;
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(ofArrow);
  const { toJSON } = value as { toJSON?: () => unknown };
  const json = typeof toJSON === 'function' ? toJSON.call(value) : value;
  if (Array.isArray(json)) return json.map(ofArrow);
  return Object.fromEntries(Object.entries(json as object).map(([name, inner]) => [name, ofArrow(inner)]));
}
