import * as arrow from 'apache-arrow';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stretchesOf } from '../../detection/files/stretches.ts';
import { nodePlatform } from '../../ledger/parquet.node.ts';
import { deploy } from '../deploy.ts';
import { LiveBench, withParameters } from '../testing.ts';
import { chunksOf, compact, type CompactOptions, type CompactPoint } from './compact.ts';
import { alertsOf } from './verify.ts';

const platform = nodePlatform();
/** Hours are over as soon as another one has begun, and files are gone at once. */
const AT_ONCE = { olderMs: 0, keepMs: 0 };

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const run = (options: Partial<CompactOptions> = {}) =>
  compact({ folder: bench.folder, platform, ...AT_ONCE, ...options });

/** Files as anybody finds them, who knows nothing of commits. */
const found = async (suffix = '.parquet'): Promise<string[]> =>
  (await readdir(bench.folder, { recursive: true })).filter((name) => name.endsWith(suffix)).sort();

/** Every row of all files there are, with every column, by event_id. */
async function rows(): Promise<readonly string[]> {
  const parquet = await platform.parquet();
  const all: [bigint, string][] = [];
  for (const path of await found()) {
    const table = arrow.tableFromIPC(
      parquet.readParquet(new Uint8Array(await readFile(join(bench.folder, path)))).intoIPCStream(),
    );
    const provider = path.split('/')[0];
    for (const row of table) {
      const fields = Object.entries(row!.toJSON() as Record<string, unknown>)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, value instanceof arrow.Vector ? [...(value as Iterable<unknown>)] : value])
        .sort();
      all.push([
        row!.event_id as bigint,
        JSON.stringify([provider, ...fields], (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
      ]);
    }
  }
  return all.sort(([a], [b]) => Number(a - b)).map(([, text]) => text);
}

const spread = (events: ReturnType<LiveBench['sample']>, seconds: number) => {
  events.forEach((event, i) => (event.sourceMicros += BigInt(1_000_000 * seconds * i)));
  return events;
};

/** A ledger of several hours, with another bundle in force from its middle on. */
async function ledger(): Promise<void> {
  const events = spread(bench.sample('quick-tour', 1700), 6);
  events.forEach((event, i) => {
    if (i % 700 === 3) event.attributes.rare = `v${i}`;
    if (i % 50 === 7) event.embedding = new Uint8Array();
  });
  await bench.feed(events.slice(0, 1200));
  const sink = bench.start({ unitRows: 40 });
  await bench.committed();
  await deploy(bench.desk, await bench.tuned(withParameters({ h: 0.5 })), { who: 'Ana', reason: '' });
  await bench.feed(events.slice(1200));
  await bench.committed();
  await sink.stop();
}

describe('compacting a ledger', () => {
  it('makes few files of many, with the same rows in every column, and the same alerts', async () => {
    await ledger();
    const [before, many, alerts] = [await rows(), await found(), alertsOf(await bench.commits())];
    expect(alerts.length).toBeGreaterThan(3);

    const all = stretchesOf(await bench.commits());
    expect(all.map(({ from }) => from)).toEqual([0, ...all.slice(0, -1).map(({ to }) => to)]);
    const cut = (await bench.commits()).find(({ control }) => control)!.events.to;
    const chunks = chunksOf(all, [cut], 300);
    expect(chunks.length).toBeGreaterThan(4);
    for (const chunk of chunks) {
      const [from, to] = [chunk[0].from, chunk.at(-1)!.to];
      expect([new Set(chunk.map(({ hour }) => hour)).size, to - from <= 300, from < cut && cut < to]).toEqual([
        ...[1, true, false],
      ]);
    }

    const nothing = { made: 0, replaced: 0, deleted: 0 };
    expect(await run({ olderMs: 86_400_000 })).toEqual(nothing);
    const done = await run({ keepMs: 3_600_000 });
    const few = await found();
    expect([done.made > 0, done.replaced > 100, done.deleted]).toEqual([true, true, 0]);
    expect(few.length).toBe(many.length - done.replaced + done.made);
    expect(few.length).toBeLessThan(many.length / 2);
    expect(await found('.removed')).toHaveLength(done.replaced);
    expect(await rows()).toEqual(before);
    expect((await run()).deleted).toBe(done.replaced);
    expect(await found('.removed')).toEqual([]);
    const verified = await bench.verify();
    expect([verified.faults, verified.events, verified.files]).toEqual([[], 1700, few.length]);
    expect(alertsOf(await bench.commits())).toEqual(alerts);
    expect(await run()).toEqual(nothing);
  });

  it('beside a running sink fences it not, and is not undone by it', async () => {
    const events = spread(bench.sample('quick-tour', 1600), 6);
    await bench.feed(events);
    const sink = bench.start({ unitRows: 20 });
    let [made, isOver] = [0, false];
    const committed = bench.committed().then(() => (isOver = true));
    for (;;) {
      const wasOver = isOver;
      made += (await run()).made;
      if (wasOver) break;
    }
    await committed;
    expect(await sink.stop()).toBeNull();
    const kinds = (await bench.commits()).map(({ kind }) => kind);
    expect(kinds.lastIndexOf('unit')).toBeGreaterThan(kinds.indexOf('compaction'));
    expect(made).toBeGreaterThan(5);
    // Another owner begins behind a compaction too.
    expect(await bench.follow()).toBeNull();
    const verified = await bench.verify();
    expect([verified.faults, verified.events]).toEqual([[], 1600]);
    expect(await rows()).toHaveLength(1600);
  });

  it('stopped at every point is redone or undone exactly, and readers of all files see no row twice', async () => {
    await ledger();
    const before = await rows();
    const [path] = await found();
    const bytes = await readFile(join(bench.folder, path));
    await writeFile(join(bench.folder, path), bytes.subarray(1));
    await expect(run()).rejects.toMatchObject({ error: { problem: 'it is not what was committed' } });
    await writeFile(join(bench.folder, path), bytes);
    const points: CompactPoint[] = ['merged', 'compacting', 'compacted', 'hidden', 'unlinked'];
    for (const [i, point] of [...points, 'compacted' as const, 'hidden' as const].entries()) {
      let left = 1 + (i % 3);
      const at = (reached: CompactPoint): void => {
        if (reached === point && --left === 0) throw new Error('stopped');
      };
      await run({ at, mostRows: 100 + 50 * i }).catch((thrown: unknown) => expect(String(thrown)).toMatch(/stopped/));
      const seen = await rows();
      expect(new Set(seen).size).toBe(seen.length);
      if (i % 2 === 0) expect(await bench.follow()).toBeNull();
    }
    await run();
    expect(await rows()).toEqual(before);
    expect((await bench.verify()).faults).toEqual([]);
    expect(await found('.merging')).toEqual([]);
    expect(await found('.removed')).toEqual([]);
  });
});
