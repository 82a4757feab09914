import { fetchBroker } from '../../../scripts/kafka-broker.mjs';
import { asked, type KafkaClient, type KafkaProducer } from './client.ts';
import { loadKafkaClient } from '../kafkaClient.ts';

/** What groups of tests need beyond Node; `TAUTLINE_REQUIRE=client,broker` makes a failure of what is not there. */
type Need = 'client' | 'broker';

/** Why a group of tests cannot run; null: it can. Says which it is. */
export async function missing(need: Need, group: string): Promise<string | null> {
  const problem = need === 'client' ? clientProblem() : (clientProblem() ?? (await fetchBroker()));
  process.stdout.write(`${group}: ${problem ? `skipped, ${problem}` : 'run'}\n`);
  if (problem && (process.env.TAUTLINE_REQUIRE ?? '').split(',').includes(need))
    throw new Error(`${group} is required (TAUTLINE_REQUIRE) and cannot run: ${problem}`);
  return problem;
}

function clientProblem(): string | null {
  try {
    loadKafkaClient();
    return null;
  } catch {
    return 'the Kafka client is not installed: npm run kafka:client';
  }
}

/** librdkafka's own brokers, in this process, and topics that have one record each. */
export async function openMock(
  topics: readonly string[],
  rtt: number,
): Promise<{ readonly brokers: string; close(): void }> {
  const client: KafkaClient = loadKafkaClient();
  const settings = { 'test.mock.num.brokers': 1, 'bootstrap.servers': 'unused', 'test.mock.broker.rtt': rtt };
  const host: KafkaProducer = new client.Producer({ ...settings, dr_cb: true }, {});
  await asked((done) => host.connect({ timeout: 10_000 }, done));
  host.setPollInBackground(true);
  const { brokers } = await asked<{ brokers: readonly { host: string; port: number }[] }>((done) =>
    host.getMetadata({ timeout: 10_000 }, done),
  );
  const made = new Promise<void>((done) => {
    let left = topics.length;
    host.on('delivery-report', () => {
      if (--left === 0) done();
    });
  });
  for (const topic of topics) host.produce(topic, 0, Buffer.from('first'), 'k', Date.now(), 0, []);
  await made;
  return {
    brokers: brokers.map((broker) => `${broker.host}:${broker.port}`).join(','),
    close: () => host.disconnect(() => undefined),
  };
}
