import * as arrow from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { dataOf, recordBatch, type NamedData } from '../../ledger/arrowVectors.ts';
import type { Platform } from '../../ledger/platform.ts';
import { parquetOf, rowGroupRows } from '../../ledger/write.ts';

/** Several Parquet files of a live ledger as one with the rows of all, in their order; what a file lacks is null. */
export async function mergeFiles(
  files: readonly Uint8Array[],
  platform: Platform,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly rows: number }> {
  const parquet = await platform.parquet();
  const tables = files.map((bytes) => arrow.tableFromIPC(parquet.readParquet(bytes).intoIPCStream()));
  const types = new Map<string, arrow.DataType>();
  for (const { schema } of tables) for (const { name, type } of schema.fields) types.set(name, type as arrow.DataType);
  const batches = tables.flatMap(({ batches: own }) => own.map((batch) => widened(batch, types)));
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  const dimension = batches.reduce((most, batch) => Math.max(most, dimensionOf(batch)), 0);
  return { bytes: await parquetOf(batches, rowGroupRows(dimension), platform), rows };
}

/** A batch with all columns. */
function widened(batch: arrow.RecordBatch, types: ReadonlyMap<string, arrow.DataType>): arrow.RecordBatch {
  const own = new Map(batch.schema.fields.map(({ name }, i) => [name, batch.data.children[i]]));
  const columns = [...types].map(([name, type]): NamedData => [name, own.get(name) ?? nulls(type, batch.numRows)]);
  return recordBatch(columns, batch.numRows);
}

const nulls = (type: arrow.DataType, length: number): Data => dataOf(new Array<null>(length).fill(null), type);

/** Values to a row of the widest list. */
function dimensionOf(batch: arrow.RecordBatch): number {
  const lists = batch.data.children.filter(({ type }) => arrow.DataType.isList(type));
  return Math.max(0, ...lists.map(({ children: [leaf] }) => leaf.length / Math.max(1, batch.numRows)));
}
