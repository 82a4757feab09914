import * as arrow from 'apache-arrow';
import { isData, validity } from '../cast.ts';
import type { FormatReader, RawColumn } from '../reader.ts';
import { shapeOf } from '../shapes/list.ts';
import type { OpenFileOptions } from './format.ts';
import { openShaped, Unread, type DocumentChunk } from './shapeReader.ts';

/** Rows of a table of traces or messages, as documents. */

const BATCH_ROWS = 2048;
/** Rows that are looked at to tell what a table is. */
const LOOKED_AT = 50;

/** The plain values of a column: Arrow's structs and lists as objects and arrays. */
function plain(column: RawColumn, rows: number): readonly unknown[] {
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

/** Rows and lists of Arrow as plain ones, by `toJSON`: naming their classes would change the order in which it loads. */
function ofArrow(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value ?? null;
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(ofArrow);
  const { toJSON } = value as { toJSON?: () => unknown };
  const json = typeof toJSON === 'function' ? toJSON.call(value) : value;
  if (Array.isArray(json)) return json.map(ofArrow);
  return Object.fromEntries(Object.entries(json as object).map(([name, inner]) => [name, ofArrow(inner)]));
}

async function* documentsOf(reader: FormatReader, signal?: AbortSignal): AsyncIterable<DocumentChunk> {
  const columns = reader.fields.filter((field) => field.type !== null).map((field) => field.name);
  let [fraction, read] = [0, 0];
  const onFraction = (done: number): void => void (fraction = done);
  for await (const batch of reader.read({ columns, batchRows: BATCH_ROWS, signal, onFraction })) {
    const values = batch.columns.map((column) => plain(column, batch.rows));
    const documents = Array.from({ length: batch.rows }, (_, row): unknown => {
      const fault = batch.faults?.get(row);
      if (fault !== undefined) return new Unread(fault);
      return Object.fromEntries(columns.map((name, i) => [name, values[i][row]]));
    });
    read += batch.rows;
    yield { documents, fraction: reader.rows ? read / reader.rows : fraction };
  }
}

/** A table as what its rows are, where they are of a shape; else the table itself. */
export async function asShape(
  reader: FormatReader,
  path: string,
  options: OpenFileOptions = {},
): Promise<FormatReader> {
  const first: unknown[] = [];
  for await (const { documents } of documentsOf(reader, options.signal)) {
    first.push(...documents.slice(0, LOOKED_AT - first.length));
    if (first.length >= LOOKED_AT) break;
  }
  const shape = shapeOf(first);
  if (!shape) return reader;
  return openShaped({ path, shape, documents: (signal) => documentsOf(reader, signal) }, options);
}
