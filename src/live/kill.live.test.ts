import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMulberry32 } from '../core/random.ts';
import { PROFILE_NAMES } from '../harness/profiles.ts';
import { testKernels } from '../kernels/testing.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { Killed } from './killed.node.ts';
import type { LedgerEvent } from './live_pb.ts';
import { openLocalLog, type LocalLog } from './log/localLog.ts';
import { eventRecord, sampleEvents, tickRecord } from './replay.ts';
import { commitAt, newestCommit } from './sink/commitLog.ts';
import { Sink, type SinkPoint } from './sink/sink.ts';
import { alertsOf, verifyLedger } from './sink/verify.ts';
import { bundleKilled, shuffled, startKilled, type Running } from './killing.ts';

const kernels = testKernels();
const platform = nodePlatform();
const POINTS: readonly SinkPoint[] = ['claimed', 'read', 'pending', 'committing', 'committed', 'named', 'state'];
const KILLS = Number(process.env.TAUTLINE_KILLS ?? 200);
const MINUTE = 60_000;

let root = '';
let log: LocalLog;
beforeAll(bundleKilled);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tautline-kill-'));
  log = await openLocalLog(join(root, 'log'));
});
afterEach(async () => {
  await log.close();
  await rm(root, { recursive: true, force: true });
});

const ledger = (): string => join(root, 'ledger');
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const put = (value: Uint8Array) => log.append('ledger', { key: 'g', value });

const append = (events: readonly LedgerEvent[]): Promise<unknown> =>
  Promise.all(events.map((event) => put(eventRecord(event))));

const tick = (events: readonly LedgerEvent[]): Promise<unknown> =>
  put(tickRecord(Math.max(...events.map((event) => Number(event.sourceMicros))) + 3_000_000));

async function feed(events: readonly LedgerEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += 5000) await append(events.slice(from, from + 5000));
  await tick(events);
}

/** Follows in this process until everything is committed, or so many offsets are. */
async function follow(until?: number): Promise<void> {
  const { end } = await log.range('ledger', 0);
  const stop = new AbortController();
  const running = new Sink({
    ...{ folder: ledger(), transport: log, group: 'g', kernels, platform },
    unitMs: 100,
  }).run(stop.signal);
  const committed = async () => (await commitAt(ledger(), await newestCommit(ledger())))?.source.to ?? 0;
  const ended = running.then(() => true);
  while ((await committed()) < Math.min(end, until ?? end)) if (await Promise.race([ended, wait(50)])) break;
  stop.abort();
  await running;
}

const start = (own: Partial<Killed> = {}): Running =>
  startKilled({
    ...{ log: join(root, 'log'), kafka: null, ledger: ledger(), group: 'g', unitRows: 20, point: null, nth: 1 },
    ...own,
  });

async function verified(events: number) {
  const found = await verifyLedger(ledger(), kernels, platform);
  expect(found.faults).toEqual([]);
  expect(found.events).toBe(events);
  const left = (await readdir(ledger(), { recursive: true })).filter((name) => /pending|tmp$/.test(name));
  expect(left).toEqual([]);
  const all = Array.from({ length: found.commits }, async (_, n) => (await commitAt(ledger(), n))!);
  return alertsOf(await Promise.all(all));
}

describe('a sink that is killed (SIGKILL)', () => {
  it(
    `${KILLS} times at seven points and at random loses no row, doubles none, and raises what analysis does`,
    async () => {
      const records = shuffled(sampleEvents(kernels, 'fracture', 13_200), 3);
      const random = openMulberry32(11);
      const found = new Map<string, number>();
      // More comes before each start, so that every process finds what brings it to its point.
      let fed = 2600;
      await append(records.slice(0, fed));
      const more = Math.ceil((records.length - fed) / KILLS);
      for (let kill = 0; kill < KILLS; kill++) {
        await append(records.slice(fed, fed + more));
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
      await tick(records);
      for (const name of [...POINTS, 'random']) expect(found.get(name), name).toBeGreaterThan(0);
      expect(found.get('tired') ?? 0).toBeLessThan(KILLS / 5);
      await follow();
      const alerts = await verified(13_200);
      expect(alerts.filter(({ kind }) => kind === 'DRIFT').map(({ fired }) => fired)).toContain(12_403);
    },
    30 * MINUTE,
  );

  it(
    'with three owners at once, stopped and woken again, commits every row once',
    async () => {
      const events = sampleEvents(kernels, 'quick-tour');
      await feed(shuffled(events, 4));
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
      await follow();
      await verified(events.length);
    },
    10 * MINUTE,
  );
});

describe('the four profiles, live', () => {
  it.each(PROFILE_NAMES)(
    '%s shuffled, with doubles and restarts, gives the alerts of its analysis',
    async (name) => {
      const events = sampleEvents(kernels, name);
      await feed(shuffled(events, 5));
      const { end } = await log.range('ledger', 0);
      for (const part of [0.2, 0.5, 0.8, 1]) await follow(Math.floor(part * end));
      const alerts = await verified(events.length);
      if (name === 'fracture')
        expect(alerts.filter(({ kind }) => kind === 'DRIFT').map(({ fired }) => fired)).toContain(12_403);
    },
    10 * MINUTE,
  );
});
