import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForAnalysis } from '../analysis/open.ts';
import { laneFigures } from '../detection/lanes.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deploy, propose, step } from './deploy.ts';
import { isTaken } from './sink/lane.ts';
import { LiveBench, withParameters } from './testing.ts';

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const stages = async () =>
  (await bench.commits()).flatMap(({ control }) => (control ? [[control.kind, control.stage, control.who]] : []));
/** The sink says so a moment after the commit is there. */
const lanesAre = (lanes: object): Promise<void> => expect.poll(() => bench.desk.lanes()).toMatchObject(lanes);
const ANA = { who: 'Ana', reason: '' };

it('a candidate runs beside, with a shadow lane; people bring it forward, it steps back by itself', async () => {
  const events = bench.sample('quick-tour');
  await bench.feed(events.slice(0, 1500));
  const first = bench.start();
  await bench.committed();
  const before = (await bench.commits()).at(-1)!.bundle!;
  expect(await step(bench.desk, 'promoted', ANA)).toMatchObject({ status: 409 });
  const nervous = await bench.tuned(withParameters({ h: 0.5 }));
  const proposed = await propose(bench.desk, nervous, ANA);
  expect(proposed).toMatchObject({ status: 200, event: 1500 });
  await bench.feed(events.slice(1500, 2500));
  await bench.committed();
  await lanesAre({ stage: 'shadow', former: before, since: 1500, events: 1000 });
  // It goes on where it stood, in another process too.
  expect(await first.stop()).toBeNull();
  const second = bench.start();
  await bench.feed(events.slice(2500, 2600));
  await bench.committed();
  await lanesAre({ stage: 'shadow', since: 1500, events: 1100 });

  expect(await step(bench.desk, 'promoted', { ...ANA, expected: 'canary' })).toMatchObject({ status: 412 });
  expect(await step(bench.desk, 'promoted', { ...ANA, expected: 'shadow' })).toMatchObject({ status: 200 });
  await bench.feed(events.slice(2600));
  await expect.poll(stages, { timeout: 20_000 }).toHaveLength(3);
  await bench.committed();
  const commits = await bench.commits();
  expect(await stages()).toEqual([
    ['candidate', 'shadow', 'Ana'],
    ['promoted', 'canary', 'Ana'],
    ['stepped-back', 'shadow', 'tautline'],
  ]);
  const back = commits.find(({ control }) => control?.kind === 'stepped-back')!.control!;
  expect(back.reason).toMatch(/^It raises more: \d+ alerts of its own/);
  expect(JSON.parse(back.figures)).toMatchObject({ onlyFormer: expect.any(Number), p: expect.any(Number) });
  expect(commits.at(-1)!.bundle).toBe(before);
  const { onlyCandidate, candidate, former } = laneFigures(bench.desk.lanes()!);
  expect(onlyCandidate).toBeGreaterThan(5);
  expect(candidate.count).toBeGreaterThan(former.count);

  expect(await second.stop()).toBeNull();
  expect((await bench.verify()).faults).toEqual([]);
  const files = commits.flatMap(({ add }) => add);
  const named = await Promise.all(
    files.map(async ({ path }) => ({ path, blob: new Blob([await readFile(join(bench.folder, path))]) })),
  );
  const opened = await openForAnalysis({ kind: 'files', files: named }, null, { platform: nodePlatform() });
  const lane = await opened.streamColumn('shadow_th');
  const hash = 'bundle' in proposed ? proposed.bundle : '';
  const expected = events.map((event, i) => (i >= 1500 && isTaken(hash, event) ? 'f333333333333' : null));
  const { codes, values } = lane!.column;
  expect(Array.from(codes, (code) => (code < 0 ? null : values[code]))).toEqual(expected);
  const taken = expected.filter((th) => th !== null).length;
  expect(taken / (events.length - 1500)).toBeGreaterThan(0.01);
  expect(taken / (events.length - 1500)).toBeLessThan(0.12);
  expect(commits.reduce((sum, commit) => sum + commit.taken, 0)).toBe(taken);
});

it('in force the candidate keeps what it remembers, and the former one runs on until it is settled', async () => {
  const events = bench.sample('quick-tour', 3600);
  await bench.feed(events.slice(0, 1500));
  bench.start();
  await bench.committed();
  const before = (await bench.commits()).at(-1)!.bundle!;
  const alike = await bench.tuned(withParameters({ h: 8.6 }));
  const proposed = await propose(bench.desk, alike, ANA);
  await bench.feed(events.slice(1500, 2400));
  for (const stage of ['canary', 'full'])
    expect([stage, await step(bench.desk, 'promoted', ANA)]).toMatchObject([stage, { status: 200 }]);
  const hash = 'bundle' in proposed ? proposed.bundle : '';
  await bench.feed(events.slice(2400, 3000));
  await bench.committed();
  expect((await bench.commits()).at(-1)).toMatchObject({ bundle: hash, beside: { bundle: before, stage: 'full' } });
  expect(await step(bench.desk, 'stepped-back', ANA)).toMatchObject({ status: 200 });
  expect((await bench.commits()).at(-1)).toMatchObject({ kind: 'bundle', bundle: before });
  expect(await step(bench.desk, 'promoted', ANA)).toMatchObject({ status: 200 });
  expect(await step(bench.desk, 'promoted', ANA)).toMatchObject({ status: 200 });
  await expect.poll(() => bench.desk.lanes()).toBeNull();
  await bench.feed(events.slice(3000));
  await bench.committed();
  expect((await bench.commits()).at(-1)).toMatchObject({ bundle: hash, beside: null });
  expect(await deploy(bench.desk, alike, ANA)).toMatchObject({ status: 409 });
  const verified = await bench.verify();
  expect(verified.faults).toEqual([]);
});
