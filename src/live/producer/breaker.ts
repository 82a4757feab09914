export type BreakerState = 'closed' | 'half-open' | 'open';

/** Outcomes that are looked at together. */
const WINDOW = 100;
/** So many bad ones among them open it. */
const MOST_BAD = WINDOW / 2;
/** How long it stays open before one batch tries again, ms. */
const RETRY_MS = 1000;

/** Whether the broker keeps up: fed with what became of batches, it says whether another should be sent. */
export class Breaker {
  readonly #now: () => number;
  /** Whether each was bad. */
  readonly #outcomes: boolean[] = [];
  #at = 0;
  #bad = 0;
  #since = 0;
  #state: BreakerState = 'closed';
  #opened = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How often it opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Ms until it lets a batch try; 0: now. */
  get rest(): number {
    return this.#state === 'open' ? Math.max(0, this.#since + RETRY_MS - this.#now()) : 0;
  }

  /** Lets one batch try, if it was open for long enough. */
  probe(): boolean {
    if (this.#state !== 'open' || this.rest > 0) return false;
    this.#state = 'half-open';
    return true;
  }

  /** What became of a batch, or of the one that tried. */
  note(isGood: boolean, isProbe: boolean): void {
    if (isProbe) {
      if (isGood) this.#close();
      else this.#open();
      return;
    }
    // What was sent before it opened says nothing new.
    if (this.#state !== 'closed') return;
    if (this.#outcomes[this.#at]) this.#bad--;
    this.#outcomes[this.#at] = !isGood;
    this.#at = (this.#at + 1) % WINDOW;
    if (!isGood && ++this.#bad >= MOST_BAD) this.#open();
  }

  #open(): void {
    this.#state = 'open';
    this.#since = this.#now();
    this.#opened++;
  }

  #close(): void {
    this.#state = 'closed';
    this.#outcomes.length = 0;
    this.#at = this.#bad = 0;
  }
}
