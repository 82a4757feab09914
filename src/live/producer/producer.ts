import { AppendError, type AppendFailure, type ProducedRecord, type Topic } from '../transport.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import { LiveMetrics, type Latency } from './metrics.ts';
import type { Spool } from './spool.ts';

/** Our own deadline for an append. Beyond it the record may still arrive. */
const DEADLINE_MS = 50;
/** Records that are sent within it are one batch, as the client makes them. */
const BATCH_MS = 2;
/** Records on their way to the broker at most. */
const MOST_UNDER_WAY = 10_000;
/** Of them those that were spooled. */
const MOST_REDRIVEN = 1024;
/** How long to wait for what can only be waited for. */
const LOOK_MS = 20;

export interface ProducerOptions {
  readonly append: (topic: Topic, record: ProducedRecord) => Promise<unknown>;
  readonly spool: Spool;
  readonly metrics?: LiveMetrics;
  readonly say?: (sentence: string) => void;
}

interface Batch {
  readonly began: number;
  readonly isProbe: boolean;
  readonly waiting: Set<Sent>;
  isBad: boolean;
  isFull: boolean;
}

interface Sent {
  readonly record: ProducedRecord;
  readonly batch: Batch;
  readonly at: number;
  /** It was on disk before it was sent. */
  readonly isRedriven: boolean;
  /** Where it is spooled too; null: it is not. */
  sequence: number | null;
  /** Settles the promise of `send`; it is kept from here on. */
  readonly kept: () => void;
  readonly lost: (reason: string) => void;
}

export interface ProducerHealth {
  readonly breaker: BreakerState;
  readonly opened: number;
  readonly underWay: number;
  readonly waiting: number;
  readonly spoolBytes: number;
  /** Why the spool keeps nothing at present. */
  readonly spoolProblem: string | null;
  readonly spoolDamaged: number;
  readonly latency: Latency;
  readonly records: LiveMetrics['counts'];
}

/**
 * Brings records to a broker that may be slow or gone: what is not acknowledged within 50 ms is on disk too, a broker
 * that does not keep up is left alone, and what waits on disk is sent in order when it is well again. Nobody waits for
 * more than a disk. Records may arrive twice: whoever reads tells doubles by their uid.
 */
export class Producer {
  readonly #append: ProducerOptions['append'];
  readonly #spool: Spool;
  readonly #say: (sentence: string) => void;
  readonly #breaker = new Breaker(() => performance.now());
  readonly metrics: LiveMetrics;
  #batch: Batch | null = null;
  #underWay = 0;
  /** Spooled records that are on their way, or are done with before all earlier ones are. */
  readonly #flight = new Map<number, 'under way' | 'done'>();
  #redriven = 0;
  /** Everything before it is done with. */
  #cursor: number;
  /** Everything before it was sent, is on its way, or is done with. */
  #sendAt: number;
  #redriving: Promise<void> | null = null;
  #isClosing = false;
  #rested: (() => void)[] = [];

  constructor({ append, spool, metrics = new LiveMetrics(), say = () => undefined }: ProducerOptions) {
    this.#append = append;
    this.#spool = spool;
    this.#say = say;
    this.metrics = metrics;
    this.#cursor = this.#sendAt = spool.first;
    const state = (): number => ({ closed: 0, 'half-open': 1, open: 2 })[this.#breaker.state];
    metrics.gauge('breaker_state', '0 closed, 1 half-open, 2 open', state);
    metrics.gauge('breaker_opened', 'How often it opened', () => this.#breaker.opened);
    metrics.gauge('spool_bytes', 'Bytes of the spool', () => spool.bytes);
    metrics.gauge('spool_records', 'Spooled records that are not taken yet', () => this.#waiting);
    metrics.gauge('under_way', 'Records on their way to the broker', () => this.#underWay);
    if (this.#hasUnsent()) this.#redrive();
  }

  get health(): ProducerHealth {
    return {
      breaker: this.#breaker.state,
      opened: this.#breaker.opened,
      underWay: this.#underWay,
      waiting: this.#waiting,
      spoolBytes: this.#spool.bytes,
      spoolProblem: this.#spool.problem,
      spoolDamaged: this.#spool.damaged,
      latency: this.metrics.latency,
      records: this.metrics.counts,
    };
  }

  get #waiting(): number {
    return this.#spool.next - this.#cursor;
  }

  /**
   * Settles when the record is kept: acknowledged, on disk, or in the dead-letter topic.
   * @throws where it is dropped, because the spool takes no more
   */
  send(record: ProducedRecord): Promise<void> {
    return new Promise((done, fail) => {
      const lost = (reason: string): void => {
        this.metrics.count('dropped');
        fail(new Error(reason));
      };
      const isDirect = this.#breaker.state === 'closed' && !this.#hasUnsent() && this.#underWay < MOST_UNDER_WAY;
      if (isDirect) this.#begin(record, null, this.#batchNow(), done, lost);
      else void this.#keep(record, done, lost);
    });
  }

  /** Spools a record that was not sent. */
  async #keep(record: ProducedRecord, done: () => void, lost: (reason: string) => void): Promise<void> {
    const place = this.#spool.append(record);
    if (!place) {
      lost('the spool is full');
      return;
    }
    this.#redrive();
    const problem = await place.kept;
    if (problem === null) {
      this.metrics.count('spooled');
      done();
      return;
    }
    if (this.#flight.has(place.sequence)) done();
    else {
      this.#finish(place.sequence);
      lost(`the spool could not be written (${problem})`);
    }
  }

  #batchNow(): Batch {
    const now = performance.now();
    if (!this.#batch || this.#batch.isFull || now - this.#batch.began > BATCH_MS) this.#batch = this.#newBatch(false);
    return this.#batch;
  }

  #newBatch(isProbe: boolean): Batch {
    const batch: Batch = { began: performance.now(), isProbe, waiting: new Set(), isBad: false, isFull: false };
    // After the timers of a turn come the acknowledgements that it has: they are in time.
    setTimeout(() => setImmediate(() => this.#overdue(batch)), DEADLINE_MS);
    return batch;
  }

  #begin(
    record: ProducedRecord,
    sequence: number | null,
    batch: Batch,
    kept: () => void,
    lost: (reason: string) => void,
  ): void {
    const isRedriven = sequence !== null;
    const sent: Sent = { record, batch, at: performance.now(), isRedriven, sequence, kept, lost };
    batch.waiting.add(sent);
    this.#underWay++;
    if (sequence !== null) {
      this.#flight.set(sequence, 'under way');
      this.#redriven++;
    }
    this.#append('ledger', record).then(
      () => this.#acknowledged(sent),
      (thrown: unknown) => this.#failed(sent, failureOf(thrown)),
    );
  }

  #acknowledged(sent: Sent): void {
    this.metrics.observe(performance.now() - sent.at);
    this.metrics.count(sent.isRedriven ? 'redriven' : 'acked');
    this.#settle(sent, false, true);
    sent.kept();
  }

  #failed(sent: Sent, failure: AppendFailure): void {
    if (failure.kind === 'refused') {
      void this.#bury(sent, failure.reason);
      return;
    }
    this.#again(sent);
  }

  /** Nothing is known of it, so it is sent again. */
  #again(sent: Sent): void {
    this.#settle(sent, true, false);
    if (sent.sequence === null) void this.#keep(sent.record, sent.kept, sent.lost);
    else sent.kept();
  }

  /** A record that the broker will never take: where people look for such. */
  async #bury(sent: Sent, reason: string): Promise<void> {
    const headers = { ...sent.record.headers, reason, first_error: new Date().toISOString(), attempts: '1' };
    const failure = await this.#append('dlq', { ...sent.record, headers }).then(
      () => null,
      (thrown: unknown) => failureOf(thrown),
    );
    if (failure?.kind === 'unknown') {
      this.#again(sent);
      return;
    }
    this.#settle(sent, false, true);
    if (!failure) {
      this.metrics.count('dead-letter');
      sent.kept();
      return;
    }
    this.#say(`A record was refused, by the dead-letter topic too: ${failure.reason}`);
    if (sent.sequence === null) sent.lost(failure.reason);
    else this.metrics.count('dropped');
  }

  #settle(sent: Sent, isBad: boolean, isDone: boolean): void {
    const { batch, sequence } = sent;
    this.#underWay--;
    batch.isBad ||= isBad;
    batch.isFull = true;
    const wasWaiting = batch.waiting.delete(sent);
    if (wasWaiting && batch.waiting.size === 0) this.#breaker.note(!batch.isBad, batch.isProbe);
    if (sent.isRedriven) this.#redriven--;
    if (sequence !== null) {
      if (isDone) this.#finish(sequence);
      else {
        this.#flight.delete(sequence);
        this.#sendAt = Math.min(this.#sendAt, sequence);
      }
    }
    if (this.#hasUnsent()) this.#redrive();
    if (this.#underWay === 0) for (const done of this.#rested.splice(0)) done();
  }

  /** The deadline of a batch: what is not acknowledged goes to disk too, which is what its sender waits for. */
  #overdue(batch: Batch): void {
    batch.isFull = true;
    if (batch.waiting.size === 0) return;
    this.#breaker.note(false, batch.isProbe);
    for (const sent of batch.waiting) {
      if (sent.sequence !== null) continue;
      const place = this.#spool.append(sent.record);
      if (!place) continue;
      sent.sequence = place.sequence;
      this.#flight.set(place.sequence, 'under way');
      void place.kept.then((problem) => {
        if (problem === null) {
          this.metrics.count('spooled');
          sent.kept();
        } else if (this.#flight.get(place.sequence) === 'under way') {
          // Without a disk all depends on the broker.
          sent.sequence = null;
          this.#finish(place.sequence);
        }
      });
    }
    batch.waiting.clear();
    if (this.#hasUnsent()) this.#redrive();
  }

  #finish(sequence: number): void {
    this.#flight.set(sequence, 'done');
    const before = this.#cursor;
    while (this.#flight.get(this.#cursor) === 'done') this.#flight.delete(this.#cursor++);
    this.#sendAt = Math.max(this.#sendAt, this.#cursor);
    if (this.#cursor !== before) void this.#spool.done(this.#cursor);
  }

  /** Whether anything is spooled that is neither done with nor on its way. */
  #hasUnsent(): boolean {
    while (this.#flight.has(this.#sendAt)) this.#sendAt++;
    return this.#sendAt < this.#spool.next;
  }

  #redrive(): void {
    if (this.#isClosing) return;
    this.#redriving ??= this.#drain().finally(() => (this.#redriving = null));
  }

  /** Sends what is spooled, in order: one record while the breaker tries, and all of it once it is closed. */
  async #drain(): Promise<void> {
    while (this.#hasUnsent() && !this.#isClosing) {
      const isProbe = this.#breaker.probe();
      const isFull = this.#redriven >= MOST_REDRIVEN || this.#underWay >= MOST_UNDER_WAY;
      if (!isProbe && (isFull || this.#breaker.state !== 'closed')) {
        await wait(Math.max(1, Math.min(this.#breaker.rest || LOOK_MS, LOOK_MS)));
        continue;
      }
      const most = isProbe ? 1 : Math.min(MOST_REDRIVEN - this.#redriven, MOST_UNDER_WAY - this.#underWay);
      const from = this.#sendAt;
      const found = this.#spool.recent(from, MOST_REDRIVEN) ?? (await this.#spool.read(from, MOST_REDRIVEN));
      const open = found.filter(({ sequence }) => !this.#flight.has(sequence) && sequence >= this.#cursor);
      // Positions that nothing stands at: their records were never kept.
      for (let gap = from; found.length > 0 && gap < found[0].sequence; gap++) this.#finish(gap);
      if (open.length === 0) {
        if (isProbe) this.#breaker.note(false, true);
        await wait(LOOK_MS);
        continue;
      }
      const batch = this.#newBatch(isProbe);
      for (const { sequence, record } of open.slice(0, most))
        if (record)
          this.#begin(
            record,
            sequence,
            batch,
            () => undefined,
            () => undefined,
          );
        else this.#finish(sequence);
      batch.isFull = true;
    }
  }

  /** Waits for what is on its way, at most as long as the client tries; what is spooled stays for the next run. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#redriving;
    if (this.#underWay > 0) await new Promise<void>((done) => this.#rested.push(done));
    await this.#spool.close();
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const failureOf = (thrown: unknown): AppendFailure =>
  thrown instanceof AppendError ? thrown.failure : { kind: 'unknown', reason: String(thrown) };
