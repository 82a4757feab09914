import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Commit, LiveAlert } from '../../detection/files/commit.ts';
import { deploy } from '../deploy.ts';
import { commitAt, newestCommit, putCommit, requireLinks } from '../sink/commitLog.ts';
import { alertsOf } from '../sink/verify.ts';
import { LiveBench, withParameters } from '../testing.ts';
import { AppendError, type ProducedRecord, type Topic } from '../transport.ts';
import type { CloudEvent } from './events.ts';
import { Outbox, type OutboxOptions, type OutboxPoint, type Target } from './outbox.ts';
import { Receiver } from './testing.ts';
import { topicTarget } from './topics.ts';
import { signed, webhookSecrets, webhookTarget, webhookUrl } from './webhook.ts';

const SECRET = new Uint8Array(32).fill(7);
const GROUP = 'g';

let bench: LiveBench;
let receiver: Receiver;
beforeEach(async () => {
  bench = await LiveBench.open();
  receiver = new Receiver();
  await receiver.open();
  await requireLinks(bench.folder, 'a');
});
afterEach(async () => {
  await receiver.close();
  await bench.close();
});

const alert = (n: number): LiveAlert => ({
  ...{
    kind: 'DRIFT',
    stream: `provider-${n}`,
    onset: n,
    onset_seq: 1,
    fired: n + 1,
    fired_seq: 2,
    cleared: null,
    peak: 1,
  },
  id: `g/DRIFT/provider-${n}/${n}/${n + 1}`,
});
/** A commit that opens an alert. */
const commit = (number: number, more: Partial<Commit> = {}): Commit => ({
  ...{ format: 'tautline-commit', version: 1, number, kind: 'unit', owner: 'a', written: '2026-01-05T09:00:00.000Z' },
  source: { topic: 't', topicId: 'x/y', partition: 0, from: 0, to: 0, held: [] },
  ...{
    events: { from: 0, to: 0 },
    add: [],
    remove: [],
    compacted: null,
    opened: [alert(number)],
    closed: [],
    ended: [],
  },
  ...{ late: 0, doubles: 0, refused: 0, dropped: 0, untracked: 0, taken: 0 },
  ...{ through: null, bundle: 'b', control: null, beside: null, hasState: false },
  ...more,
});
const put = async (...commits: readonly Commit[]): Promise<void> => {
  for (const one of commits) await putCommit(bench.folder, one);
};

const target = (limitMs?: number): Target => webhookTarget({ url: receiver.url, secrets: [SECRET], limitMs });

/** Sends until what is committed was sent, or it ends by itself. */
async function send(options: Partial<OutboxOptions> = {}): Promise<Outbox> {
  const outbox = new Outbox({
    ...{ folder: bench.folder, group: GROUP, target: target(), firstMs: 5, mostMs: 40 },
    ...options,
  });
  await outbox.begin();
  const end = new AbortController();
  let hasEnded = false;
  const running = outbox.run(end.signal).then(() => (hasEnded = true));
  const path = join(bench.folder, '_log', `sent-${(options.target ?? target()).name}.json`);
  const newest = await newestCommit(bench.folder);
  const noted = async () => (JSON.parse(await readFile(path, 'utf8')) as { commit: number }).commit;
  const isSaying = async (n: number): Promise<boolean> => {
    const { opened, closed } = (await commitAt(bench.folder, n))!;
    return opened.length + closed.length > 0;
  };
  let last = newest;
  while (last >= 0 && !(await isSaying(last))) last--;
  while (!hasEnded && (await noted()) < last) await new Promise((done) => setTimeout(done, 5));
  end.abort();
  await running;
  return outbox;
}

/** The cursor of a webhook that was there before the first commit. */
const begin = () => new Outbox({ folder: bench.folder, group: GROUP, target: target() }).begin();

describe('a webhook', () => {
  it('signs as Standard Webhooks: its published example, and by a check of another make', async () => {
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const headers = signed('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}', [key]);
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    await begin();
    await put(commit(0));
    const other = new Uint8Array(24).fill(9);
    await send({ target: webhookTarget({ url: receiver.url, secrets: [other, SECRET] }) });
    const [{ headers: got, body }] = receiver.received;
    expect(got['content-type']).toContain('application/cloudevents+json');
    expect(got['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(Math.abs(Number(got['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    const signatures = String(got['webhook-signature']).split(' ');
    const text = new TextEncoder().encode(`${String(got['webhook-id'])}.${String(got['webhook-timestamp'])}.${body}`);
    for (const [i, secret] of [other, SECRET].entries()) {
      const imported = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
        'verify',
      ]);
      const mac = Buffer.from(signatures[i].slice('v1,'.length), 'base64');
      expect(await crypto.subtle.verify('HMAC', imported, mac, text)).toBe(true);
      expect(await crypto.subtle.verify('HMAC', imported, mac, new TextEncoder().encode('x'))).toBe(false);
    }
  });

  it('that fails, is slow, cuts the line, goes away and comes back gets everything, in order', async () => {
    await begin();
    await put(commit(0), commit(1), commit(2, { opened: [], closed: [{ ...alert(0), cleared: 9 }] }));
    receiver.answers.push(
      (response) => response.writeHead(500).end(),
      () => undefined,
      (response) => response.destroy(),
      (response) => {
        response.destroy();
        void receiver.close();
        setTimeout(() => void receiver.open(), 300);
      },
      (response) => response.writeHead(302, { location: new URL('/elsewhere', receiver.url).href }).end(),
      // An answer that does not end.
      (response) => void response.writeHead(200).write('x'),
    );
    const outbox = await send({ target: target(150) });
    const [first, second, third] = [`${alert(0).id}/opened`, `${alert(1).id}/opened`, `${alert(0).id}/closed`];
    expect(receiver.ids.filter((id, i, all) => id !== all[i - 1])).toEqual([first, second, third]);
    expect(receiver.ids.filter((id) => id === first).length).toBeGreaterThanOrEqual(6);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    expect(outbox.health).toMatchObject({ sent: 3, lost: 0, problem: null, waitingMs: 0 });
    expect(outbox.health.retried).toBeGreaterThanOrEqual(5);
    expect(outbox.broken).toBeNull();
  });

  it('says what was given up, sends the next one, and stops where the receiver is gone for good', async () => {
    await begin();
    await put(commit(0), commit(1), commit(2), commit(3));
    const status = (code: number) => (response: ServerAnswer) => response.writeHead(code).end();
    receiver.answers.push(status(400), status(400), status(400), status(204), status(410));
    const said: string[] = [];
    const outbox = await send({ say: (sentence) => said.push(sentence) });
    expect(outbox.health).toMatchObject({ sent: 1, lost: 1, retried: 2 });
    expect(outbox.broken).toMatch(/410/);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/g\/DRIFT\/provider-0\/0\/1\/opened was given up after 3 tries: the receiver answers 400/);
    expect(receiver.received).toHaveLength(5);
    // What it did not take is sent when it is started again.
    expect((await send()).broken).toBeNull();
    expect(receiver.ids.slice(5)).toEqual([`${alert(2).id}/opened`, `${alert(3).id}/opened`]);
  });

  it('hears nothing of what was before it, and of alerts that end without being closed', async () => {
    await put(commit(0), commit(1));
    await begin();
    await put(commit(2, { opened: [], closed: [alert(1)], kind: 'bundle', ended: [alert(0).id] }));
    await send();
    expect(receiver.ids).toEqual([`${alert(1).id}/closed`, `${alert(0).id}/ended`]);
  });

  it('is refused where others could read what is sent, and so is what is no secret', async () => {
    for (const text of ['http://example.org/x', 'ftp://localhost/x', 'https://me:pw@example.org/x', 'x'])
      expect(() => webhookUrl(text), text).toThrow();
    for (const text of ['https://example.org/x', 'http://localhost:9/x', 'http://127.0.0.1/', 'http://[::1]:80/'])
      expect(webhookUrl(text).href).toContain('/');
    const path = join(bench.root, 'secret');
    const [made] = await webhookSecrets(path);
    expect([made.length, await webhookSecrets(path)]).toEqual([32, [made]]);
    await writeFile(path, `whsec_${Buffer.from(SECRET).toString('base64')}\nwhsec_AAAA\n`);
    await expect(webhookSecrets(path)).rejects.toMatchObject({ error: { problem: 'line 2 is no secret' } });
  });
});

type ServerAnswer = Parameters<Receiver['answers'][number]>[0];

describe('what a sink commits', () => {
  it('is told at least once, wherever the sender is stopped, as the published schemas say', async () => {
    await begin();
    const events = bench.sample('quick-tour', 2500);
    await bench.feed(events.slice(0, 1500));
    const sink = bench.start();
    await bench.committed();
    await deploy(bench.desk, await bench.tuned(withParameters({ h: 0.5 })), { who: 'Ana', reason: 'r' });
    await bench.feed(events.slice(1500));
    await bench.committed();
    await sink.stop();
    const kept: ProducedRecord[] = [];
    const append = (topic: Topic, record: ProducedRecord) => {
      expect(['alerts', 'control']).toContain(topic);
      kept.push(record);
      return Promise.resolve({ partition: 0, offset: kept.length });
    };
    const points: OutboxPoint[] = ['sending', 'sent', 'noted'];
    for (const [i, point] of [...points, ...points, ...points].entries())
      for (const own of [target(), topicTarget({ append })]) {
        let left = 1 + (i % 4);
        const at = (reached: OutboxPoint): void => {
          if (reached === point && --left === 0) throw new Error('stopped');
        };
        await send({ at, target: own });
      }
    await send();
    await send({ target: topicTarget({ append }) });

    const commits = await bench.commits();
    const expected = [
      ...commits.flatMap(({ opened }) => opened.map(({ id }) => `${id}/opened`)),
      ...commits.flatMap(({ closed }) => closed.map(({ id }) => `${id}/closed`)),
      ...commits.flatMap(({ ended }) => ended.map((id) => `${id}/ended`)),
    ].sort();
    expect(alertsOf(commits).length).toBeGreaterThan(3);
    expect([...new Set(receiver.ids)].sort()).toEqual(expected);
    expect(receiver.ids.length).toBeGreaterThan(expected.length);

    const told = kept.map(({ key, value }) => ({
      key,
      event: JSON.parse(Buffer.from(value).toString()) as CloudEvent,
    }));
    const ofType = (type: RegExp) => told.filter(({ event }) => type.test(event.type));
    expect([...new Set(ofType(/alert/).map(({ event }) => event.id))].sort()).toEqual(expected);
    for (const { key, event } of ofType(/alert/)) expect(event.id.startsWith(`${key}/`)).toBe(true);
    const decided = new Map(ofType(/bundle/).map(({ key, event }) => [event.id, { key, event }]));
    expect([...decided.values()].map(({ key, event: { type, data } }) => [key, type, data])).toMatchObject([
      ['g', 'io.tautline.bundle.fitted', { kind: 'fitted', who: 'tautline' }],
      ['g', 'io.tautline.bundle.deployed', { kind: 'deployed', who: 'Ana', reason: 'r', figures: null }],
    ]);
    const schemaOf = async (name: string) =>
      new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
        JSON.parse(await readFile(new URL(`../../../public/schema/${name}`, import.meta.url), 'utf8')) as object,
      );
    const [alerts, controls] = [await schemaOf('alert-event.schema.json'), await schemaOf('control-event.schema.json')];
    for (const { event } of told) {
      const validate = event.type.includes('alert') ? alerts : controls;
      expect(validate(event.data), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it('waits for brokers that are gone, and gives up what they refuse', async () => {
    const outcomes = ['unknown', 'unknown', 'refused'] as const;
    let asked = 0;
    const append = () => {
      const kind = outcomes.at(asked++);
      return kind
        ? Promise.reject(new AppendError({ kind, reason: kind }))
        : Promise.resolve({ partition: 0, offset: 0 });
    };
    await put(commit(0), commit(1));
    const outbox = await send({ target: topicTarget({ append }) });
    expect([asked, outbox.health.sent, outbox.health.lost, outbox.health.retried]).toEqual([4, 1, 1, 2]);
    expect(outbox.broken).toBeNull();
  });
});
