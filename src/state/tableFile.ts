import {
  Field,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  type DataType,
} from 'apache-arrow';
import { vectorOf } from '../ledger/arrowVectors.ts';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { ipcToParquet } from '../ledger/parquetTable.ts';

/** A column of a table that is taken along: numbers or texts, null where there is none. */
export interface FileColumn {
  readonly name: string;
  readonly type: 'number' | 'text';
  readonly values: readonly (number | string | null)[];
}

/** Any table as a Parquet file (zstd). */
export async function tableParquet(columns: readonly FileColumn[]): Promise<Blob> {
  const length = columns[0]?.values.length ?? 0;
  const typeOf = ({ type }: FileColumn): DataType => (type === 'number' ? new Float64() : new Utf8());
  const fields = columns.map((column) => new Field(column.name, typeOf(column), true));
  const children = columns.map((column) =>
    length === 0
      ? makeData({ type: typeOf(column), length: 0, nullCount: 0 } as never)
      : vectorOf(column.values as readonly never[], typeOf(column)).data[0],
  );
  const schema = new Schema(fields);
  const batch = new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children }));
  const parquet = await browserPlatform().parquet();
  const bytes = ipcToParquet(parquet, tableToIPC(new Table(schema, [batch]), 'stream'));
  return new Blob([new Uint8Array(bytes)], { type: 'application/vnd.apache.parquet' });
}
