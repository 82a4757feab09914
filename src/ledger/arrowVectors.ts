import {
  Field,
  makeBuilder,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  type Data,
  type DataType,
  type Vector,
} from 'apache-arrow';

/**
 * Values as an Arrow vector, null where there is none. Arrow's own `vectorFromArray` compiles its test for null out of
 * text, which the page's Content-Security-Policy forbids.
 */
export function vectorOf<T extends DataType>(values: Iterable<T['TValue'] | null>, type: T): Vector<T> {
  const builder = makeBuilder({ type });
  for (const value of values) {
    if (value === null) builder.setValid(builder.length, false);
    else builder.append(value);
  }
  return builder.finish().toVector() as Vector<T>;
}

/** Values as the data of a column, null where there is none. */
export function dataOf<T extends DataType>(values: readonly (T['TValue'] | null)[], type: T): Data {
  if (values.length === 0) return makeData({ type, length: 0, nullCount: 0 } as never);
  return vectorOf(values, type).data[0];
}

export type NamedData = readonly [name: string, data: Data];

/** Columns of one length, any of which may hold nulls, as a batch. */
export function recordBatch(columns: readonly NamedData[], length: number): RecordBatch {
  const fields = columns.map(([name, data]) => new Field(name, data.type, true));
  const children = columns.map(([, data]) => data);
  return new RecordBatch(new Schema(fields), makeData({ type: new Struct(fields), length, nullCount: 0, children }));
}

/** Columns of one length as an Arrow IPC stream. */
export function ipcOf(columns: readonly NamedData[], length: number): Uint8Array {
  const batch = recordBatch(columns, length);
  return tableToIPC(new Table(batch.schema, [batch]), 'stream');
}
