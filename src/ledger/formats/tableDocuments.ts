import type { FormatReader } from '../reader.ts';
import { shapeOf } from '../shapes/list.ts';
import { plainValues } from './arrowValues.ts';
import type { OpenFileOptions } from './format.ts';
import { openShaped, Unread, type DocumentChunk } from './shapeReader.ts';

/** Rows of a table of traces or messages, as documents. */

const BATCH_ROWS = 2048;
/** Rows that are looked at to tell what a table is. */
const LOOKED_AT = 50;

async function* documentsOf(reader: FormatReader, signal?: AbortSignal): AsyncIterable<DocumentChunk> {
  const columns = reader.fields.filter((field) => field.type !== null).map((field) => field.name);
  let [fraction, read] = [0, 0];
  const onFraction = (done: number): void => void (fraction = done);
  for await (const batch of reader.read({ columns, batchRows: BATCH_ROWS, signal, onFraction })) {
    const values = batch.columns.map((column) => plainValues(column, batch.rows));
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
