import { throwIfCancelled } from '../failures.ts';
import type { FormatReader, RawBatch, ReaderField, ReadOptions } from '../reader.ts';

/** Consecutive rows of a text format, and the fraction of the file up to their end. */
export interface RowChunk<R> {
  readonly rows: readonly R[];
  readonly fraction: number;
}

/** What a text format knows of its rows; R is a row as it parses them. */
export interface RowSource<R> {
  readonly path: string;
  readonly fields: readonly ReaderField[];
  /** All rows, in order, without those that hold nothing; can be called any number of times. */
  rows(signal?: AbortSignal): AsyncIterable<RowChunk<R>>;
  /** Why a row makes no sense; null if it does. */
  fault(row: R): string | null;
  /** @param field position in `fields`. @returns null if missing */
  value(row: R, field: number): unknown;
}

/** How many rows of a text file its column types are guessed from. */
const SAMPLE_ROWS = 1000;

/** The first rows of a file, from which columns and types are guessed. */
export async function sampleRows<R>(chunks: AsyncIterable<RowChunk<R>>): Promise<R[]> {
  const sample: R[] = [];
  for await (const { rows } of chunks) {
    sample.push(...rows.slice(0, SAMPLE_ROWS - sample.length));
    if (sample.length >= SAMPLE_ROWS) break;
  }
  return sample;
}

/** The reader of a text format: cuts its rows into batches of plain values. */
export function rowReader<R>(source: RowSource<R>): FormatReader {
  const { path, fields } = source;
  const positions = new Map(fields.map(({ name }, i) => [name, i]));

  function toBatch(rows: readonly R[], first: number, at: readonly number[]): RawBatch {
    const faults = new Map<number, string>();
    rows.forEach((row, i) => {
      const fault = source.fault(row);
      if (fault !== null) faults.set(i, fault);
    });
    const columns = at.map((field) => rows.map((row, i) => (faults.has(i) ? null : source.value(row, field))));
    return { first, rows: rows.length, columns, faults };
  }

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const at = options.columns.map((name) => positions.get(name)!);
    let first = 0;
    for await (const { rows, fraction } of source.rows(options.signal)) {
      for (let from = 0; from < rows.length; from += options.batchRows) {
        throwIfCancelled(options.signal, `reading ${path}`);
        const part = rows.slice(from, from + options.batchRows);
        if (!options.skip?.(first, part.length)) yield toBatch(part, first, at);
        first += part.length;
      }
      options.onFraction?.(fraction);
    }
    throwIfCancelled(options.signal, `reading ${path}`);
  }
  return { fields, rows: null, read };
}
