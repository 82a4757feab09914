import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TautlineFailure } from '../../core/errors.ts';
import { testKernels } from '../../kernels/testing.ts';
import { nodePlatform } from '../../ledger/parquet.node.ts';
import { loadKafkaClient } from '../kafkaClient.ts';
import { Producer } from '../producer/producer.ts';
import { Spool } from '../producer/spool.ts';
import { eventRecord, sampleEvents, tickRecord } from '../replay.ts';
import { commitAt, newestCommit } from '../sink/commitLog.ts';
import { Sink } from '../sink/sink.ts';
import { verifyLedger } from '../sink/verify.ts';
import { TOPIC_NAMES, TOPICS, type StoredRecord, type Transport } from '../transport.ts';
import { openKafka } from './kafka.ts';
import { missing, openMock } from './testing.ts';

const problem = await missing('client', "Kafka's client against librdkafka's own broker");

const known = { id: 'mock', partitions: 4 };
const names = TOPICS.map((topic) => TOPIC_NAMES[topic]);

describe.skipIf(problem !== null)('Kafka', () => {
  let folder = '';
  let mock: Awaited<ReturnType<typeof openMock>>;
  let kafka: Transport;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tautline-kafka-test-'));
    mock = await openMock(names, 0);
    kafka = await openKafka(loadKafkaClient(), { brokers: mock.brokers, known });
  });
  afterAll(async () => {
    await kafka.close();
    mock.close();
    await rm(folder, { recursive: true, force: true });
  });

  const take = async (partition: number, from: number, count: number): Promise<StoredRecord[]> => {
    const found: StoredRecord[] = [];
    const end = new AbortController();
    for await (const batch of kafka.read('ledger', partition, from, { signal: end.signal, most: 100 })) {
      found.push(...batch);
      if (found.length >= count) end.abort();
    }
    return found;
  };

  it('gives what was appended in its order, whole, from any offset', async () => {
    const valueOf = (n: number) => new TextEncoder().encode(`event ${n}`);
    const partition = await kafka.partitionOf('ledger', 'g');
    const { end } = await kafka.range('ledger', partition);
    const records = Array.from({ length: 500 }, (_, n) => ({ key: 'g', value: valueOf(n), headers: { n: String(n) } }));
    const positions = await Promise.all(records.map((record) => kafka.append('ledger', record)));
    expect(positions).toEqual(records.map((_, n) => ({ partition, offset: end + n })));
    expect(await kafka.range('ledger', partition)).toMatchObject({ end: end + 500 });
    const found = await take(partition, end + 100, 400);
    expect(found).toHaveLength(400);
    for (const [i, record] of found.entries())
      expect(record).toMatchObject({ ...records[100 + i], partition, offset: end + 100 + i });
  });

  it('refuses by name an offset that is not kept, and brokers that are not there', async () => {
    const partition = await kafka.partitionOf('ledger', 'g');
    const why = async (asked: Promise<unknown>) =>
      asked.then(
        () => '',
        (thrown: unknown) => JSON.stringify((thrown as TautlineFailure).error),
      );
    expect(await why(take(partition, 99_999, 1))).toContain('has no offset 99999');
    const nobody = openKafka(loadKafkaClient(), { brokers: '127.0.0.1:1', known });
    expect(await why(nobody)).toContain('no broker answers at 127.0.0.1:1');
  });

  it('under a producer and a sink gives the ledger that analysis agrees with', async () => {
    const spool = await Spool.open(join(folder, 'spool'), { most: 1 << 26 });
    const producer = new Producer({ append: (topic, record) => kafka.append(topic, record), spool });
    const events = sampleEvents(testKernels(), 'quick-tour', 3000);
    const partition = await kafka.partitionOf('ledger', 'tour');
    const send = (value: Uint8Array) => producer.send({ key: 'tour', value });
    await Promise.all(events.map((event) => send(eventRecord(event))));
    await send(tickRecord(Number(events.at(-1)!.sourceMicros) + 3_000_000));
    await expect.poll(() => producer.health.waiting, { timeout: 20_000 }).toBe(0);
    const { end } = await kafka.range('ledger', partition);
    const ledger = join(folder, 'ledger');
    const stop = new AbortController();
    const running = new Sink({
      ...{ folder: ledger, transport: kafka, group: 'tour', kernels: testKernels(), platform: nodePlatform() },
      unitMs: 100,
    }).run(stop.signal);
    const committed = async () => (await commitAt(ledger, await newestCommit(ledger)))?.source.to ?? 0;
    await expect.poll(committed, { timeout: 50_000 }).toBe(end);
    stop.abort();
    await running;
    await producer.close();
    expect(await verifyLedger(ledger, testKernels(), nodePlatform())).toMatchObject({ faults: [], events: 3000 });
  });

  it('that is slow opens the breaker of a producer, and nothing of it is lost', async () => {
    const slow = await openMock(names, 120);
    const transport = await openKafka(loadKafkaClient(), { brokers: slow.brokers, known });
    const spool = await Spool.open(join(folder, 'slow'), { most: 1 << 26 });
    const producer = new Producer({ append: (topic, record) => transport.append(topic, record), spool });
    for (let n = 0; n < 600; n++) {
      void producer.send({ key: 'g', value: new TextEncoder().encode(`event ${n}`) });
      if (n % 5 === 0) await new Promise((done) => setTimeout(done, 5));
    }
    await expect.poll(() => producer.health.opened, { timeout: 10_000 }).toBeGreaterThan(0);
    // What the breaker lets try is late too: it stays open.
    expect(producer.health.waiting).toBeGreaterThan(0);
    expect(producer.health.records.dropped).toBe(0);
    await producer.close();
    await transport.close();
    slow.close();
    const again = await Spool.open(join(folder, 'slow'), { most: 1 << 26 });
    expect(again.next).toBeGreaterThan(0);
    await again.close();
  });
});
