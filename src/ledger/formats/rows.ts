import { throwIfCancelled } from '../failures.ts';
import type { FormatReader, RawBatch, RawColumn, ReaderField, ReadOptions } from '../reader.ts';

/** Consecutive rows of a text format, and the fraction of the file up to their end. */
export interface RowChunk<R> {
  readonly rows: readonly R[];
  readonly fraction: number;
}

/** What a text format makes of some rows. */
export interface RowColumns {
  /** In the order of the fields asked for; null where a value is missing. */
  readonly columns: readonly RawColumn[];
  /** Why a row makes no sense, by its position. */
  readonly faults: ReadonlyMap<number, string>;
}

/** What a text format knows of its rows; R is a row before it is looked into. */
export interface RowSource<R, C extends RowChunk<R> = RowChunk<R>> {
  readonly path: string;
  readonly fields: readonly ReaderField[];
  /** All rows, in order, without those that hold nothing; can be called any number of times. */
  rows(signal?: AbortSignal): AsyncIterable<C>;
  /**
   * @param first position in the file of the first of the rows
   * @param fields positions in `fields`
   * @param chunk that the rows are of
   */
  columns(rows: readonly R[], first: number, fields: readonly number[], chunk: C): RowColumns;
}

/** Cells of a batch at most, so that a table of thousands of columns fits. */
const BATCH_CELLS = 4 << 20;

/** The reader of a text format: cuts its rows into batches of plain values. */
export function rowReader<R, C extends RowChunk<R> = RowChunk<R>>(source: RowSource<R, C>): FormatReader {
  const { path, fields } = source;
  const positions = new Map(fields.map(({ name }, i) => [name, i]));

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const at = options.columns.map((name) => positions.get(name)!);
    const batchRows = Math.max(1, Math.min(options.batchRows, Math.floor(BATCH_CELLS / Math.max(1, at.length))));
    let first = 0;
    for await (const chunk of source.rows(options.signal)) {
      const { rows, fraction } = chunk;
      for (let from = 0; from < rows.length; from += batchRows) {
        throwIfCancelled(options.signal, `reading ${path}`);
        const part = rows.slice(from, from + batchRows);
        if (!options.skip?.(first, part.length))
          yield { first, rows: part.length, ...source.columns(part, first, at, chunk) };
        first += part.length;
      }
      options.onFraction?.(fraction);
    }
    throwIfCancelled(options.signal, `reading ${path}`);
  }
  return { fields, rows: null, read };
}
