import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMulberry32 } from '../core/random.ts';
import { PROFILE_NAMES } from '../harness/profiles.ts';
import type { Killed, KillPoint } from './killed.node.ts';
import { bundleKilled, shuffled, startKilled, type Running } from './killing.ts';
import { Outbox } from './outbox/outbox.ts';
import { Receiver } from './outbox/testing.ts';
import { webhookTarget } from './outbox/webhook.ts';
import { alertsOf } from './sink/verify.ts';
import { LiveBench, withParameters } from './testing.ts';
import { deploy } from './deploy.ts';

const POINTS: readonly KillPoint[] = ['claimed', 'read', 'pending', 'committing', 'committed', 'named', 'state'];
const SENDING: readonly KillPoint[] = ['sending', 'sent', 'noted'];
const KILLS = Number(process.env.TAUTLINE_KILLS ?? 200);
const MINUTE = 60_000;

let bench: LiveBench;
beforeAll(bundleKilled);
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const follow = (until?: number): Promise<unknown> =>
  bench.follow({ unitMs: 100, unitRows: 5000, collect: 2000 }, until);

const start = (own: Partial<Killed> = {}): Running =>
  startKilled({
    ...{
      log: join(bench.root, 'log'),
      kafka: null,
      ledger: bench.folder,
      group: 'g',
      unitRows: 20,
      point: null,
      nth: 1,
    },
    ...own,
  });

async function verified(events: number) {
  const found = await bench.verify();
  expect(found.faults).toEqual([]);
  expect(found.events).toBe(events);
  const left = (await readdir(bench.folder, { recursive: true })).filter((name) => /pending|tmp$/.test(name));
  expect(left).toEqual([]);
  return alertsOf(await bench.commits());
}

describe('a sink that is killed (SIGKILL)', () => {
  it(
    'between a commit and its sending, before and after, tells of every alert',
    async () => {
      const receiver = new Receiver();
      await receiver.open();
      const records = bench.sample('quick-tour');
      await bench.feed(records.slice(0, 2400));
      const sink = bench.start({ collect: 2000 });
      await bench.committed();
      // One that raises many alerts.
      const nervous = await bench.tuned(withParameters({ h: 0.3 }));
      await deploy(bench.desk, nervous, { who: 'Ana', reason: '' });
      await sink.stop();
      const target = webhookTarget({ url: receiver.url, secrets: [new Uint8Array(24)] });
      const openOutbox = () => new Outbox({ folder: bench.folder, group: 'g', target });
      await openOutbox().begin();
      const before = (await bench.commits()).length;
      const killed: string[] = [];
      const rounds = 4 * SENDING.length;
      const more = Math.ceil((records.length - 2400) / rounds);
      for (let round = 0; round < rounds; round++) {
        await bench.events(records.slice(2400 + round * more, 2400 + (round + 1) * more));
        const { child, ended } = start({
          ...{ point: SENDING[round % SENDING.length], webhook: receiver.url.href, unitRows: 200 },
        });
        const tired = setTimeout(() => child.kill('SIGTERM'), 10_000);
        killed.push(await ended);
        clearTimeout(tired);
      }
      expect(killed.filter((end) => end === 'SIGKILL').length).toBeGreaterThan(rounds / 2);
      await bench.tick(records);
      expect(await follow()).toBeNull();
      const said = (await bench.commits())
        .slice(before)
        .flatMap(({ opened, closed }) => [
          ...opened.map(({ id }) => `${id}/opened`),
          ...closed.map(({ id }) => `${id}/closed`),
        ]);
      const end = new AbortController();
      const sending = openOutbox().run(end.signal);
      while (new Set(receiver.ids).size < new Set(said).size) await wait(20);
      end.abort();
      await sending;
      await receiver.close();
      expect(said.length).toBeGreaterThan(SENDING.length);
      expect([...new Set(receiver.ids)].sort()).toEqual([...said].sort());
    },
    10 * MINUTE,
  );

  it(
    `${KILLS} times at seven points and at random loses no row, doubles none, and raises what analysis does`,
    async () => {
      const records = shuffled(bench.sample('fracture', 13_200), 3);
      const random = openMulberry32(11);
      const found = new Map<string, number>();
      // More comes before each start, so that every process finds what brings it to its point.
      let fed = 2600;
      await bench.events(records.slice(0, fed));
      const more = Math.ceil((records.length - fed) / KILLS);
      for (let kill = 0; kill < KILLS; kill++) {
        await bench.events(records.slice(fed, fed + more));
        fed += more;
        const point = kill % 10 < 7 ? POINTS[kill % 10] : null;
        const isRare = point === 'claimed' || point === 'state' || point === 'read';
        const running = start({ point, nth: isRare ? 1 : 1 + Math.floor(2 * random()) });
        if (point === null) {
          await running.claimed;
          await wait(150 * random());
          running.child.kill('SIGKILL');
        }
        // What the processes before it left may not bring it there.
        let isTired = false;
        const tired = setTimeout(() => (isTired = running.child.kill('SIGKILL')), 10_000);
        expect(await running.ended).toBe('SIGKILL');
        clearTimeout(tired);
        const name = isTired ? 'tired' : (point ?? 'random');
        found.set(name, (found.get(name) ?? 0) + 1);
      }
      process.stdout.write(`killed: ${[...found].map(([name, count]) => `${name} ${count}`).join(', ')}\n`);
      await bench.tick(records);
      for (const name of [...POINTS, 'random']) expect(found.get(name), name).toBeGreaterThan(0);
      expect(found.get('tired') ?? 0).toBeLessThan(KILLS / 5);
      expect(await follow()).toBeNull();
      const alerts = await verified(13_200);
      expect(alerts.filter(({ kind }) => kind === 'DRIFT').map(({ fired }) => fired)).toContain(12_403);
    },
    30 * MINUTE,
  );

  it(
    'with three owners at once, stopped and woken again, commits every row once',
    async () => {
      const events = bench.sample('quick-tour');
      await bench.feed(shuffled(events, 4));
      const random = openMulberry32(13);
      let fenced = 0;
      for (let round = 0; round < 6; round++) {
        const first = start();
        await first.claimed;
        await wait(100 * random());
        first.child.kill('SIGSTOP');
        const others = [start(), start()];
        await Promise.all(others.map(({ claimed }) => claimed));
        first.child.kill('SIGCONT');
        await wait(200);
        const all = [first, ...others];
        for (const { child } of all) child.kill('SIGKILL');
        const said = await Promise.all(all.map(({ ended }) => ended));
        fenced += said.filter((end) => /another process owns the ledger/.test(end)).length;
        expect(said.filter((end) => end !== 'SIGKILL' && !/another process owns the ledger/.test(end))).toEqual([]);
      }
      expect(fenced).toBeGreaterThan(0);
      expect(await follow()).toBeNull();
      await verified(events.length);
    },
    10 * MINUTE,
  );
});

describe('the four profiles, live', () => {
  it.each(PROFILE_NAMES)(
    '%s shuffled, with doubles and restarts, gives the alerts of its analysis',
    async (name) => {
      const events = bench.sample(name);
      await bench.feed(shuffled(events, 5));
      const { end } = await bench.log.range('ledger', 0);
      for (const part of [0.2, 0.5, 0.8, 1]) expect(await follow(Math.floor(part * end))).toBeNull();
      const alerts = await verified(events.length);
      if (name === 'fracture')
        expect(alerts.filter(({ kind }) => kind === 'DRIFT').map(({ fired }) => fired)).toContain(12_403);
    },
    10 * MINUTE,
  );
});
