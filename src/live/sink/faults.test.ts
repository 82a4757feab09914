import { tableFromIPC } from 'apache-arrow';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForAnalysis } from '../../analysis/open.ts';
import { nodePlatform } from '../../ledger/parquet.node.ts';
import { LiveBench } from '../testing.ts';

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const HOUR = 3_600_000;

it('ends where the disk has no room, with nothing half committed, and goes on when it has again', async ({ skip }) => {
  await mkdir(bench.folder);
  const mount = (...options: string[]) => spawnSync('mount', [...options, 'tmpfs', bench.folder]).status;
  skip(mount('-t', 'tmpfs', '-o', 'size=1m') !== 0, 'no tmpfs can be mounted here');
  try {
    const events = bench.sample('quick-tour', 6000);
    await bench.feed(events);
    expect(String(await bench.follow({ collect: 100_000 }))).toContain('ENOSPC');
    const before = (await bench.commits()).at(-1)!.events.to;
    expect(before).toBeLessThan(events.length);
    expect((await bench.verify()).faults).toEqual([]);
    expect(mount('-o', 'remount,size=64m')).toBe(0);
    expect(await bench.follow({ collect: 100_000 })).toBeNull();
    expect(await bench.verify()).toMatchObject({ faults: [], events: events.length });
  } finally {
    spawnSync('umount', ['-l', bench.folder]);
  }
});

it('rows are in the folder of their own hour, and a clock that goes back does not take theirs back', async () => {
  const events = bench.sample('quick-tour', 2400);
  const start = Number(events[0].sourceMicros);
  // From 1,200 on it is the next hour; ten senders' clocks are two hours behind.
  for (const [i, event] of events.entries())
    event.sourceMicros = BigInt(
      start + i * 100_000 + (i >= 1200 ? HOUR * 1000 : 0) - (i >= 2000 && i < 2010 ? 2 * HOUR * 1000 : 0),
    );
  await bench.feed(events);
  expect(await bench.follow({ unitRows: 500 })).toBeNull();
  const commits = await bench.commits();
  expect(commits.reduce((sum, { late }) => sum + late, 0)).toBe(10);
  const paths = commits.flatMap(({ add }) => add.map(({ path }) => path));
  const hours = new Set<string>();
  const times: (readonly [id: number, ts: number])[] = [];
  for (const path of paths) {
    const blob = new Blob([await readFile(join(bench.folder, path))]);
    const source = { kind: 'files', files: [{ path, blob }] } as const;
    const { columns } = await openForAnalysis(source, null, { platform: nodePlatform() });
    const [, hour] = /hour=([^/]+)/.exec(path)!;
    hours.add(hour);
    for (let i = 0; i < columns.n; i++) {
      expect(new Date(columns.time[i]).toISOString().slice(0, 13).replace(/\D/g, '')).toBe(hour.replace(/\D/g, ''));
      times.push([Number(columns.eventId[i]), columns.time[i]]);
    }
  }
  expect(hours.size).toBe(2);
  times.sort(([a], [b]) => a - b);
  expect(times).toHaveLength(events.length);
  expect(times.every(([, ts], i) => i === 0 || ts >= times[i - 1][1])).toBe(true);
  expect((await bench.verify()).faults).toEqual([]);
});

it('keeps every attribute of an event, however many there are', async () => {
  const events = bench.sample('quick-tour', 8);
  for (let i = 0; i < 70; i++) events[3].attributes[`a${String(i).padStart(2, '0')}`] = `value ${i}`;
  await bench.feed(events);
  expect(await bench.follow()).toBeNull();
  const paths = (await bench.commits()).flatMap(({ add }) => add.map(({ path }) => path));
  const { readParquet } = await nodePlatform().parquet();
  const all: Record<string, unknown>[] = [];
  for (const path of paths) {
    const table = readParquet(await readFile(join(bench.folder, path)));
    all.push(
      ...tableFromIPC(table.intoIPCStream())
        .toArray()
        .map((row) => ({ ...row.toJSON() })),
    );
  }
  const row = all.find(({ event_id }) => Number(event_id) === 3)!;
  expect([row['attribute.a00'], row['attribute.a63']]).toEqual(['value 0', 'value 63']);
  expect(JSON.parse(row.attributes as string)).toEqual(
    Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`a${64 + i}`, `value ${64 + i}`])),
  );
});
