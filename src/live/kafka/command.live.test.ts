import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCluster, type Broker } from '../../../scripts/kafka-broker.mjs';
import { openMulberry32 } from '../../core/random.ts';
import type { Commit, LiveAlert } from '../../detection/files/commit.ts';
import { testKernels } from '../../kernels/testing.ts';
import { TracesDataSchema } from '../../ledger/shapes/otlp_pb.ts';
import { LiveCommand, rowOf, runLiveCommand } from '../command.ts';
import type { LedgerEvent } from '../live_pb.ts';
import { loadKafkaClient } from '../kafkaClient.ts';
import { outgoing } from '../outbox/events.ts';
import { sampleEvents } from '../replay.ts';
import { commitAt, newestCommit } from '../sink/commitLog.ts';
import { openKafka } from './kafka.ts';
import { missing } from './testing.ts';

const problem = await missing('broker', 'tautline live on Apache Kafka, as a command');
const MINUTE = 60_000;
const KILLS = Number(process.env.TAUTLINE_COMMAND_KILLS ?? 8);
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

interface Health {
  readonly status: string;
  readonly producer: { readonly waiting: number; readonly records: { readonly dropped: number } };
  readonly intake: { readonly recorded: number; readonly waiting: number; readonly dropped: number };
}

let root = '';
let ledger = '';
let broker: Broker;
let place = '';
const running = new Set<LiveCommand>();
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tautline-command-'));
  ledger = join(root, 'ledger');
  [broker] = await makeCluster();
  place = `127.0.0.1:${broker.port}`;
}, MINUTE);
afterEach(async () => {
  for (const command of running) await command.kill('SIGKILL');
  running.clear();
  await broker.remove();
  await rm(root, { recursive: true, force: true });
}, MINUTE);

function start(...more: string[]): LiveCommand {
  const command = new LiveCommand('--kafka', place, '--ledger', ledger, '--port', '0', '--otlp', '0', ...more);
  running.add(command);
  return command;
}
const healthOf = async (command: LiveCommand): Promise<Health> => {
  const app = await command.until(/^App: (\S+)/);
  return (await (await fetch(new URL('/health', app))).json()) as Health;
};
const commits = async (): Promise<Commit[]> => {
  const length = (await newestCommit(ledger)) + 1;
  return Promise.all(Array.from({ length }, async (_, n) => (await commitAt(ledger, n))!));
};
const eventsOf = async (): Promise<number> => (await commitAt(ledger, await newestCommit(ledger)))?.events.to ?? 0;
/** A bundle like the one in force, with another threshold, in a file. */
async function tuned(name: string, h: number): Promise<string> {
  const { bundle } = (await commits()).at(-1)!;
  const text = JSON.parse(await readFile(join(ledger, '_log', `bundle-${bundle}.json`), 'utf8')) as {
    parameters: Record<string, number>;
  };
  text.parameters.h = h;
  await writeFile(join(root, name), JSON.stringify(text));
  return join(root, name);
}

describe.skipIf(problem !== null)('tautline live --kafka', () => {
  it(
    'starts before its broker, keeps what comes in, goes on with it, and takes decisions that others bring',
    async () => {
      const command = start('--demo');
      expect(await command.until(/it is waited for/)).toContain(`no broker answers at ${place}`);
      await expect
        .poll(async () => (await healthOf(command)).producer.waiting, { timeout: MINUTE })
        .toBeGreaterThan(11_600);
      expect(await healthOf(command)).toMatchObject({ status: 'ok', producer: { records: { dropped: 0 } } });
      expect(await newestCommit(ledger).catch(() => -1)).toBe(-1);
      await broker.start();
      await command.until(/the brokers at .* answer/);
      await command.until(/The first bundle was fitted/);
      await expect.poll(eventsOf, { timeout: MINUTE }).toBeGreaterThan(11_600);

      const app = await command.until(/^App: (\S+)/);
      const decide = (...args: string[]): void => {
        const { status, said } = runLiveCommand(...args, '--who', 'Ana', '--reason', 'a test');
        expect(status, said).toBe(0);
      };
      decide('candidate', app, await tuned('candidate.json', 6));
      decide('promote', app);
      decide('promote', app);
      decide('back', app);
      decide('deploy', app, await tuned('deployed.json', 7));
      // Alerts begin at 12,403.
      await expect.poll(eventsOf, { timeout: MINUTE }).toBeGreaterThan(12_450);
      expect(runLiveCommand('promote', app, '--who', 'Ana')).toMatchObject({ status: 2 });
      expect(await command.kill('SIGINT')).toBe('0');

      const again = start('--stdin', '--bundle', await tuned('given.json', 8));
      await again.until(/deployed \w+, full/);
      const before = await eventsOf();
      for (const event of sampleEvents(testKernels(), 'quick-tour', 60))
        again.child.stdin!.write(`${JSON.stringify({ ...rowOf(event), ts: undefined })}\n`);
      await expect.poll(eventsOf, { timeout: MINUTE }).toBeGreaterThanOrEqual(before + 60);
      const untold = async (): Promise<string[]> => {
        const told = await toldOf(place);
        const expected = expectedOf(await commits());
        expect(expected.alerts.length).toBeGreaterThan(0);
        return [...expected.alerts, ...expected.control].filter((id) => !told.includes(id));
      };
      await expect.poll(untold, { timeout: MINUTE }).toEqual([]);
      const { alerts, control } = expectedOf(await commits());
      const told = await toldOf(place);
      expect(told.filter((id) => control.includes(id))).toEqual(control);
      expect([...told].sort()).toEqual([...alerts, ...control].sort());
      expect(await again.kill('SIGTERM')).toBe('0');

      const decided = (await commits()).flatMap(({ control }) => (control ? [`${control.kind} ${control.stage}`] : []));
      expect(decided).toEqual([
        ...['candidate shadow', 'promoted canary', 'promoted full', 'stepped-back canary', 'deployed full'],
        'deployed full',
      ]);
      const verified = runLiveCommand('verify', ledger);
      expect(verified.said).toContain('everything holds');
      expect(verified.status).toBe(0);
    },
    6 * MINUTE,
  );
});

describe.skipIf(problem !== null)('tautline live --kafka', () => {
  it(
    `loses no more than what it had in memory over ${KILLS} SIGKILLs of the whole, and says how much that was`,
    async () => {
      const events = sampleEvents(testKernels(), 'fracture', 16_000);
      const random = openMulberry32(17);
      let [next, taken, unknown] = [0, 0, 0];
      const send = async (url: string): Promise<boolean> => {
        const own = events.slice(next, next + 40);
        next += own.length;
        const response = await post(url, own);
        taken += response ?? 0;
        if (response === null) unknown += own.length;
        return response !== null;
      };
      await broker.start();
      for (let kill = 0; kill < KILLS; kill++) {
        const command = start('--stdin');
        const url = await command.until(/Events: POST (\S+)v1\/traces/);
        const isDown = kill % 2 === 1;
        if (isDown) await broker.kill();
        const lines = events.slice(next, next + 20);
        next += lines.length;
        const { recorded } = (await healthOf(command)).intake;
        command.child.stdin!.write(lines.map((event) => `${JSON.stringify(rowOf(event))}\n`).join(''));
        await expect.poll(async () => (await healthOf(command)).intake.recorded).toBe(recorded + lines.length);
        taken += lines.length;
        const due = setTimeout(() => command.child.kill('SIGKILL'), 300 + 900 * random());
        while (await send(url)) await wait(5);
        clearTimeout(due);
        expect(await command.kill('SIGKILL')).toBe('SIGKILL');
        if (isDown) await broker.start();
      }
      const last = start();
      const url = await last.until(/Events: POST (\S+)v1\/traces/);
      expect(await send(url)).toBe(true);
      await expect
        .poll(async () => (await healthOf(last)).producer.waiting + (await healthOf(last)).intake.waiting, {
          timeout: MINUTE,
        })
        .toBe(0);
      // Ticks of the three seconds after it bring the last one through.
      await wait(4000);
      const kafka = await openKafka(loadKafkaClient(), { brokers: place });
      const { end } = await kafka.range('ledger', await kafka.partitionOf('ledger', 'default'));
      await kafka.close();
      await expect.poll(async () => (await commits()).at(-1)!.source.to, { timeout: MINUTE }).toBe(end);
      expect(await last.kill('SIGTERM')).toBe('0');
      expect(runLiveCommand('verify', ledger).said).toContain('everything holds');

      const all = await commits();
      const told = all.reduce((sum, { dropped }) => sum + dropped, 0);
      const found = all.at(-1)!.events.to;
      process.stdout.write(
        `${KILLS} kills of the command: ${taken} taken, ${unknown} in requests cut off, ${found} in the ledger, ` +
          `${told} told as gaps\n`,
      );
      expect(taken - found).toBeLessThanOrEqual(4096 * KILLS);
      expect(found).toBeLessThanOrEqual(taken + unknown);
      // A gap that comes before records sent anew is told too soon: never too few.
      expect(told).toBeGreaterThanOrEqual(taken - found);
    },
    6 * MINUTE,
  );
});

describe.skipIf(problem !== null)('tautline live --kafka --otlp-topic', () => {
  it(
    "reads a Collector's topic over SIGKILLs of the whole: what each trace says is once in the ledger",
    async () => {
      const traces = Array.from({ length: 900 }, (_, n) => spansOf(n + 1));
      await broker.start();
      const kafka = await openKafka(loadKafkaClient(), { brokers: place });
      // Traces overlap: the third span of each comes after the first ones of thirty others.
      const records = traces.flatMap(({ key, records: own }, n) =>
        own.map((value, i) => ({ key, value, at: n + (i === 2 ? 30 : i / 3) })),
      );
      records.sort((a, b) => a.at - b.at);
      const sending = (async () => {
        for (const [i, { key, value }] of records.entries()) {
          await kafka.append('otlp', { key, value });
          if (i % 10 === 0) await wait(40);
        }
      })();
      for (let kill = 0; kill < 4; kill++) {
        const command = start('--otlp-topic');
        await command.until(/^App: (\S+)/);
        await wait(1500);
        expect(await command.kill('SIGKILL')).toBe('SIGKILL');
      }
      const last = start('--otlp-topic');
      await sending;
      await kafka.append('otlp', { key: 'damaged', value: new Uint8Array([1, 2, 3]) });
      await expect.poll(eventsOf, { timeout: MINUTE }).toBe(2 * traces.length);
      // Whatever was doubled would have come by now.
      await wait(3000);
      expect(await eventsOf()).toBe(2 * traces.length);
      const { collector } = (await healthOf(last)) as unknown as { collector: { refused: number; events: number } };
      expect(collector.refused).toBe(1);
      const doubles = (await commits()).reduce((sum, commit) => sum + commit.doubles, 0);
      process.stdout.write(`the Collector's topic: ${2 * traces.length} events, ${doubles} of them read again\n`);
      expect(await last.kill('SIGTERM')).toBe('0');
      await kafka.close();
      expect(runLiveCommand('verify', ledger).said).toContain('everything holds');
    },
    6 * MINUTE,
  );
});

/** Ids of what the topics of alerts and of decisions tell, in order, and once where it came again. */
async function toldOf(brokers: string): Promise<readonly string[]> {
  const kafka = await openKafka(loadKafkaClient(), { brokers });
  const end = new AbortController();
  const ids = new Set<string>();
  try {
    for (const topic of ['alerts', 'control'] as const)
      for (let partition = 0; partition < (await kafka.partitions(topic)); partition++) {
        const range = await kafka.range(topic, partition);
        for (let from = range.first; from < range.end;)
          for await (const batch of kafka.read(topic, partition, from, { signal: end.signal })) {
            for (const { value } of batch) ids.add((JSON.parse(new TextDecoder().decode(value)) as { id: string }).id);
            from = batch.at(-1)!.offset + 1;
            if (from >= range.end) break;
          }
      }
    return [...ids];
  } finally {
    end.abort();
    await kafka.close();
  }
}

/** What commits have to tell. */
function expectedOf(all: readonly Commit[]): { readonly alerts: string[]; readonly control: string[] } {
  let open: readonly LiveAlert[] = [];
  const events = all.flatMap((commit) => {
    const own = outgoing(commit, open, 'default');
    const gone = new Set([...commit.closed.map(({ id }) => id), ...commit.ended]);
    open = [...open, ...commit.opened].filter(({ id }) => !gone.has(id));
    return own;
  });
  const idsOf = (of: 'alerts' | 'control') => events.filter(({ topic }) => topic === of).map(({ event }) => event.id);
  return { alerts: idsOf('alerts'), control: idsOf('control') };
}

/** Spans of a trace as a Collector writes them: two answers, which end before the agent that asked for them. */
function spansOf(n: number): { readonly key: string; readonly records: readonly Uint8Array[] } {
  const key = n.toString(16).padStart(32, '0');
  const attribute = (name: string, stringValue: string) => ({ key: name, value: { stringValue } });
  const span = (id: number, parent: number | null, attributes: object[]) => ({
    traceId: Buffer.from(key, 'hex').toString('base64'),
    spanId: idOf(id),
    ...(parent !== null && { parentSpanId: idOf(parent) }),
    ...{ name: 'chat', kind: 3, attributes },
    startTimeUnixNano: String(1_767_603_600_000_000_000n + BigInt(n) * 1_000_000n),
    endTimeUnixNano: String(1_767_603_600_000_000_000n + BigInt(n) * 1_000_000n + BigInt(4 - id) * 1000n),
  });
  const chat = (id: number) => [
    attribute('gen_ai.operation.name', 'chat'),
    attribute('gen_ai.provider.name', `p${n % 3}`),
    attribute(
      'gen_ai.output.messages',
      JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: `answer ${id} of ${n}` }] }]),
    ),
  ];
  const root = [attribute('gen_ai.operation.name', 'invoke_agent'), attribute('gen_ai.agent.name', 'planner')];
  const records = [span(2, 1, chat(2)), span(3, 1, chat(3)), span(1, null, root)].map((own) =>
    toBinary(
      TracesDataSchema,
      fromJson(TracesDataSchema, { resourceSpans: [{ resource: {}, scopeSpans: [{ spans: [own] }] }] } as JsonValue),
    ),
  );
  return { key, records };
}
const idOf = (id: number): string => Buffer.from(id.toString(16).padStart(16, '0'), 'hex').toString('base64');

/** @returns how many were taken; null where no answer came */
async function post(url: string, events: readonly LedgerEvent[]): Promise<number | null> {
  const batch = events.map((event) => ({
    ...{ specversion: '1.0', id: event.uid, source: '/test', type: 'message', data: rowOf(event) },
  }));
  const headers = { 'Content-Type': 'application/cloudevents-batch+json' };
  const response = await fetch(`${url}v1/events`, { method: 'POST', headers, body: JSON.stringify(batch) }).catch(
    () => null,
  );
  const answer = await response?.json().catch(() => null);
  return (answer as { taken: number } | null | undefined)?.taken ?? null;
}
