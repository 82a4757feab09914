import {
  AppendError,
  TOPIC_NAMES,
  TOPICS,
  type AppendFailure,
  type OffsetRange,
  type ProducedRecord,
  type StoredRecord,
  type Topic,
  type Transport,
} from '../transport.ts';
import {
  asked,
  CODES,
  isRefused,
  type KafkaAdmin,
  type KafkaClient,
  type KafkaConsumer,
  type KafkaError,
  type KafkaMessage,
  type KafkaProducer,
  type TopicDescription,
} from './client.ts';
import { isWaitedFor, noBroker, noTopic, notKept, otherTopic, reasonOf } from './errors.ts';
import { partitionOfKey } from './partition.ts';

const ANSWER_MS = 5_000;
const POLL_MS = 100;
/** How often a reader looks whether the topic is still the one that it began with. */
const IDENTITY_MS = 2_000;
const MOST_BYTES = String(16 << 20);
/** How often brokers that cannot be asked are tried. */
const RETRY_MS = 500;
const DAY_MS = 86_400_000;

const PRODUCER = {
  'enable.idempotence': true,
  acks: -1,
  'linger.ms': 2,
  'message.timeout.ms': 3_000,
  'socket.timeout.ms': 3_000,
  'queue.buffering.max.messages': 10_000,
  'message.max.bytes': MOST_BYTES,
  dr_cb: true,
};
const ALL = { 'client.id': 'tautline', 'reconnect.backoff.ms': 50, 'reconnect.backoff.max.ms': 500 };
const CONSUMER = {
  'enable.auto.commit': false,
  'auto.offset.reset': 'error',
  'isolation.level': 'read_committed',
  'allow.auto.create.topics': false,
  'check.crcs': true,
  'fetch.wait.max.ms': 50,
  'socket.timeout.ms': 5_000,
  'queued.max.messages.kbytes': 16_384,
};

/** How topics are made where they are not there. */
const TOPIC_CONFIG: Readonly<Record<Topic, Readonly<Record<string, string>>>> = {
  ledger: { 'retention.ms': String(7 * DAY_MS) },
  dlq: { 'retention.ms': String(30 * DAY_MS), 'max.message.bytes': MOST_BYTES },
  alerts: { 'cleanup.policy': 'compact,delete', 'retention.ms': String(90 * DAY_MS) },
  control: { 'retention.ms': '-1' },
  otlp: { 'retention.ms': String(DAY_MS), 'max.message.bytes': MOST_BYTES },
};

export interface KafkaOptions {
  readonly brokers: string;
  /** Of topics that are made. */
  readonly partitions?: number;
  /** Before the names of topics: several ledgers on one cluster. */
  readonly prefix?: string;
  /** Told why no broker can be asked, and that it is waited for; absent: that is a failure. */
  readonly onWait?: (reason: string) => void;
  /** What is known of every topic, where the brokers do not tell: librdkafka's own, for tests. */
  readonly known?: KnownTopic;
}

interface Pending {
  readonly done: (position: { partition: number; offset: number }) => void;
  readonly fail: (error: AppendError) => void;
}

interface KnownTopic {
  readonly id: string;
  readonly partitions: number;
}

/**
 * Apache Kafka as the transport; topics that are not there are made. With `onWait` it is there at once: what is asked
 * waits for the brokers, and nothing can be appended until they have answered once.
 */
export async function openKafka(client: KafkaClient, options: KafkaOptions): Promise<Transport> {
  const transport = new KafkaTransport(client, options);
  if (options.onWait) {
    transport.openInTime(options.onWait);
    return transport;
  }
  try {
    await transport.open();
  } catch (thrown) {
    await transport.close().catch(() => undefined);
    throw thrown;
  }
  return transport;
}

class KafkaTransport implements Transport {
  readonly kind = 'kafka';
  readonly place: string;
  readonly #client: KafkaClient;
  readonly #options: KafkaOptions;
  #producer: KafkaProducer | null = null;
  #admin: KafkaAdmin | null = null;
  #pending = new Map<number, Pending>();
  #numbers = 0;
  #isRenewing = false;
  #isClosed = false;
  #opening: Promise<void> = Promise.resolve();
  readonly #topics = new Map<Topic, KnownTopic>();
  readonly #consumers = new Map<string, KafkaConsumer>();

  constructor(client: KafkaClient, options: KafkaOptions) {
    this.#client = client;
    this.#options = options;
    this.place = options.brokers;
  }

  #nameOf(topic: Topic): string {
    return (this.#options.prefix ?? '') + TOPIC_NAMES[topic];
  }

  get #place(): Readonly<Record<string, unknown>> {
    return { 'bootstrap.servers': this.#options.brokers, ...ALL };
  }

  /** Opens as soon as a broker can be asked. */
  openInTime(onWait: (reason: string) => void): void {
    this.#opening = this.#patiently(() => this.open(), onWait);
    this.#opening.catch(() => undefined);
  }

  /** Again and again, until brokers have said yes or no. */
  async #patiently<T>(ask: () => Promise<T>, onWait?: (reason: string) => void): Promise<T> {
    let told = '';
    while (!this.#isClosed)
      try {
        return await ask();
      } catch (thrown) {
        if (!this.#options.onWait || !isWaitedFor(thrown)) throw thrown;
        const reason = reasonOf(thrown);
        if (reason !== told) onWait?.(reason);
        told = reason;
        await wait(RETRY_MS);
      }
    throw new AppendError({ kind: 'unknown', reason: 'closed' });
  }

  async open(): Promise<void> {
    this.#admin?.disconnect();
    this.#admin = this.#client.AdminClient.create({ ...this.#place, 'socket.timeout.ms': ANSWER_MS / 2 });
    this.#producer ??= await this.#newProducer();
    const { brokers } = await asked<{ brokers: readonly unknown[] }>((done) =>
      this.#producer!.getMetadata({ timeout: ANSWER_MS }, done),
    );
    for (const topic of TOPICS) await this.#makeTopic(topic, brokers.length);
  }

  async #makeTopic(topic: Topic, brokers: number): Promise<void> {
    const { partitions: count = 6 } = this.#options;
    const made = {
      topic: this.#nameOf(topic),
      num_partitions: count,
      replication_factor: Math.min(3, brokers),
      config: { ...TOPIC_CONFIG[topic], 'min.insync.replicas': brokers >= 3 ? '2' : '1' },
    };
    let known = await this.#describe(topic);
    if (known) this.#topics.set(topic, known);
    else
      await asked<unknown>((done) =>
        this.#admin!.createTopic(made, ANSWER_MS, (error) => {
          done(error?.code === CODES.topicExists ? null : error, null);
        }),
      );
    for (let looks = 0; !known && looks < 100; looks++) {
      await wait(POLL_MS);
      known = await this.#describe(topic);
    }
    if (!known) throw noTopic(made.topic, this.place);
    this.#topics.set(topic, known);
  }

  /** What the brokers know of a topic; null: nothing. */
  async #describe(topic: Topic): Promise<KnownTopic | null> {
    if (this.#options.known) return this.#options.known;
    const ask = () =>
      asked<readonly TopicDescription[]>((done) =>
        this.#admin!.describeTopics([this.#nameOf(topic)], { timeout: ANSWER_MS }, done),
      );
    // The first question after a broker began anew may go to its old connection.
    const [found] = await ask().catch(ask);
    if (found.error && found.error.code !== 0) {
      if (found.error.code === CODES.unknownTopic) return null;
      throw found.error;
    }
    return { id: found.topicId.base64, partitions: found.partitions.length };
  }

  async #newProducer(): Promise<KafkaProducer> {
    const producer = new this.#client.Producer({ ...this.#place, ...PRODUCER }, {});
    producer.on('event.error', (error) => {
      if (error.isFatal === true || error.code === CODES.fatal) void this.#renew(producer);
    });
    producer.on('delivery-report', (error, { opaque, partition, offset }) => {
      const pending = this.#pending.get(opaque);
      this.#pending.delete(opaque);
      if (error) pending?.fail(new AppendError(failureOf(error)));
      else pending?.done({ partition, offset });
    });
    try {
      await asked((done) => producer.connect({ timeout: ANSWER_MS }, done));
    } catch (thrown) {
      throw noBroker(this.place, thrown);
    }
    producer.setPollInBackground(true);
    return producer;
  }

  /** After an error that an idempotent producer does not survive. What was under way is not known. */
  async #renew(old: KafkaProducer): Promise<void> {
    if (this.#isRenewing || this.#producer !== old) return;
    this.#isRenewing = true;
    this.#producer = null;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { fail } of lost) fail(new AppendError({ kind: 'unknown', reason: 'the producer began anew' }));
    old.disconnect(() => undefined);
    while (this.#isRenewing && !this.#producer)
      this.#producer = await this.#newProducer().catch(() => wait(POLL_MS).then(() => null));
    this.#isRenewing = false;
  }

  append(topic: Topic, { key, value, headers }: ProducedRecord): Promise<{ partition: number; offset: number }> {
    return new Promise((done, fail) => {
      const number = this.#numbers++;
      const named = Object.entries(headers ?? {}).map(([name, text]) => ({ [name]: text }));
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      this.#pending.set(number, { done, fail });
      try {
        if (!this.#producer || !this.#topics.has(topic)) throw new Error('no broker can be asked at present');
        const partition = partitionOfKey(key, this.#topics.get(topic)!.partitions);
        this.#producer.produce(this.#nameOf(topic), partition, bytes, key, Date.now(), number, named);
      } catch (thrown) {
        this.#pending.delete(number);
        fail(new AppendError(failureOf(thrown as KafkaError)));
      }
    });
  }

  async partitionOf(topic: Topic, key: string): Promise<number> {
    await this.#opening;
    return partitionOfKey(key, this.#topics.get(topic)!.partitions);
  }

  async partitions(topic: Topic): Promise<number> {
    await this.#opening;
    return this.#topics.get(topic)!.partitions;
  }

  async topicId(topic: Topic): Promise<string> {
    await this.#opening;
    const found = await this.#patiently(() => this.#describe(topic));
    if (!found) throw noTopic(this.#nameOf(topic), this.place);
    return found.id;
  }

  async range(topic: Topic, partition: number): Promise<OffsetRange> {
    await this.#opening;
    return this.#patiently(async () => {
      if (!this.#producer) throw noBroker(this.place, 'the producer begins anew');
      const { lowOffset, highOffset } = await asked<{ lowOffset: number; highOffset: number }>((done) =>
        this.#producer!.queryWatermarkOffsets(this.#nameOf(topic), partition, ANSWER_MS, done),
      );
      return { first: lowOffset, end: highOffset };
    });
  }

  async *read(
    topic: Topic,
    partition: number,
    from: number,
    { signal, most = 1000 }: { readonly signal: AbortSignal; readonly most?: number },
  ): AsyncIterable<readonly StoredRecord[]> {
    const name = this.#nameOf(topic);
    const id = await this.topicId(topic);
    const range = await this.range(topic, partition);
    if (from < range.first || from > range.end) throw notKept(name, from, range);
    const consumer = new this.#client.KafkaConsumer(
      { ...this.#place, ...CONSUMER, 'group.id': `tautline-${name}` },
      {},
    );
    const place = `${topic}/${partition}`;
    try {
      consumer.on('event.error', () => undefined);
      await this.#patiently(() => asked((done) => consumer.connect({ timeout: ANSWER_MS }, done)));
      consumer.setDefaultConsumeTimeout(POLL_MS);
      consumer.setDefaultIsTimeoutOnlyForFirstMessage(true);
      consumer.assign([{ topic: name, partition, offset: from }]);
      this.#consumers.set(place, consumer);
      let looked = Date.now();
      while (!signal.aborted) {
        const found = await asked<readonly KafkaMessage[]>((done) => consumer.consume(most, done)).catch(
          (thrown: unknown) => thrown as KafkaError,
        );
        const problem = found instanceof Error ? found : null;
        if (problem || Date.now() - looked > IDENTITY_MS) {
          looked = Date.now();
          await this.#check(topic, partition, from, id, problem);
        }
        if (problem) await wait(POLL_MS);
        else if (found instanceof Error || found.length === 0) continue;
        else {
          from = found[found.length - 1].offset + 1;
          yield found.map(recordOf);
        }
      }
    } finally {
      if (this.#consumers.get(place) === consumer) this.#consumers.delete(place);
      await asked((done) => consumer.disconnect(done)).catch(() => undefined);
    }
  }

  /** @throws TautlineFailure where the topic is another one, or an offset is not kept */
  async #check(topic: Topic, partition: number, next: number, id: string, problem: KafkaError | null): Promise<void> {
    // Brokers that do not answer are waited for.
    const known = await this.#describe(topic).catch(() => undefined);
    if (known === null || (known && known.id !== id)) throw otherTopic(this.#nameOf(topic), this.place);
    if (problem?.code !== CODES.noOffset && problem?.code !== CODES.offsetOutOfRange) return;
    throw notKept(this.#nameOf(topic), next, await this.range(topic, partition));
  }

  noteOffset(topic: Topic, partition: number, next: number): Promise<void> {
    try {
      this.#consumers.get(`${topic}/${partition}`)?.commit({ topic: this.#nameOf(topic), partition, offset: next });
    } catch {
      // For tools that show lag only.
    }
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening.catch(() => undefined);
    this.#isRenewing = false;
    const producer = this.#producer;
    if (producer) await asked((done) => producer.disconnect(done)).catch(() => undefined);
    for (const { fail } of this.#pending.values()) fail(new AppendError({ kind: 'unknown', reason: 'closed' }));
    this.#admin?.disconnect();
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const failureOf = (error: KafkaError): AppendFailure => ({
  kind: isRefused(error) ? 'refused' : 'unknown',
  reason: error.message,
});

function recordOf({ key, value, headers, partition, offset, timestamp }: KafkaMessage): StoredRecord {
  const named = headers?.flatMap((own) => Object.entries(own).map(([name, text]) => [name, text.toString()]));
  return {
    key: key?.toString() ?? '',
    value: new Uint8Array(value ?? []),
    ...(named && named.length > 0 && { headers: Object.fromEntries(named) as Record<string, string> }),
    ...{ partition, offset, timestamp },
  };
}
