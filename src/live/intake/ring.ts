import { randomUUID } from 'node:crypto';
import type { LedgerEvent } from '../live_pb.ts';

const SLOTS = 4096;
/** Records that are on their way at a time. */
const UNDER_WAY = 1024;

export interface RingCounts {
  readonly recorded: number;
  readonly dropped: number;
  /** Of those recorded: kept by whoever takes them, and refused by it. */
  readonly kept: number;
  readonly failed: number;
  readonly waiting: number;
}

/**
 * Where a process leaves its events: `record` never waits. Where the slots are full the event is dropped and counted;
 * the gap in the sequence tells whoever reads it.
 */
export class Ring {
  readonly #send: (event: LedgerEvent) => Promise<unknown>;
  readonly #slots: (LedgerEvent | undefined)[] = new Array<undefined>(SLOTS);
  readonly #producer: string;
  /** Told how far the sequence has come, before anything of it is sent. */
  readonly #onNumber: (sequence: number) => void;
  #from = 0;
  #to = 0;
  #underWay = 0;
  #sequence: number;
  /** Of it what an earlier run had. */
  readonly #first: number;
  #isDue = false;
  #dropped = 0;
  #kept = 0;
  #failed = 0;
  #rested: (() => void)[] = [];

  /** @param before the producer that it goes on as; absent: a new one */
  constructor(
    send: (event: LedgerEvent) => Promise<unknown>,
    before: { readonly producer: string; readonly sequence: number } = { producer: randomUUID(), sequence: 0 },
    onNumber: (sequence: number) => void = () => undefined,
  ) {
    this.#send = send;
    this.#producer = before.producer;
    this.#sequence = this.#first = before.sequence;
    this.#onNumber = onNumber;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** @returns false where it was dropped */
  record(event: LedgerEvent): boolean {
    this.#sequence++;
    if (this.#to - this.#from >= SLOTS) {
      this.#dropped++;
      return false;
    }
    event.producer = this.#producer;
    event.sequence = BigInt(this.#sequence);
    this.#slots[this.#to++ % SLOTS] = event;
    if (!this.#isDue) {
      this.#isDue = true;
      setImmediate(() => this.#drain());
    }
    return true;
  }

  get counts(): RingCounts {
    return {
      recorded: this.#sequence - this.#first - this.#dropped,
      dropped: this.#dropped,
      kept: this.#kept,
      failed: this.#failed,
      waiting: this.#to - this.#from + this.#underWay,
    };
  }

  /** Resolves when nothing waits any more. */
  rest(): Promise<void> {
    return this.#to === this.#from && this.#underWay === 0
      ? Promise.resolve()
      : new Promise((done) => this.#rested.push(done));
  }

  #drain(): void {
    this.#isDue = false;
    this.#onNumber(this.#sequence);
    while (this.#underWay < UNDER_WAY && this.#from < this.#to) {
      const at = this.#from++ % SLOTS;
      const event = this.#slots[at]!;
      this.#slots[at] = undefined;
      this.#underWay++;
      this.#send(event).then(
        () => this.#settle(true),
        () => this.#settle(false),
      );
    }
    if (this.#to === this.#from && this.#underWay === 0) for (const done of this.#rested.splice(0)) done();
  }

  #settle(isKept: boolean): void {
    this.#underWay--;
    if (isKept) this.#kept++;
    else this.#failed++;
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#drain());
  }
}
