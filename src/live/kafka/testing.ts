import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { fetchBroker } from '../../../scripts/kafka-broker.mjs';
import { asked, type KafkaClient, type KafkaProducer } from './client.ts';
import { loadKafkaClient } from '../kafkaClient.ts';

/** What groups of tests need beyond Node; `TAUTLINE_REQUIRE=client,broker` makes a failure of what is not there. */
type Need = 'client' | 'broker';

/** Why a group of tests cannot run; null: it can. Says which it is. */
export const missing = async (need: Need, group: string): Promise<string | null> =>
  skipped(need, group, need === 'client' ? clientProblem() : (clientProblem() ?? (await fetchBroker())));

/** @throws where what a group lacks is required */
export function skipped(
  need: Need,
  group: string,
  problem: string | null,
  required = process.env.TAUTLINE_REQUIRE ?? '',
): string | null {
  process.stdout.write(`${group}: ${problem ? `skipped, ${problem}` : 'run'}\n`);
  if (problem && required.split(',').includes(need))
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

/** A way to a port that can be slowed, blocked and cut. */
export interface Way {
  readonly port: number;
  /** Ms that every byte takes, there and back each half. */
  delayMs: number;
  /** True: nothing comes through, and nobody is told. */
  isHole: boolean;
  /** Where it leads to. */
  target: number;
  cut(): void;
  close(): void;
}

export async function openWay(target = 0): Promise<Way> {
  const open = new Set<Socket>();
  const pipe = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => {
      if (way.isHole) return;
      const write = (): unknown => !to.destroyed && to.write(bytes);
      if (way.delayMs > 0) setTimeout(write, way.delayMs / 2);
      else write();
    });
    for (const end of ['close', 'error'] as const) from.on(end, () => to.destroy());
  };
  const server = createServer((socket) => {
    const other = connect(way.target, '127.0.0.1');
    for (const own of [socket, other]) {
      own.setNoDelay(true);
      open.add(own);
      own.on('close', () => open.delete(own));
    }
    pipe(socket, other);
    pipe(other, socket);
  });
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  const way: Way = {
    ...{ port: 0, delayMs: 0, isHole: false, target },
    cut,
    close() {
      server.close();
      cut();
    },
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(way, { port: (server.address() as AddressInfo).port });
}
