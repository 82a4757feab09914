import { loadKafkaClient } from './kafkaClient.ts';
import { openKafka } from './kafka/kafka.ts';
import { openLocalLog } from './log/localLog.ts';
import { LiveMetrics } from './producer/metrics.ts';
import { Producer } from './producer/producer.ts';
import { Spool } from './producer/spool.ts';
import type { Transport } from './transport.ts';

export interface OutletOptions {
  readonly group: string;
  /** Folder of the local log; null: Kafka. */
  readonly log: string | null;
  /** Brokers, HOST:PORT, separated by commas. */
  readonly kafka: string | null;
  /** Folder of what waits for the brokers. */
  readonly spool: string;
  readonly say: (sentence: string) => void;
}

/** Where records go: the local log at once, or Kafka through a producer that outlives its brokers. */
export interface Outlet {
  readonly transport: Transport;
  readonly metrics: LiveMetrics;
  /** Settles when the record is kept. */
  append(value: Uint8Array): Promise<void>;
  /** Why records are lost at present; null: none are. */
  problem(): string | null;
  health(): object;
  close(): Promise<void>;
}

/** Bytes of the spool at most. */
const SPOOL_BYTES = 1 << 30;

export async function openOutlet({ group, log, kafka, spool: folder, say }: OutletOptions): Promise<Outlet> {
  const metrics = new LiveMetrics();
  if (kafka === null) {
    const transport = await openLocalLog(log!);
    return {
      transport,
      metrics,
      async append(value) {
        const began = performance.now();
        await transport.append('ledger', { key: group, value });
        metrics.observe(performance.now() - began);
        metrics.count('acked');
      },
      problem: () => null,
      health: () => ({ transport: transport.kind, latency: metrics.latency }),
      close: () => transport.close(),
    };
  }
  let isWaiting = false;
  const onWait = (reason: string): void => {
    isWaiting = true;
    say(`Kafka: ${reason}; it is waited for, and what comes in is kept in ${folder}`);
  };
  const transport = await openKafka(loadKafkaClient(), { brokers: kafka, onWait });
  void transport.topicId('ledger').then(
    () => isWaiting && say(`Kafka: the brokers at ${kafka} answer`),
    () => undefined,
  );
  const spool = await Spool.open(folder, { most: SPOOL_BYTES }).catch(async (thrown: unknown) => {
    await transport.close();
    throw thrown;
  });
  const producer = new Producer({
    append: (topic, record) => transport.append(topic, record),
    spool,
    metrics,
    say,
  });
  return {
    transport,
    metrics,
    append: (value) => producer.send({ key: group, value }),
    problem: () => producer.health.spoolProblem,
    health: () => ({ transport: transport.kind, producer: producer.health }),
    async close() {
      await producer.close();
      await transport.close();
    },
  };
}
