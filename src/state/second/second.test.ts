import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { LedgerSource } from '../../ledger/types.ts';
import { createEngineClient } from '../../workers/client.ts';
import { newEngine, spawnEngineHere, tinyLedger } from '../../workers/testing.ts';
import { agentsOfSide, mapOfSides, profileOfSide, wordsOfSides, type Comparand } from '../drilldown/compare.ts';
import { readCompare, writeCompare, type CompareView } from '../drilldown/compareView.ts';
import { takenBy } from '../otherLedger.ts';
import { createSession, type Session } from '../session.ts';
import { memoryAddress, nodeDatabase, type MemoryAddress } from '../testing.ts';
import { createSecond, type Second } from './second.ts';

/** Real engines behind their wires, a real database each, and an address in memory. */
let databases: readonly Awaited<ReturnType<typeof nodeDatabase>>[];
let first: Session;
let address: MemoryAddress;
let second: Second;
/** Engines of second ledgers that were started and not ended. */
let running: number;
let spawned: number;

const here = (at: 0 | 1): Parameters<typeof createSession>[0] => ({
  createEngine: (onRestart) => createEngineClient({ onRestart, spawn: () => spawnEngineHere(newEngine()) }),
  // They start in two seconds: each serves all tests.
  createDatabase: async () => ({ ...databases[at], close: async () => undefined }),
  address: memoryAddress(),
});

function start(text = ''): void {
  address = memoryAddress(text);
  first = createSession({ ...here(0), address });
  [running, spawned] = [0, 0];
  second = createSecond(first, () => {
    const spawn = () => {
      const worker = spawnEngineHere(newEngine());
      running += 1;
      spawned += 1;
      return {
        ...worker,
        terminate: () => {
          running -= 1;
          worker.terminate();
        },
      };
    };
    return createSession({ ...here(1), createEngine: (onRestart) => createEngineClient({ onRestart, spawn }) });
  });
}

const one = tinyLedger({ name: 'monday.ndjson', texts: true });
const other = tinyLedger({ name: 'tuesday.ndjson', seed: 5, fracture: 200, texts: true });
const state = () => second.store.getState();
const ledger = () => state().session!.store.getState();
const view = () => readCompare(first.store.getState().view.compare);
const change = (next: Partial<CompareView>) => first.actions.setLab({ compare: writeCompare({ ...view(), ...next }) });
const idle = () =>
  vi.waitFor(() => expect([first.isIdle(), second.isIdle()]).toEqual([true, true]), { timeout: 30_000, interval: 5 });

/** Both ledgers whole, by provider "b". */
function sides(): readonly [Comparand, Comparand] {
  const of = (session: Session, id: 'first' | 'second'): Comparand => {
    const { ledger: opened, analysis } = session.store.getState();
    if (opened.phase !== 'open' || !analysis.report) throw new Error('not open');
    const side = { ledger: id, stream: 'b', range: { from: 0, to: analysis.report.events } };
    return { session, report: analysis.report, mapping: opened.report.mapping, name: opened.report.name, side };
  };
  return [of(first, 'first'), of(state().session!, 'second')];
}

beforeAll(async () => {
  databases = await Promise.all([nodeDatabase(), nodeDatabase()]);
});
afterAll(() => Promise.all(databases.map((database) => database.close())));
beforeEach(() => start());
afterEach(() => {
  second.dispose();
  first.dispose();
});

it('opens beside the first on its axes, answers a comparison, and frees its engine when it is closed', async () => {
  await first.actions.open(one);
  await second.open(other);
  await idle();
  expect(state()).toMatchObject({ busy: false, error: null, axes: { shared: true, why: null } });
  expect(address.read()).toContain('with%3Dfile%3Dtuesday.ndjson');
  // What it is measured by is of the first: it has no reference of its own.
  expect(ledger().analysis.report).toMatchObject({ events: 1200, reference: { from: 0, to: 0 } });
  const [a, b] = sides();
  const [before, after] = await Promise.all([profileOfSide(a), profileOfSide(b)]);
  expect([before.own, after.own]).toEqual([400, 400]);
  const map = await mapOfSides(a, b);
  expect(map.side.filter((id) => id === 1)).toHaveLength(392);
  expect(map.side.filter((id) => id === 2)).toHaveLength(392);
  expect(map.apart).toBeGreaterThan(0);
  expect(map.side.slice(0, map.ofFirst)).not.toContain(2);
  // The other way round the points are the same.
  const turned = await mapOfSides(b, a);
  expect([...turned.plane]).toEqual([...map.plane]);
  const { agents, all } = await agentsOfSide(b);
  expect(agents.map(({ agent }) => agent)).toEqual(['b0', 'b1']);
  expect(all!.events).toBe(400);
  expect((await wordsOfSides(a, b)).window.texts).toBeGreaterThan(300);

  second.close();
  await idle();
  expect(state()).toMatchObject({ session: null, axes: null });
  expect([spawned, running]).toEqual([1, 0]);
  expect(address.read()).not.toContain('tuesday');
});

it('follows parameters and reference of the first, or keeps its own', async () => {
  await first.actions.open(one);
  await second.open(other);
  first.actions.setParameters({ h: 12, k: 3 }, true);
  await vi.waitFor(() => expect(ledger().analysis.report?.parameters).toMatchObject({ h: 12, k: 3 }), 20_000);
  await idle();
  expect(ledger().analysis.report).toMatchObject({ k: 3, reference: { from: 0, to: 0 } });
  change({ axes: 'second' });
  await vi.waitFor(() => expect(state().axes?.shared).toBe(false), 20_000);
  await idle();
  expect(state().axes).toEqual({ shared: false, why: null, warnings: [] });
  expect(ledger().analysis.report!.reference.to).toBeGreaterThan(0);
  change({ axes: 'first', streamKey: 'agent_id' });
  await vi.waitFor(() => expect(state().axes?.shared).toBe(true), 20_000);
  await idle();
  expect(ledger().analysis.report).toMatchObject({ streamKey: 'agent_id', reference: { from: 0, to: 0 } });
});

it('says why there are no axes in common, and measures by its own', async () => {
  await first.actions.open(one);
  const flat: LedgerSource = {
    kind: 'files',
    files: [
      {
        path: 'flat.ndjson',
        blob: new Blob(
          Array.from({ length: 400 }, (_, i) =>
            JSON.stringify({ provider_id: 'abc'[i % 3], embedding: [Math.sin(i), Math.cos(i * i), i % 7] }),
          )
            .join('\n')
            .split(/(?=\n)/),
        ),
      },
    ],
  };
  await second.open(flat);
  await idle();
  expect(state().axes).toEqual({
    shared: false,
    why: 'monday.ndjson has vectors of 6 values, flat.ndjson of 3',
    warnings: [],
  });
  expect(ledger().analysis).toMatchObject({ error: null, report: { events: 400 } });
  expect(first.store.getState().toasts).toEqual([]);
  await expect(mapOfSides(...sides())).rejects.toMatchObject({ error: { problem: 'the ledgers are on 6 and 3 axes' } });
});

it('is replaced, goes with the first, and comes back with the address', async () => {
  await first.actions.open(one);
  await second.open(other);
  await second.open(tinyLedger({ name: 'wednesday.ndjson', seed: 9, turns: 100 }));
  await idle();
  expect(ledger().ledger).toMatchObject({ phase: 'open', report: { name: 'wednesday.ndjson' } });
  expect([spawned, running]).toEqual([2, 1]);
  expect(takenBy(ledger().ledger)!.bytes).toBeLessThan(takenBy(first.store.getState().ledger)!.bytes);
  address.back();
  await vi.waitFor(
    () => expect(state().session?.store.getState().ledger).toMatchObject({ report: { name: 'tuesday.ndjson' } }),
    20_000,
  );
  await idle();
  await first.actions.open(tinyLedger({ name: 'else.ndjson', turns: 100 }));
  await idle();
  expect(state().session).toBeNull();
  expect([spawned, running]).toEqual([3, 0]);
});

it('of a link is asked for: a file has to be chosen, an address agreed to', async () => {
  second.dispose();
  first.dispose();
  start('v=1&file=monday.ndjson&compare=with%3Dfile%3Dtuesday.ndjson&compare=a%2B%3D0-50%3Da');
  first.restore();
  expect(state()).toMatchObject({ session: null, asks: null });
  await first.actions.open(one);
  expect(state()).toMatchObject({ session: null, asks: { kind: 'file', name: 'tuesday.ndjson' } });
  await second.open(other);
  await idle();
  expect(state()).toMatchObject({ asks: null, axes: { shared: true } });
  expect(view().a).toEqual({ range: { from: 0, to: 50 }, stream: 'a', ledger: 'second' });
  change({ second: { kind: 'url', url: 'https://example.org/c.parquet' } });
  expect(state()).toMatchObject({ session: null, asks: { kind: 'url', url: 'https://example.org/c.parquet' } });
  expect(running).toBe(0);
});
