import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchBroker, makeCluster } from '../../scripts/kafka-broker.mjs';
import { openMulberry32 } from '../core/random.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { loadKafkaClient } from './kafkaClient.ts';
import { Producer } from './producer/producer.ts';
import { Spool } from './producer/spool.ts';
import { eventRecord, sampleEvents, tickRecord } from './replay.ts';
import { commitAt, newestCommit } from './sink/commitLog.ts';
import { Sink } from './sink/sink.ts';
import { verifyLedger } from './sink/verify.ts';
import { TOPIC_NAMES } from './transport.ts';
import { asked, type KafkaProducer } from './kafka/client.ts';
import { openKafka } from './kafka/kafka.ts';

/**
 * `npm run kafka:leaders [-- --kills 10] [--rate 400]`: three brokers, three copies of each record of which two must be
 * written, and the leader of the ledger's partition is killed again and again while events come in. Status 1: something
 * is not as it was sent.
 */
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '10' }, rate: { type: 'string', default: '400' } },
});
const [KILLS, RATE] = [Number(values.kills), Number(values.rate)];
const GROUP = 'leaders';
const LOOK_MS = 20;
const SETTLED_MS = 60_000;

interface Topology {
  readonly brokers: readonly { readonly id: number }[];
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly id: number; readonly leader: number; readonly isrs: readonly number[] }[];
  }[];
}

const say = (sentence: string): unknown => process.stdout.write(`${sentence}\n`);
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
/** Waits for what is asked for again and again. */
async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + SETTLED_MS; Date.now() < end;) {
    const found = await ask().catch(() => null);
    if (found !== null) return found;
    await wait(LOOK_MS);
  }
  throw new Error(`${what} did not come about in ${SETTLED_MS / 1000} s`);
}

const problem = await fetchBroker();
if (problem !== null) {
  say(problem);
  process.exit(1);
}
const root = await mkdtemp(join(tmpdir(), 'tautline-leaders-'));
const kernels = await loadKernels();
const platform = nodePlatform();
const brokers = await makeCluster({ brokers: 3 });
await Promise.all(brokers.map((broker) => broker.start()));
const place = brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
const client = loadKafkaClient();
const looking: KafkaProducer = new client.Producer(
  { 'bootstrap.servers': place, 'topic.metadata.refresh.interval.ms': 500, 'reconnect.backoff.max.ms': 500 },
  {},
);
looking.on('event.error', () => undefined);
await asked((done) => looking.connect({ timeout: 10_000 }, done));
const topology = (): Promise<Topology> =>
  asked<unknown>((done) => {
    looking.getMetadata({ timeout: 2000 }, done);
  }) as Promise<Topology>;
await until('a cluster of three', async () => ((await topology()).brokers.length === 3 ? true : null));

const kafka = await openKafka(client, { brokers: place });
const partition = await kafka.partitionOf('ledger', GROUP);
const state = async () =>
  (await topology()).topics
    .find(({ name }) => name === TOPIC_NAMES.ledger)
    ?.partitions.find(({ id }) => id === partition) ?? null;
const allCopies = (): Promise<unknown> =>
  until('three copies in step', async () => ((await state())?.isrs.length === 3 ? true : null));
await allCopies();

const producer = new Producer({
  append: (topic, record) => kafka.append(topic, record),
  spool: await Spool.open(join(root, 'spool'), { most: 1 << 28 }),
});
const ledger = join(root, 'ledger');
const stop = new AbortController();
const sinking = new Sink({ folder: ledger, transport: kafka, group: GROUP, kernels, platform }).run(stop.signal);
const events = sampleEvents(kernels, 'fracture');
const kept: Promise<void>[] = [];
let isSending = true;
/** How long nothing was acknowledged, ms. */
let [longest, acked, ackedAt] = [0, 0, performance.now()];
const sending = (async () => {
  const began = performance.now();
  for (let sent = 0; isSending && sent < events.length;) {
    await wait(5);
    const { records } = producer.health;
    const now = performance.now();
    if (records.acked + records.redriven > acked) [acked, ackedAt] = [records.acked + records.redriven, now];
    longest = Math.max(longest, now - ackedAt);
    for (const due = Math.min(events.length, ((now - began) * RATE) / 1000); sent < due; sent++)
      kept.push(producer.send({ key: GROUP, value: eventRecord(events[sent]) }));
  }
})();

const random = openMulberry32(3);
const elections: number[] = [];
const silences: number[] = [];
for (let kill = 0; kill < KILLS; kill++) {
  await wait(500 + 1000 * random());
  const { leader } = (await state())!;
  longest = 0;
  const began = performance.now();
  await brokers[leader - 1].kill();
  await until('another leader', async () => {
    const found = await state();
    return found && found.leader > 0 && found.leader !== leader ? true : null;
  });
  elections.push(performance.now() - began);
  await brokers[leader - 1].start();
  await allCopies();
  silences.push(longest);
}
isSending = false;
await sending;
await Promise.all(kept);
const last = Number(events[kept.length - 1].sourceMicros);
await producer.send({ key: GROUP, value: tickRecord(last + 3_000_000) });
await until('an empty spool', async () => (producer.health.waiting === 0 ? true : null));
const { end } = await kafka.range('ledger', partition);
await until('all commits', async () =>
  (await commitAt(ledger, await newestCommit(ledger)))?.source.to === end ? true : null,
);
const { records, opened, latency } = producer.health;
stop.abort();
await sinking;
await producer.close();
const verified = await verifyLedger(ledger, kernels, platform);
let doubles = 0;
for (let n = 0; n <= (await newestCommit(ledger)); n++) doubles += (await commitAt(ledger, n))!.doubles;

const spread = (all: readonly number[]): string =>
  `${Math.round(all.reduce((sum, ms) => sum + ms, 0) / all.length)} ms (${Math.round(Math.max(...all))} at most)`;
say(`${KILLS} leaders killed, ${RATE} events a second: another leader is known after ${spread(elections)}`);
say(`nothing acknowledged for ${spread(silences)}; breaker opened ${opened} times, ${records.dropped} dropped`);
say(`acknowledged ${records.acked}, from disk ${records.redriven}, of ${kept.length}; doubles left out ${doubles}`);
say(`handed over to acknowledged: mean ${latency.meanMs?.toFixed(1)} ms, p99 to ${latency.p99Ms ?? '> 3000'} ms`);
say(
  `ledger: ${verified.events} events, ${verified.alerts} alerts; ${verified.faults.join('; ') || 'everything holds'}`,
);
await kafka.close();
looking.disconnect(() => undefined);
for (const broker of brokers) await broker.remove();
await rm(root, { recursive: true, force: true });
process.exit(verified.faults.length > 0 || verified.events !== kept.length || records.dropped > 0 ? 1 : 0);
