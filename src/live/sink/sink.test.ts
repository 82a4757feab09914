import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMulberry32 } from '../../core/random.ts';
import { testKernels } from '../../kernels/testing.ts';
import { nodePlatform } from '../../ledger/parquet.node.ts';
import type { LedgerEvent } from '../live_pb.ts';
import { openLocalLog, type LocalLog } from '../log/localLog.ts';
import { eventRecord, sampleEvents, tickRecord } from '../replay.ts';
import { shuffled } from '../killing.ts';
import { commitAt, newestCommit } from './commitLog.ts';
import { Sink, type SinkOptions, type SinkPoint } from './sink.ts';
import { alertsOf, verifyLedger } from './verify.ts';

const kernels = testKernels();
const platform = nodePlatform();
let root = '';
let log: LocalLog;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tautline-sink-'));
  log = await openLocalLog(join(root, 'log'));
});
afterEach(async () => {
  await log.close();
  await rm(root, { recursive: true, force: true });
});

const folder = (): string => join(root, 'ledger');
const sinkOf = (options: Partial<SinkOptions> = {}): Sink =>
  new Sink({ folder: folder(), transport: log, group: 'g', kernels, platform, unitMs: 50, unitRows: 700, ...options });

async function feed(events: readonly LedgerEvent[]): Promise<void> {
  await Promise.all(events.map((event) => log.append('ledger', { key: 'g', value: eventRecord(event) })));
  const last = Math.max(...events.map(({ sourceMicros }) => Number(sourceMicros)));
  await log.append('ledger', { key: 'g', value: tickRecord(last + 3_000_000) });
}

const committedTo = async (): Promise<number> =>
  (await commitAt(folder(), await newestCommit(folder()).catch(() => -1)))?.source.to ?? 0;

/** Runs a sink until the log is committed, or it is stopped at a point. */
async function follow(options: Partial<SinkOptions> = {}): Promise<unknown> {
  const end = new AbortController();
  const { end: to } = await log.range('ledger', 0);
  const running = sinkOf(options)
    .run(end.signal)
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  let ended = false;
  void running.then(() => (ended = true));
  while (!ended && (await committedTo()) < to) await new Promise((done) => setTimeout(done, 20));
  end.abort();
  return running;
}

const commits = async () =>
  Promise.all(
    Array.from({ length: (await newestCommit(folder())) + 1 }, async (_, n) => (await commitAt(folder(), n))!),
  );

describe('a sink', () => {
  it('fed the fracture shuffled and with doubles raises DRIFT at event 12,403, as its analysis does', async () => {
    const events = sampleEvents(kernels, 'fracture', 13_200);
    await feed(shuffled(events, 1));
    const said: string[] = [];
    expect(await follow({ say: (sentence) => said.push(sentence) })).toBeNull();
    expect(said.join()).toContain('fitted on 2000 events');
    const verified = await verifyLedger(folder(), kernels, platform);
    expect(verified.faults).toEqual([]);
    expect(verified.events).toBe(13_200);
    const all = await commits();
    expect(all.reduce((sum, { doubles }) => sum + doubles, 0)).toBeGreaterThan(500);
    expect(all.reduce((sum, { late }) => sum + late, 0)).toBe(0);
    const drift = alertsOf(all).filter(({ kind }) => kind === 'DRIFT');
    expect(drift.map(({ fired, stream }) => [fired, stream])).toContainEqual([12_403, 'provider-3']);
  });

  it('leaves out what is no event of the ledger, counts it, and counts what senders dropped', async () => {
    const events = sampleEvents(kernels, 'quick-tour', 2300).map((event, i) => {
      event.producer = 'p';
      event.sequence = BigInt(i < 500 ? i + 1 : i + 8);
      return event;
    });
    events[100].embedding = events[100].embedding.slice(0, 128);
    events[200].uid = '';
    events[300].embedding = new Uint8Array(new Float32Array(64).fill(Number.NaN).buffer);
    await log.append('ledger', { key: 'g', value: new Uint8Array([255, 255]) });
    await feed(events);
    expect(await follow({ stateEvery: 1000, stateMs: 0 })).toBeNull();
    const all = await commits();
    expect(all.filter(({ kind, bundle }) => kind === 'unit' && bundle).map(({ hasState }) => hasState)).toContain(true);
    const sum = (of: 'refused' | 'dropped') => all.reduce((total, commit) => total + commit[of], 0);
    expect([sum('refused'), sum('dropped')]).toEqual([4, 7]);
    const verified = await verifyLedger(folder(), kernels, platform);
    expect([verified.faults, verified.events]).toEqual([[], 2297]);
  });

  it('stopped at every point and started again loses no row, doubles none and raises the same', async () => {
    const events = sampleEvents(kernels, 'quick-tour');
    await feed(shuffled(events, 2));
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
    const verified = await verifyLedger(folder(), kernels, platform);
    expect(verified.faults).toEqual([]);
    expect(verified.events).toBe(events.length);
    expect(verified.alerts).toBeGreaterThan(0);
    expect((await readdir(folder(), { recursive: true })).filter((name) => /pending|tmp$/.test(name))).toEqual([]);
  });

  it('that another took the ledger from commits nothing more', async () => {
    await feed(sampleEvents(kernels, 'quick-tour', 1200));
    const end = new AbortController();
    const older = sinkOf({ unitMs: 100_000 })
      .run(end.signal)
      .catch((thrown: unknown) => thrown);
    while ((await newestCommit(folder())) < 0) await new Promise((done) => setTimeout(done, 5));
    expect(await follow()).toBeNull();
    const before = await newestCommit(folder());
    end.abort();
    expect(JSON.stringify(await older)).toContain('another process owns the ledger');
    expect(await newestCommit(folder())).toBe(before);
    expect((await verifyLedger(folder(), kernels, platform)).faults).toEqual([]);
  });

  it('refuses a log that was made anew, and verify finds a file that was changed', async () => {
    await feed(sampleEvents(kernels, 'quick-tour', 1200));
    await follow();
    const [{ path }] = (await commits()).flatMap(({ add }) => add);
    const bytes = await readFile(join(folder(), path));
    bytes[100] ^= 1;
    await writeFile(join(folder(), path), bytes);
    expect((await verifyLedger(folder(), kernels, platform)).faults).toEqual([`${path} is not what was committed`]);
    await log.close();
    await rm(join(root, 'log'), { recursive: true });
    log = await openLocalLog(join(root, 'log'));
    expect(JSON.stringify(await follow())).toContain('from another topic');
  });
});
