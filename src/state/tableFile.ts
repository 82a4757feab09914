import { Float64, Utf8, type DataType } from 'apache-arrow';
import { dataOf, ipcOf } from '../ledger/arrowVectors.ts';
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
  const typeOf = ({ type }: FileColumn): DataType => (type === 'number' ? new Float64() : new Utf8());
  const stream = ipcOf(
    columns.map((column) => [column.name, dataOf(column.values, typeOf(column))]),
    columns[0]?.values.length ?? 0,
  );
  return new Blob([await ipcToParquet(browserPlatform(), stream)], { type: 'application/vnd.apache.parquet' });
}
