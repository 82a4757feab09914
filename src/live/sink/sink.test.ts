import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMulberry32 } from '../../core/random.ts';
import { shuffled } from '../killing.ts';
import { LiveBench } from '../testing.ts';
import { newestCommit } from './commitLog.ts';
import type { SinkOptions, SinkPoint } from './sink.ts';
import { alertsOf } from './verify.ts';

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const COLLECT = { collect: 2000 };
const follow = (options: Partial<SinkOptions> = {}): Promise<unknown> => bench.follow({ ...COLLECT, ...options });

describe('a sink', () => {
  it('fed the fracture shuffled and with doubles raises DRIFT at event 12,403, as its analysis does', async () => {
    const events = bench.sample('fracture', 13_200);
    await bench.feed(shuffled(events, 1));
    const said: string[] = [];
    expect(await follow({ say: (sentence) => said.push(sentence) })).toBeNull();
    expect(said.join()).toContain('fitted on 2000 events');
    const verified = await bench.verify();
    expect(verified.faults).toEqual([]);
    expect(verified.events).toBe(13_200);
    const all = await bench.commits();
    expect(all.reduce((sum, { doubles }) => sum + doubles, 0)).toBeGreaterThan(500);
    expect(all.reduce((sum, { late }) => sum + late, 0)).toBe(0);
    const drift = alertsOf(all).filter(({ kind }) => kind === 'DRIFT');
    expect(drift.map(({ fired, stream }) => [fired, stream])).toContainEqual([12_403, 'provider-3']);
  });

  it('fits the first bundle on events that the time alone lets through', async () => {
    await bench.feed(bench.sample('quick-tour', 2004));
    expect(await follow({ unitRows: 10_000, unitMs: 60_000 })).toBeNull();
    const bundles = (await bench.commits()).filter(({ kind }) => kind === 'bundle');
    expect(bundles.map(({ events }) => events.to)).toEqual([2004]);
  });

  it('leaves out what is no event of the ledger, counts it, and counts what senders dropped', async () => {
    const events = bench.sample('quick-tour', 2300).map((event, i) => {
      event.producer = 'p';
      event.sequence = BigInt(i < 500 ? i + 1 : i + 8);
      return event;
    });
    events[100].embedding = events[100].embedding.slice(0, 128);
    events[200].uid = '';
    events[300].embedding = new Uint8Array(new Float32Array(64).fill(Number.NaN).buffer);
    await bench.append(new Uint8Array([255, 255]));
    await bench.feed(events);
    expect(await follow({ stateEvery: 1000, stateMs: 0 })).toBeNull();
    const all = await bench.commits();
    expect(all.filter(({ kind, bundle }) => kind === 'unit' && bundle).map(({ hasState }) => hasState)).toContain(true);
    const sum = (of: 'refused' | 'dropped') => all.reduce((total, commit) => total + commit[of], 0);
    expect([sum('refused'), sum('dropped')]).toEqual([4, 7]);
    const verified = await bench.verify();
    expect([verified.faults, verified.events]).toEqual([[], 2297]);
  });

  it('stopped at every point and started again loses no row, doubles none and raises the same', async () => {
    const events = bench.sample('quick-tour');
    await bench.feed(shuffled(events, 2));
    class Stopped extends Error {}
    const random = openMulberry32(7);
    const points: SinkPoint[] = ['claimed', 'read', 'pending', 'committing', 'committed', 'named', 'state'];
    for (const point of [...points, ...points]) {
      let left = 1 + Math.floor(3 * random());
      const at = (reached: SinkPoint): void => {
        if (reached === point && --left === 0) throw new Stopped(point);
      };
      await follow({ at, stateEvery: 2, unitRows: 300 });
    }
    expect(await follow()).toBeNull();
    const verified = await bench.verify();
    expect(verified.faults).toEqual([]);
    expect(verified.events).toBe(events.length);
    expect(verified.alerts).toBeGreaterThan(0);
    expect((await readdir(bench.folder, { recursive: true })).filter((name) => /pending|tmp$/.test(name))).toEqual([]);
  });

  it('keeps the two newest states, however many it made, and none that no commit names', async () => {
    await bench.feed(bench.sample('quick-tour', 2400));
    const states = async () =>
      (await readdir(join(bench.folder, '_log'))).filter((name) => name.startsWith('state-')).sort();
    expect(await follow({ unitRows: 20, stateEvery: 1, keepStatesMs: 0 })).toBeNull();
    const made = (await bench.commits()).filter(({ hasState }) => hasState);
    expect(made.length).toBeGreaterThan(10);
    expect(await states()).toHaveLength(2);
    const orphan = join(
      bench.folder,
      '_log',
      `state-${String((await newestCommit(bench.folder)) + 1).padStart(20, '0')}.json`,
    );
    await writeFile(orphan, '{}');
    await bench.feed(bench.sample('quick-tour', 2500).slice(2400));
    expect(await follow({ stateEvery: 1, keepStatesMs: 0 })).toBeNull();
    expect(await states()).toHaveLength(2);
    expect((await bench.commits()).at(-1)!.events.to).toBe(2500);
  });

  it('that another took the ledger from commits nothing more', async () => {
    await bench.feed(bench.sample('quick-tour', 1200));
    const older = bench.start({ ...COLLECT, unitMs: 100_000 });
    while ((await newestCommit(bench.folder)) < 0) await new Promise((done) => setTimeout(done, 5));
    expect(await follow()).toBeNull();
    const before = await newestCommit(bench.folder);
    expect(JSON.stringify(await older.stop())).toContain('another process owns the ledger');
    expect(await newestCommit(bench.folder)).toBe(before);
    expect((await bench.verify()).faults).toEqual([]);
  });

  it('refuses a log that was made anew, and verify finds a file that was changed', async () => {
    await bench.feed(bench.sample('quick-tour', 1200));
    await follow();
    const [{ path }] = (await bench.commits()).flatMap(({ add }) => add);
    const bytes = await readFile(join(bench.folder, path));
    bytes[100] ^= 1;
    await writeFile(join(bench.folder, path), bytes);
    expect((await bench.verify()).faults).toEqual([`${path} is not what was committed`]);
    await bench.renewLog();
    expect(JSON.stringify(await follow())).toContain('from another topic');
  });

  it('refuses a log that has less than the ledger has of it, and writes nothing', async () => {
    await bench.feed(bench.sample('quick-tour', 1200));
    expect(await follow()).toBeNull();
    const before = await newestCommit(bench.folder);
    await bench.halveLog();
    expect(JSON.stringify(await follow())).toMatch(
      /the log ends at offset \d+, and the ledger has what it held up to 1201/,
    );
    expect(await newestCommit(bench.folder)).toBe(before);
    expect((await bench.verify()).faults).toEqual([]);
  });
});
