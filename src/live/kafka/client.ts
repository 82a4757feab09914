/** What we use of @confluentinc/kafka-javascript, so that types, lint and build need no client. */
export interface KafkaError extends Error {
  readonly code: number;
  readonly isFatal?: boolean;
}

type Callback<T> = (error: KafkaError | null, value: T) => void;

export interface KafkaMessage {
  readonly offset: number;
  readonly partition: number;
  readonly value: Buffer | null;
  readonly key: Buffer | string | null;
  readonly timestamp: number;
  readonly headers?: readonly Readonly<Record<string, Buffer | string>>[];
}

interface KafkaHandle {
  connect(options: { readonly timeout: number }, done: Callback<unknown>): void;
  disconnect(done: Callback<unknown>): void;
  on(event: 'event.error', listener: (error: KafkaError) => void): void;
}

interface DeliveryReport {
  readonly partition: number;
  readonly offset: number;
  readonly opaque: number;
}

export interface KafkaProducer extends KafkaHandle {
  produce(
    ...record: [
      topic: string,
      partition: number,
      value: Buffer,
      key: string,
      timestamp: number,
      opaque: number,
      headers: readonly Readonly<Record<string, string>>[],
    ]
  ): unknown;
  setPollInBackground(inBackground: boolean): void;
  queryWatermarkOffsets(
    topic: string,
    partition: number,
    timeout: number,
    done: Callback<{ readonly lowOffset: number; readonly highOffset: number }>,
  ): void;
  getMetadata(
    options: { readonly timeout: number },
    done: Callback<{ readonly brokers: readonly { readonly host: string; readonly port: number }[] }>,
  ): void;
  on(event: 'event.error', listener: (error: KafkaError) => void): void;
  on(event: 'delivery-report', listener: (error: KafkaError | null, report: DeliveryReport) => void): void;
}

interface TopicOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface KafkaConsumer extends KafkaHandle {
  assign(places: readonly TopicOffset[]): void;
  consume(most: number, done: Callback<readonly KafkaMessage[]>): void;
  commit(place: TopicOffset): void;
  setDefaultConsumeTimeout(ms: number): void;
  setDefaultIsTimeoutOnlyForFirstMessage(isOnly: boolean): void;
}

export interface TopicDescription {
  readonly topicId: { readonly base64: string };
  readonly partitions: readonly unknown[];
  readonly error?: KafkaError;
}

export interface KafkaAdmin {
  describeTopics(
    names: readonly string[],
    options: { timeout: number },
    done: Callback<readonly TopicDescription[]>,
  ): void;
  createTopic(
    topic: {
      readonly topic: string;
      readonly num_partitions: number;
      readonly replication_factor: number;
      readonly config: Readonly<Record<string, string>>;
    },
    timeout: number,
    done: (error: KafkaError | null) => void,
  ): void;
  disconnect(): void;
}

type Settings = Readonly<Record<string, unknown>>;

export interface KafkaClient {
  readonly Producer: new (settings: Settings, topicSettings: Settings) => KafkaProducer;
  readonly KafkaConsumer: new (settings: Settings, topicSettings: Settings) => KafkaConsumer;
  readonly AdminClient: { create(settings: Settings): KafkaAdmin };
}

/** Codes of librdkafka. */
export const CODES = {
  offsetOutOfRange: 1,
  unknownTopic: 3,
  topicExists: 36,
  unknownTopicId: 100,
  noOffset: -140,
  fatal: -150,
} as const;

/** Too large, not allowed, against a policy, not valid: what sending again does not change. */
const REFUSED = new Set([2, 10, 18, 29, 31, 44, 87]);
export const isRefused = ({ code }: KafkaError): boolean => REFUSED.has(code);

/** A call that answers by a callback. */
export const asked = <T>(call: (done: Callback<T>) => void): Promise<T> =>
  new Promise((done, fail) => {
    call((error, value) => {
      if (error) fail(error);
      else done(value);
    });
  });
