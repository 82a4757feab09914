import { createHash } from 'node:crypto';
import type { LedgerEvent } from '../live_pb.ts';
import { Newest } from './newest.ts';

/** An event in its place in the ledger. */
export interface Row {
  readonly event: LedgerEvent;
  /** event_id: the number of its emission. */
  readonly id: number;
  /** Stored time, microseconds: its own, or that of the row before where that is later. */
  readonly micros: number;
  readonly late: boolean;
  /** Of the shadow lane; absent: there is none. */
  readonly isTaken?: boolean;
}

interface Held {
  readonly event: LedgerEvent;
  readonly offset: number;
  readonly micros: number;
}

/** How long a row waits for earlier ones. */
const WATERMARK_MICROS = 2_000_000;
/** Doubles are told within so many events. */
const REMEMBERED = 200_000;
/** Gaps are told of so many producers, the newest. */
const MOST_PRODUCERS = 1_000;

export interface OrderState {
  readonly seen: readonly string[];
  readonly next: number;
  readonly last: number | null;
  readonly newest: number | null;
  readonly held: readonly number[];
  /** The newest sequence of each producer. */
  readonly sequences?: readonly (readonly [producer: string, sequence: number])[];
}

/**
 * Puts the records of a group in the order of their source times. Driven by the log alone (events and ticks move the
 * watermark), so that reading it again gives the same rows.
 */
export class Order {
  readonly #seen: Newest;
  readonly #sequences: Map<string, number>;
  #held: Held[] = [];
  #next: number;
  #last: number;
  #newest: number;
  doubles = 0;
  late = 0;
  /** Events that producers left out, by gaps in their sequences. */
  dropped = 0;

  constructor(state: OrderState | null) {
    this.#seen = new Newest(REMEMBERED, state?.seen);
    this.#sequences = new Map(state?.sequences);
    this.#next = state?.next ?? 0;
    this.#last = state?.last ?? -Infinity;
    this.#newest = state?.newest ?? -Infinity;
  }

  get next(): number {
    return this.#next;
  }

  get last(): number | null {
    return Number.isFinite(this.#last) ? this.#last : null;
  }

  heldOffsets(): number[] {
    return this.#held.map(({ offset }) => offset).sort((a, b) => a - b);
  }

  save(): OrderState {
    const newest = Number.isFinite(this.#newest) ? this.#newest : null;
    return {
      seen: this.#seen.all(),
      next: this.#next,
      last: this.last,
      newest,
      held: this.heldOffsets(),
      sequences: [...this.#sequences],
    };
  }

  /** An event that waited in the buffer when the state was saved. */
  restore(event: LedgerEvent, offset: number): void {
    this.#hold({ event, offset, micros: Number(event.sourceMicros) });
  }

  push(event: LedgerEvent, offset: number): Row[] {
    const key = createHash('sha1').update(event.uid).digest('base64').slice(0, 11);
    if (!this.#seen.add(key)) {
      this.doubles++;
      return [];
    }
    const micros = Number(event.sourceMicros);
    this.#hold({ event, offset, micros });
    return this.tick(micros);
  }

  /** Time has come so far. @returns the rows that need not wait any more */
  tick(micros: number): Row[] {
    this.#newest = Math.max(this.#newest, micros);
    const limit = this.#newest - WATERMARK_MICROS;
    let ready = 0;
    while (ready < this.#held.length && this.#held[ready].micros <= limit) ready++;
    return this.#held.splice(0, ready).map(({ event, micros: own }) => {
      const late = own < this.#last;
      if (late) this.late++;
      this.#last = Math.max(this.#last, own);
      return { event, id: this.#next++, micros: this.#last, late };
    });
  }

  /** Notes the sequence of an event, also of one that is refused: it was not left out by its producer. */
  count({ producer, sequence }: LedgerEvent): void {
    if (producer === '') return;
    const [before, now] = [this.#sequences.get(producer) ?? 0, Number(sequence)];
    if (now <= before) return;
    this.dropped += now - before - 1;
    // The one that sent last is the newest.
    this.#sequences.delete(producer);
    this.#sequences.set(producer, now);
    if (this.#sequences.size > MOST_PRODUCERS) this.#sequences.delete(this.#sequences.keys().next().value!);
  }

  #hold(held: Held): void {
    let at = this.#held.length;
    while (at > 0 && isBefore(held, this.#held[at - 1])) at--;
    this.#held.splice(at, 0, held);
  }
}

const isBefore = (a: Held, b: Held): boolean =>
  a.micros < b.micros || (a.micros === b.micros && a.event.uid < b.event.uid);
