/** How records travel and where they are kept: the local log (localLog.ts) or Apache Kafka (kafka/). */

/** The topics of a live ledger, by what they hold; their names are the transport's business (`TOPIC_NAMES`). */
export const TOPICS = ['ledger', 'dlq', 'alerts', 'control', 'otlp'] as const;
export type Topic = (typeof TOPICS)[number];

/** As they are called in Kafka and in the folders of the local log. */
export const TOPIC_NAMES: Readonly<Record<Topic, string>> = {
  ledger: 'tautline.ledger.v1',
  dlq: 'tautline.ledger.dlq.v1',
  alerts: 'tautline.alerts.v1',
  control: 'tautline.control.v1',
  otlp: 'tautline.otlp.v1',
};

export type Headers = Readonly<Record<string, string>>;

export interface ProducedRecord {
  /** The group of coupled streams: records of one key are of one partition, in the order of their appends. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers?: Headers;
}

/** Where a record stands. Offsets of a partition ascend; they need not be consecutive. */
interface Position {
  readonly partition: number;
  readonly offset: number;
}

export interface StoredRecord extends ProducedRecord, Position {
  /** When it was appended, by the clock of whoever did, epoch ms. */
  readonly timestamp: number;
}

/** Offsets that a partition holds: [first, end). */
export interface OffsetRange {
  readonly first: number;
  readonly end: number;
}

export interface ReadOptions {
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** Most records to a batch; default 1,000. */
  readonly most?: number;
}

/** Why an append did not come about. */
export type AppendFailure =
  /** Nothing of it was or will be kept: too large, not allowed, wrong shape. Trying again is no use. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Whether it was kept is not known: it may still arrive. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Thrown by `append`. */
export class AppendError extends Error {
  readonly failure: AppendFailure;
  constructor(failure: AppendFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

export interface Transport {
  readonly kind: 'log' | 'kafka';
  /** For people: the folder of the log, or the brokers. */
  readonly place: string;
  /**
   * Appends a record. Settles once it is durable (fsync; all in-sync replicas), in the order of the calls for one key.
   * Nothing is bounded here: who calls keeps count of what is under way.
   * @throws AppendError
   */
  append(topic: Topic, record: ProducedRecord): Promise<Position>;
  /** The partition that a key is of; fixed for the life of a topic. */
  partitionOf(topic: Topic, key: string): Promise<number>;
  partitions(topic: Topic): Promise<number>;
  /** Identity of a topic: one that was made anew under its name has another. */
  topicId(topic: Topic): Promise<string>;
  range(topic: Topic, partition: number): Promise<OffsetRange>;
  /**
   * Records from an offset on, in batches that are never empty; waits at the end for what comes. Whoever reads several
   * partitions calls it for each.
   * @throws TautlineFailure of kind ledger where the offset is not kept any more, or lies beyond the end
   */
  read(topic: Topic, partition: number, from: number, options: ReadOptions): AsyncIterable<readonly StoredRecord[]>;
  /**
   * Says how far a partition was read, for tools that show lag. Never read back: where a sink resumes stands in its
   * commit log.
   */
  noteOffset(topic: Topic, partition: number, next: number): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}
