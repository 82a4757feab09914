import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** 12 ms is the aim, 50 ms the deadline. */
const BUCKETS = [0.001, 0.002, 0.005, 0.012, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3];

/** What became of a record that a producer was given. */
type Fate = 'acked' | 'spooled' | 'dead-letter' | 'dropped' | 'redriven';

export interface Latency {
  readonly count: number;
  readonly meanMs: number | null;
  /** The upper edge of the bucket that it lies in; null: none yet, or beyond the last. */
  readonly p99Ms: number | null;
}

/** Figures of a live ledger in OpenMetrics, each collected when it is asked for. */
export class LiveMetrics {
  readonly #registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  readonly #latency: Histogram;
  readonly #fates: Counter<'fate'>;
  readonly counts: Record<Fate, number> = { acked: 0, spooled: 0, 'dead-letter': 0, dropped: 0, redriven: 0 };
  readonly contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  readonly #perBucket = new Array<number>(BUCKETS.length + 1).fill(0);
  #seconds = 0;

  constructor() {
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [this.#registry];
    this.#latency = new Histogram({
      name: 'tautline_append_seconds',
      help: 'From a record being handed over to its acknowledgement',
      buckets: BUCKETS,
      registers,
    });
    this.#fates = new Counter({
      name: 'tautline_records',
      help: 'Records by what became of them; those spooled are redriven later',
      labelNames: ['fate'],
      registers,
    });
    for (const fate of Object.keys(this.counts)) this.#fates.inc({ fate }, 0);
  }

  /** A figure that stands somewhere else. */
  gauge(name: string, help: string, read: () => number): void {
    const registers = [this.#registry];
    new Gauge({
      name: `tautline_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  observe(ms: number): void {
    this.#latency.observe(ms / 1000);
    this.#seconds += ms / 1000;
    const at = BUCKETS.findIndex((edge) => ms / 1000 <= edge);
    this.#perBucket[at < 0 ? BUCKETS.length : at]++;
  }

  count(fate: Fate): void {
    this.counts[fate]++;
    this.#fates.inc({ fate });
  }

  get latency(): Latency {
    const count = this.#perBucket.reduce((sum, n) => sum + n, 0);
    if (count === 0) return { count, meanMs: null, p99Ms: null };
    let left = 0.99 * count;
    const at = this.#perBucket.findIndex((n) => (left -= n) <= 0);
    const edge = BUCKETS[at] as number | undefined;
    return { count, meanMs: (1000 * this.#seconds) / count, p99Ms: edge === undefined ? null : 1000 * edge };
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
