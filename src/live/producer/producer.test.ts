import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendError, type ProducedRecord, type Topic } from '../transport.ts';
import { Breaker } from './breaker.ts';
import { Producer } from './producer.ts';
import { Spool } from './spool.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tautline-producer-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const recordOf = (n: number): ProducedRecord => ({ key: 'g', value: new TextEncoder().encode(String(n)) });
const numberOf = ({ value }: ProducedRecord): number => Number(new TextDecoder().decode(value));

type Mode = 'well' | 'slow' | 'hole' | 'down';

/** A broker whose faults are called: it takes records in order, and tells of it late, never, or not at all. */
class FaultyBroker {
  mode: Mode = 'well';
  readonly taken: number[] = [];
  readonly dead: { readonly n: number; readonly reason: string }[] = [];
  readonly refuses = new Set<number>();
  readonly #stuck = new Set<{ done: () => void; fail: (error: Error) => void; n: number }>();

  readonly append = (topic: Topic, record: ProducedRecord): Promise<void> => {
    const n = numberOf(record);
    if (topic === 'dlq') {
      this.dead.push({ n, reason: record.headers!.reason });
      return Promise.resolve();
    }
    if (this.refuses.has(n)) return Promise.reject(new AppendError({ kind: 'refused', reason: 'too large' }));
    if (this.mode === 'down') return Promise.reject(new AppendError({ kind: 'unknown', reason: 'down' }));
    if (this.mode === 'hole')
      return new Promise((done, fail) => {
        this.#stuck.add({ done, fail, n });
      });
    this.taken.push(n);
    return wait(this.mode === 'slow' ? 80 : 1);
  };

  /** The connection is cut: of what was under way some had come through, and nobody can know. */
  cut(arrives: (n: number) => boolean): number {
    const stuck = [...this.#stuck];
    this.#stuck.clear();
    for (const { n, fail } of stuck) {
      if (arrives(n)) this.taken.push(n);
      fail(new AppendError({ kind: 'unknown', reason: 'cut' }));
    }
    return stuck.length;
  }
}

const openSpool = (most = 64 << 20, segmentBytes?: number): Promise<Spool> =>
  Spool.open(folder, { most, segmentBytes });

/** Sends numbers at a pace. @returns what was kept, and how long all but one in a hundred calls took, ms */
async function feed(producer: Producer, from: number, to: number, perMs = 2) {
  const took: number[] = [];
  const kept: number[] = [];
  const all: Promise<unknown>[] = [];
  for (let n = from; n < to;) {
    for (let i = 0; i < 10 * perMs && n < to; i++, n++) {
      const [began, own] = [performance.now(), n];
      const sent = producer.send(recordOf(n));
      took.push(performance.now() - began);
      all.push(sent.then(() => kept.push(own)).catch(() => undefined));
    }
    await wait(10);
  }
  await Promise.all(all);
  took.sort((a, b) => a - b);
  return { kept: kept.sort((a, b) => a - b), p99: took[Math.floor(0.99 * took.length)] };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const firstTimes = (taken: readonly number[]): number[] => [...new Set(taken)];

describe('a breaker', () => {
  it('opens when half of a hundred are bad, lets one try after a second, and closes by a good one', () => {
    let now = 0;
    const breaker = new Breaker(() => now);
    for (let i = 0; i < 98; i++) breaker.note(i % 2 === 0, false);
    expect(breaker.state).toBe('closed');
    breaker.note(false, false);
    expect([breaker.state, breaker.opened, breaker.rest]).toEqual(['open', 1, 1000]);
    now = 999;
    expect(breaker.probe()).toBe(false);
    now = 1000;
    expect([breaker.probe(), breaker.probe(), breaker.state]).toEqual([true, false, 'half-open']);
    breaker.note(true, false);
    breaker.note(false, true);
    expect([breaker.state, breaker.rest]).toEqual(['open', 1000]);
    now = 2000;
    breaker.probe();
    breaker.note(true, true);
    expect(breaker.state).toBe('closed');
    // What was before is forgotten.
    for (let i = 0; i < 49; i++) breaker.note(false, false);
    expect(breaker.state).toBe('closed');
  });
});

describe('a producer', () => {
  it('hands a well broker everything at once and in order, and has nothing on disk', async () => {
    const broker = new FaultyBroker();
    const producer = new Producer({ append: broker.append, spool: await openSpool() });
    const { kept } = await feed(producer, 0, 500);
    expect([kept, broker.taken]).toEqual([range(0, 500), range(0, 500)]);
    expect(producer.health).toMatchObject({ breaker: 'closed', opened: 0, records: { acked: 500, spooled: 0 } });
    expect(producer.health.latency.count).toBe(500);
    await producer.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[Mode, (broker: FaultyBroker) => void]>([
    ['slow', () => undefined],
    ['down', () => undefined],
    ['hole', (broker) => broker.cut(() => false)],
    ['hole', (broker) => broker.cut((n) => n % 3 === 0)],
  ])('keeps everything while the broker is %s, opens, and is through within 3 s of health', async (mode, heal) => {
    const broker = new FaultyBroker();
    const producer = new Producer({ append: broker.append, spool: await openSpool() });
    await feed(producer, 0, 100);
    broker.mode = mode;
    const { kept, p99 } = await feed(producer, 100, 2000);
    expect(kept).toEqual(range(100, 2000));
    expect(p99).toBeLessThan(5);
    expect(producer.health.breaker).not.toBe('closed');
    expect(producer.health.opened).toBeGreaterThan(0);
    expect(producer.health.waiting).toBeGreaterThan(500);
    broker.mode = 'well';
    heal(broker);
    await expect.poll(() => producer.health.waiting, { timeout: 3000 }).toBe(0);
    expect((await feed(producer, 2000, 2100)).kept).toEqual(range(2000, 2100));
    expect(producer.health.breaker).toBe('closed');
    expect([...new Set(broker.taken)].sort((a, b) => a - b)).toEqual(range(0, 2100));
    // What was never under way arrives in order.
    expect(firstTimes(broker.taken).filter((n) => n >= 1200)).toEqual(range(1200, 2100));
    if (mode === 'down') expect(firstTimes(broker.taken)).toEqual(range(0, 2100));
    await producer.close();
  });
});

describe('what a producer cannot bring', () => {
  it('is kept when a full queue is cut, in order but for what was cut', async () => {
    const broker = new FaultyBroker();
    const producer = new Producer({ append: broker.append, spool: await openSpool() });
    broker.mode = 'hole';
    const all = range(0, 12_000).map((n) => producer.send(recordOf(n)));
    expect(producer.health.underWay).toBe(10_000);
    await Promise.all(all);
    broker.mode = 'well';
    expect(broker.cut((n) => n < 5000)).toBe(10_000);
    await expect.poll(() => producer.health.waiting, { timeout: 10_000 }).toBe(0);
    expect([...new Set(broker.taken)].sort((a, b) => a - b)).toEqual(range(0, 12_000));
    expect(broker.taken.length).toBeLessThan(18_000);
    await producer.close();
  });

  it('goes to the dead letters with the reason where it is refused, also from disk', async () => {
    const broker = new FaultyBroker();
    const producer = new Producer({ append: broker.append, spool: await openSpool() });
    for (const n of [3, 150]) broker.refuses.add(n);
    await feed(producer, 0, 10);
    broker.mode = 'down';
    await feed(producer, 10, 400);
    broker.mode = 'well';
    await expect.poll(() => producer.health.waiting, { timeout: 3000 }).toBe(0);
    expect(broker.dead).toEqual([3, 150].map((n) => ({ n, reason: 'too large' })));
    expect(firstTimes(broker.taken)).toEqual(range(0, 400).filter((n) => n !== 3 && n !== 150));
    expect(producer.health.records).toMatchObject({ 'dead-letter': 2, dropped: 0 });
    await producer.close();
  });

  it('is dropped where the spool is full: the newest, counted and said', async () => {
    const broker = new FaultyBroker();
    const producer = new Producer({ append: broker.append, spool: await openSpool(20_000) });
    broker.mode = 'down';
    const { kept, p99 } = await feed(producer, 0, 2000);
    expect(kept).toEqual(range(0, kept.length));
    expect(kept.length).toBeGreaterThan(650);
    expect(kept.length).toBeLessThan(750);
    expect(p99).toBeLessThan(5);
    expect(producer.health).toMatchObject({ spoolProblem: 'it has its 20000 bytes' });
    expect(producer.health.records.dropped).toBe(2000 - kept.length);
    broker.mode = 'well';
    await expect.poll(() => producer.health.waiting, { timeout: 3000 }).toBe(0);
    expect(firstTimes(broker.taken)).toEqual(kept);
    expect((await feed(producer, 5000, 5100)).kept).toEqual(range(5000, 5100));
    await producer.close();
  });

  it('is dropped and counted where the disk has no room, and kept when it has again', async ({ skip }) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', folder]);
    skip(mounted.status !== 0, 'no tmpfs can be mounted here');
    try {
      const broker = new FaultyBroker();
      const producer = new Producer({ append: broker.append, spool: await openSpool(64 << 20, 20_000) });
      broker.mode = 'down';
      const { kept, p99 } = await feed(producer, 0, 5000, 10);
      expect(p99).toBeLessThan(5);
      expect(producer.health.spoolProblem).toBe('ENOSPC');
      expect(kept.length).toBeGreaterThan(1500);
      expect(producer.health.records.dropped).toBe(5000 - kept.length);
      broker.mode = 'well';
      await expect.poll(() => producer.health.waiting, { timeout: 3000 }).toBe(0);
      expect(kept.filter((n) => !broker.taken.includes(n))).toEqual([]);
      broker.mode = 'down';
      expect((await feed(producer, 5000, 5400)).kept).toEqual(range(5000, 5400));
      expect(producer.health.spoolProblem).toBe(null);
      await producer.close();
    } finally {
      spawnSync('umount', ['-l', folder]);
    }
  });

  it('is sent by the next process, first and in order', async () => {
    const broker = new FaultyBroker();
    broker.mode = 'down';
    const first = new Producer({ append: broker.append, spool: await openSpool() });
    await feed(first, 0, 3000, 10);
    await first.close();
    broker.mode = 'well';
    const second = new Producer({ append: broker.append, spool: await openSpool() });
    await feed(second, 3000, 3100);
    await expect.poll(() => second.health.waiting, { timeout: 3000 }).toBe(0);
    expect(broker.taken).toEqual(range(0, 3100));
    await second.close();
    expect((await readdir(folder)).filter((name) => name.endsWith('.spool'))).toEqual([]);
  });

  it('stands in its figures, as OpenMetrics', async () => {
    const broker = new FaultyBroker();
    const producer = new Producer({ append: broker.append, spool: await openSpool() });
    await feed(producer, 0, 50);
    const text = await producer.metrics.text();
    expect(text).toMatch(/^tautline_append_seconds_count 50$/m);
    expect(text).toMatch(/^tautline_records_total\{fate="acked"\} 50$/m);
    expect(text).toMatch(/^tautline_breaker_state 0$/m);
    expect(text.trimEnd().endsWith('# EOF')).toBe(true);
    await producer.close();
  });
});

describe('a spool', () => {
  const fill = async (spool: Spool, from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 20)
      await Promise.all(range(n, n + 20).map((own) => spool.append(recordOf(own))!.kept));
  };
  const readAll = async (spool: Spool): Promise<(number | null)[]> => {
    const found: (number | null)[] = [];
    for (let at = spool.first; ;) {
      const next = await spool.read(at, 50);
      if (next.length === 0) return found;
      found.push(...next.map(({ record }) => record && numberOf(record)));
      at = next.at(-1)!.sequence + 1;
    }
  };

  it('has several files, which go when all in them was taken', async () => {
    const spool = await openSpool(1 << 20, 1000);
    await fill(spool, 0, 200);
    expect(await readAll(spool)).toEqual(range(0, 200));
    const before = (await readdir(folder)).length;
    await spool.done(100);
    expect((await readdir(folder)).length).toBeLessThan(before);
    expect((await spool.read(100, 1))[0].sequence).toBe(100);
    await spool.done(200);
    expect(spool.bytes).toBe(0);
    await spool.close();
  });

  it('that is damaged gives all other records, counts those that are lost, and keeps the file', async () => {
    const first = await openSpool(1 << 20, 1000);
    await fill(first, 0, 200);
    await first.close();
    const [, name] = (await readdir(folder)).filter((found) => found.endsWith('.spool'));
    const path = join(folder, name);
    const bytes = await readFile(path);
    bytes[Math.floor(bytes.length / 2)] ^= 255;
    await writeFile(path, bytes);
    const second = await openSpool(1 << 20, 1000);
    const found = await readAll(second);
    expect(second.damaged).toBeGreaterThan(0);
    expect(found.length).toBe(200 - second.damaged);
    expect(found).toEqual(range(0, 200).filter((n) => found.includes(n)));
    expect((await readdir(folder)).filter((own) => own.endsWith('.damaged'))).toHaveLength(1);
    await second.close();
  });

  it('damaged while it is open, and cut by a crash at the end, goes on', async () => {
    const first = await openSpool(1 << 20, 1000);
    await fill(first, 0, 100);
    const names = (await readdir(folder)).filter((found) => found.endsWith('.spool')).sort();
    await writeFile(join(folder, names[0]), 'x');
    expect((await readAll(first)).filter((n) => n === null)).toHaveLength(first.damaged);
    expect(first.damaged).toBeGreaterThan(0);
    await first.close();
    const last = join(folder, names.at(-1)!);
    const bytes = await readFile(last);
    await writeFile(last, bytes.subarray(0, bytes.length - 3));
    const second = await openSpool(1 << 20, 1000);
    expect((await readAll(second)).at(-1)).toBe(98);
    await fill(second, 100, 120);
    expect((await readAll(second)).slice(-21)).toEqual([98, ...range(100, 120)]);
    await second.close();
  });
});
