import { liesOutside, type LedgerPart } from '../core/part.ts';
import { isData } from './cast.ts';
import type { RawBatch, RawColumn, ReadOptions, TableReader } from './reader.ts';
import { refuse } from './scan.ts';
import { takeRows } from './take.ts';
import { toTimes } from './times.ts';

/** Ascending positions that grow. */
class Positions {
  #values = new Uint32Array(1024);
  #used = 0;

  get length(): number {
    return this.#used;
  }

  push(value: number): void {
    if (this.#used === this.#values.length) {
      const grown = new Uint32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#used++] = value;
  }

  at(index: number): number {
    return this.#values[index];
  }

  /** How many lie below `value`. */
  below(value: number): number {
    let low = 0;
    let high = this.#used;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#values[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * A file with only those rows whose time lies in a range, numbered anew from 0. Rows without a time stay, so that they
 * are counted among what is left out; parts of the file that its statistics place outside are not read. Rows are picked
 * out in the first whole reading; later ones need no times.
 * @param column the file's column of times
 */
export function selectRows(reader: TableReader, column: string, range: Pick<LedgerPart, 'from' | 'to'>): TableReader {
  const from = range.from ?? -Infinity;
  const to = range.to ?? Infinity;
  const keeps = (time: number): boolean => Number.isNaN(time) || (time >= from && time < to);
  let first = 0;
  const outside = (reader.times?.(column) ?? []).flatMap((group) => {
    const start = first;
    first += group.rows;
    return group.complete && liesOutside(group, range) ? [{ from: start, to: first }] : [];
  });
  let chosen: Positions | null = null;
  let newest = new Positions();
  let seen = 0;
  let all: number | null = null;

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const known = chosen;
    const positions = known ?? new Positions();
    newest = positions;
    seen = 0;
    const columns = known || options.columns.includes(column) ? options.columns : [...options.columns, column];
    const at = columns.indexOf(column);
    const skip = (start: number, rows: number): boolean => {
      if (!known) return outside.some((span) => span.from <= start && start + rows <= span.to);
      const low = known.below(start);
      const count = known.below(start + rows) - low;
      return count === 0 || (options.skip?.(low, count) ?? false);
    };
    for await (const batch of reader.read({ ...options, columns, skip })) {
      seen += batch.rows;
      const low = known ? known.below(batch.first) : positions.length;
      if (!known) {
        const times = toTimes(batch.columns[at], refuse(reader, 'ts', column, batch.first));
        for (let i = 0; i < batch.rows; i++) if (keeps(times[i])) positions.push(batch.first + i);
      }
      const high = known ? known.below(batch.first + batch.rows) : positions.length;
      if (high > low) yield take(batch, positions, low, high, options.columns.length);
    }
    if (!known) all = reader.rows ?? seen;
    chosen = positions;
  }
  return { ...reader, rows: null, allRows: () => all, read, fileRow: (row) => (chosen ?? newest).at(row) };
}

function take(batch: RawBatch, positions: Positions, low: number, high: number, columns: number): RawBatch {
  const wanted = batch.columns.slice(0, columns);
  const rows = high - low;
  if (rows === batch.rows) return { ...batch, first: low, columns: wanted };
  const at = Int32Array.from({ length: rows }, (_, i) => positions.at(low + i) - batch.first);
  const faults =
    batch.faults &&
    new Map([...at].flatMap((row, i) => (batch.faults!.has(row) ? [[i, batch.faults!.get(row)!]] : [])));
  return {
    first: low,
    rows,
    faults,
    columns: wanted.map((column): RawColumn =>
      isData(column) ? takeRows(column, at) : Array.from(at, (row) => column[row]),
    ),
  };
}
