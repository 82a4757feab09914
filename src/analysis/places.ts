import type { EventColumns } from '../core/columns.ts';

/** Rows of events, to place what is read of a ledger by row. */
export class Places {
  readonly #eventOf: Int32Array;
  readonly #only: Uint8Array;
  readonly #rows: Int32Array;
  #asked = { from: 0, to: 0 };

  constructor(events: EventColumns, rows: number) {
    this.#rows = events.row;
    this.#eventOf = new Int32Array(rows).fill(-1);
    for (let i = 0; i < events.n; i++) this.#eventOf[events.row[i]] = i;
    this.#only = new Uint8Array(rows);
  }

  /** Marks the rows of the events `from` to `to` (exclusive) alone; valid until the next call. */
  only(from: number, to: number): Uint8Array {
    this.#mark(0);
    this.#asked = { from, to };
    this.#mark(1);
    return this.#only;
  }

  /** The event that stands on a row; -1 where none does. */
  eventAt(row: number): number {
    return this.#eventOf[row];
  }

  #mark(value: 0 | 1): void {
    for (let i = this.#asked.from; i < this.#asked.to; i++) this.#only[this.#rows[i]] = value;
  }
}
