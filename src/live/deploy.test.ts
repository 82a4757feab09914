import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serve } from '../cli/serve.ts';
import type { LiveAlert } from '../detection/files/commit.ts';
import type { Bundle } from '../detection/lab/bundle.ts';
import { deploy } from './deploy.ts';
import { LiveMetrics } from './producer/metrics.ts';
import { liveApi } from './server.ts';
import { controlRecord } from './sink/control.ts';
import { alertsOf } from './sink/verify.ts';
import { LiveBench, withParameters } from './testing.ts';
import { AppendError, type AppendFailure } from './transport.ts';

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const ANA = { who: 'Ana', reason: 'too many alarms' };
const firedAfter = (event: number, alerts: readonly LiveAlert[]) => alerts.filter(({ fired }) => fired >= event);

it('a bundle is in force from its place in the log on, stays so, and analysis agrees with every stretch', async () => {
  const events = bench.sample('quick-tour');
  await bench.feed(events.slice(0, 3000));
  const first = bench.start();
  await bench.committed();
  const calm = await bench.tuned(withParameters({ h: 20 }));
  const decided = await deploy(bench.desk, calm, ANA);
  expect(decided).toMatchObject({ status: 200, event: 3000 });
  await bench.feed(events.slice(3000, 4500));
  await bench.committed();
  expect(await first.stop()).toBeNull();

  // Another owner: what it goes on with is the bundle that was deployed, read again from its place where need be.
  const second = bench.start({ stateEvery: 1000, stateMs: 1e9 });
  const lively = await bench.tuned(withParameters({ h: 4 }));
  const again = await deploy(bench.desk, lively, { who: 'Bo', reason: '' });
  await bench.feed(events.slice(4500));
  await bench.committed();
  expect(await second.stop()).toBeNull();
  const commits = await bench.commits();
  const deployed = commits.filter(({ control }) => control !== null);
  expect(deployed.map(({ kind, events: { to }, control }) => [kind, to, control?.who, control?.reason])).toEqual([
    ['bundle', 3000, 'Ana', 'too many alarms'],
    ['bundle', 4500, 'Bo', ''],
  ]);
  expect(deployed.map(({ bundle }) => bundle)).toEqual([decided, again].map((one) => 'bundle' in one && one.bundle));
  expect(commits.at(-1)!.bundle).toBe(deployed[1].bundle);
  const drift = alertsOf(commits).filter(({ kind }) => kind === 'DRIFT');
  expect(firedAfter(3000, drift).filter(({ fired }) => fired < 4500)).toEqual([]);
  expect(firedAfter(4500, drift).length).toBeGreaterThan(0);
  const verified = await bench.verify();
  expect(verified.faults).toEqual([]);
  expect(verified.events).toBe(events.length);
});

it('a sink that is stopped while a bundle comes into force brings it into force once', async () => {
  const events = bench.sample('quick-tour', 3000);
  await bench.feed(events.slice(0, 1500));
  const first = bench.start();
  await bench.committed();
  const lively = await bench.tuned(withParameters({ h: 4 }));
  await first.stop();
  // Nobody reads the log now: it is written, and in force later.
  const { end } = await bench.log.range('ledger', 0);
  const waiting = deploy(bench.desk, lively, ANA);
  while ((await bench.log.range('ledger', 0)).end === end) await new Promise((done) => setTimeout(done, 5));
  await bench.feed(events.slice(1500));
  for (const point of ['committing', 'state', 'committed', 'named'] as const) {
    let left = 2;
    const at = (reached: string): void => {
      if (reached === point && --left === 0) throw new Error(point);
    };
    const stopped = bench.start({ at });
    await Promise.race([stopped.ended, bench.committed()]);
    await stopped.stop();
  }
  const last = bench.start();
  await bench.committed();
  expect(await waiting).toMatchObject({ status: 200, event: 1500 });
  expect(await last.stop()).toBeNull();
  expect((await bench.commits()).filter(({ control }) => control !== null)).toHaveLength(1);
  expect((await bench.verify()).faults).toEqual([]);
});

it('refuses, part by part, what cannot take the place of the bundle in force, and a record of nothing', async () => {
  await bench.feed(bench.sample('quick-tour', 1300));
  bench.start();
  await bench.committed();
  await mkdir(join(bench.root, 'app'));
  await writeFile(join(bench.root, 'app', 'index.html'), 'app');
  const api = liveApi(bench.desk, 'secret', () => ({}), new LiveMetrics());
  const server = await serve({ root: join(bench.root, 'app'), port: 0, api: (...both) => api.answer(...both) });
  const put = async (body: string, query = 'who=Ana', token = 'secret') => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}v1/ledgers/g/bundle?${query}`, { method: 'PUT', body, headers });
    return [response.status, JSON.stringify(await response.json())] as const;
  };
  const changed = (change: (bundle: Bundle) => Bundle) => bench.tuned(change).then((text) => put(text));
  const same = await bench.tuned((bundle) => bundle);
  expect((await put(same, 'who=Ana', 'guessed'))[0]).toBe(401);
  expect((await put(same))[0]).toBe(409);
  expect(await put(same, 'reason=x')).toMatchObject([400, expect.stringContaining('who decides it is missing')]);
  expect((await put(same, 'who=Ana&expected=abc'))[0]).toBe(412);
  expect(await put('{}')).toMatchObject([422, expect.stringContaining('bundle')]);
  const newer = same.replace(/"version":\d+/, '"version":99');
  expect(await put(newer)).toMatchObject([422, expect.stringMatching(/version/)]);
  const embedder = { name: 'minilm', probe: 'a'.repeat(64), frequencies: null, settings: null };
  expect(await changed((bundle) => ({ ...bundle, embedder }))).toMatchObject([
    422,
    expect.stringContaining('embedder: the bundle was made on \\"minilm\\"'),
  ]);
  const other = await changed(withParameters({ stream: 'agent_id' }));
  expect(other).toMatchObject([422, expect.stringContaining('streams: it splits events by agent_id')]);

  await bench.append(
    controlRecord({
      ...{ kind: 'deployed', bundle: 'b'.repeat(64), stage: 'full', who: 'nobody', reason: '', figures: '' },
      at: '2026-01-05T09:00:00.000Z',
    }),
  );
  await bench.committed();
  await server.close();
  const commits = await bench.commits();
  expect(commits.reduce((sum, { refused }) => sum + refused, 0)).toBe(1);
  expect(commits.filter(({ control }) => control !== null)).toEqual([]);
});

it('a decision that the log does not take is said to be refused, or not to be known where that is so', async () => {
  await bench.feed(bench.sample('quick-tour', 1200));
  const sink = bench.start();
  await bench.committed();
  const calm = await bench.tuned(withParameters({ h: 20 }));
  const failing = (kind: AppendFailure['kind']) => ({
    ...bench.desk,
    transport: { append: () => Promise.reject(new AppendError({ kind, reason: 'no broker' })) },
  });
  const told = async (kind: AppendFailure['kind']) => JSON.stringify(await deploy(failing(kind), calm, ANA));
  expect(await told('unknown')).toMatch(/503.*is not known \(no broker\)/);
  expect(await told('refused')).toMatch(/503.*the log refused it/);
  await sink.stop();
});
