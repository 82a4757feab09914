// A real Apache Kafka for tests: fetched from Maven Central once, one process for each broker (KRaft).
//   node scripts/kafka-broker.mjs fetch        fetches it; exit status 1 says why that is not possible
//   node scripts/kafka-broker.mjs run [PORT]   one broker with an empty log, until Ctrl-C
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const POM = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tautline', 'kafka-4.3.1');
const STARTED_MS = 120_000;

/** Why no broker can be had; null: it is there. @returns {Promise<string | null>} */
export async function fetchBroker() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  if (version < 17) return version === 0 ? 'there is no java' : `java is ${version}, and 17 is needed`;
  const have = await readdir(CACHE).catch(() => /** @type {string[]} */ ([]));
  if (have.includes('whole')) return null;
  if (spawnSync('mvn', ['--version']).status !== 0) return 'there is no mvn to fetch it with';
  await mkdir(CACHE, { recursive: true });
  const copied = spawnSync(
    'mvn',
    ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${CACHE}`],
    { encoding: 'utf8', timeout: 600_000 },
  );
  if (copied.status !== 0) return `mvn could not fetch it: ${(copied.stdout ?? '').split('\n')[0]}`;
  await writeFile(join(CACHE, 'whole'), '');
  return null;
}

/** Kafka takes an id that begins with a dash for an option. @returns {string} */
function newId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newId() : id;
}

/** A port that was free a moment ago. @returns {Promise<number>} */
export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/**
 * @typedef {object} Broker
 * @property {number} port where it listens
 * @property {() => Promise<void>} start
 * @property {() => Promise<void>} kill with SIGKILL
 * @property {() => Promise<void>} remove ends it and deletes its log
 */

/**
 * A cluster that is not started yet. `advertised` are ports that clients are told in place of the brokers' own.
 * @param {{ brokers?: number, advertised?: number[], port?: number }} [options]
 * @returns {Promise<Broker[]>}
 */
export async function makeCluster({ brokers = 1, advertised, port: first } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'tautline-kafka-'));
  const ids = Array.from({ length: brokers }, (_, i) => i + 1);
  const ports = await Promise.all(ids.map(async (id) => (id === 1 && first ? first : freePort())));
  const controllers = await Promise.all(ids.map(() => freePort()));
  const cluster = newId();
  const directories = ids.map(newId);
  const voters = ids.map((id, i) => `${id}@127.0.0.1:${controllers[i]}:${directories[i]}`).join(',');
  const copies = Math.min(3, brokers);
  return Promise.all(
    ids.map(async (id, i) => {
      const folder = join(root, String(id));
      await mkdir(folder);
      const settings = {
        'process.roles': 'broker,controller',
        'node.id': id,
        listeners: `PLAINTEXT://127.0.0.1:${ports[i]},CONTROLLER://127.0.0.1:${controllers[i]}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertised?.[i] ?? ports[i]}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'controller.listener.names': 'CONTROLLER',
        'controller.quorum.bootstrap.servers': controllers.map((port) => `127.0.0.1:${port}`).join(','),
        'offsets.topic.replication.factor': copies,
        'offsets.topic.num.partitions': 1,
        'transaction.state.log.replication.factor': copies,
        'transaction.state.log.min.isr': Math.min(2, copies),
        'transaction.state.log.num.partitions': 1,
        'auto.create.topics.enable': false,
        'group.initial.rebalance.delay.ms': 0,
        'log.retention.check.interval.ms': 1000,
        'broker.session.timeout.ms': 3000,
        'broker.heartbeat.interval.ms': 500,
        'log.dirs': join(folder, 'log'),
      };
      const file = join(folder, 'server.properties');
      await writeFile(
        file,
        Object.entries(settings)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      );
      const format = ['format', '-t', cluster, '-c', file, '--initial-controllers', voters];
      const formatted = spawnSync('java', ['-cp', `${CACHE}/*`, 'kafka.tools.StorageTool', ...format], {
        encoding: 'utf8',
      });
      if (formatted.status !== 0) throw new Error(`The broker's log could not be made: ${formatted.stderr}`);
      return brokerOf(folder, file, ports[i], () => rm(root, { recursive: true, force: true }));
    }),
  );
}

/**
 * @param {string} folder
 * @param {string} file
 * @param {number} port
 * @param {() => Promise<void>} clear
 * @returns {Broker}
 */
function brokerOf(folder, file, port, clear) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null;
  const kill = async () => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((done) => running.once('exit', done));
    running.kill('SIGKILL');
    await ended;
  };
  process.once('exit', () => child?.kill('SIGKILL'));
  return {
    port,
    async start() {
      const said = openSync(join(folder, 'said.txt'), 'a');
      const options = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
      const running = spawn('java', [...options, '-cp', `${CACHE}/*`, 'kafka.Kafka', file], {
        stdio: ['ignore', said, said],
      });
      child = running;
      const until = Date.now() + STARTED_MS;
      while (!(await answers(port))) {
        if (running.exitCode !== null || Date.now() > until)
          throw new Error(`The broker did not start: ${await readFile(join(folder, 'said.txt'), 'utf8')}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    },
    kill,
    async remove() {
      await kill();
      await clear();
    },
  };
}

/** @param {number} port @returns {Promise<boolean>} */
const answers = (port) =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

if (argv[1] === fileURLToPath(import.meta.url)) {
  const problem = await fetchBroker();
  if (problem || !['fetch', 'run'].includes(argv[2] ?? '')) {
    console.error(problem ?? 'Say "fetch" or "run [PORT]".');
    process.exit(1);
  }
  if (argv[2] === 'run') {
    const [broker] = await makeCluster({ port: Number(argv[3] ?? 9092) });
    await broker.start();
    console.log(`Kafka: 127.0.0.1:${broker.port}`);
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => void broker.remove().then(() => process.exit(0)));
  }
}
