import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { TautlineFailure } from '../../core/errors.ts';
import { examine } from '../../detection/drilldown/investigate/examine.ts';
import type { TestTask } from '../../detection/drilldown/investigate/tasks.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { Engine } from '../../workers/engine.ts';
import type { MapOptions } from '../../workers/service/workerPool.ts';
import { newEngine, tinyLedger } from '../../workers/testing.ts';
import { nodeDatabase } from '../testing.ts';
import { investigate, type Investigators } from './investigate.ts';
import { alertKey, createInvestigations } from './investigations.ts';

const PERMUTATIONS = 99;
const options = {
  ledger: { name: 'tiny', fingerprint: 'f' },
  parameters: DEFAULT_PARAMETERS,
  permutations: PERMUTATIONS,
};
let database: Awaited<ReturnType<typeof nodeDatabase>>;
let engine: Engine;
let alert: number;
beforeAll(async () => {
  database = await nodeDatabase();
  engine = newEngine();
  await engine.open(
    tinyLedger({ fracture: 320 }),
    null,
    (ipc) => database.insert('events', ipc),
    () => undefined,
  );
  const { alerts, streams } = await engine.analyze(DEFAULT_PARAMETERS, () => undefined);
  alert = alerts.findIndex(({ kind, stream }) => kind === 'DRIFT' && streams[stream].name === 'c');
});
afterAll(() => database.close());
const ofAlert = (number = alert) => ({ kind: 'alert', alert: number }) as const;

/** Tests in this thread; `broken` ones throw, as after the death of their worker. */
const here = (broken: (task: TestTask) => boolean = () => false): Investigators => ({
  map: async (tasks, { signal }: MapOptions<never> = {}) =>
    tasks.map((task) => {
      if (signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'it' });
      if (broken(task))
        throw new TautlineFailure({ kind: 'worker', worker: 'investigator', problem: 'it died', advice: 'Try again' });
      return examine(task);
    }),
});
const session = (investigators: Investigators) => ({
  engine,
  tables: { query: (sql: string) => database.query(sql) },
  investigators,
});

describe('an investigation of an alert', () => {
  it('compares the fields of the database and the signals of the engine, with progress', async () => {
    const fractions: number[] = [];
    const found = await investigate(session(here()), ofAlert(), {
      ...options,
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(found.alert).toMatchObject({ kind: 'DRIFT', stream: 'c' });
    const standing = found.hypotheses.filter((h) => h.evidence.figures['events, window'] !== undefined);
    expect(standing.map((h) => h.test)).toContain('latency');
    expect(found.hypotheses.find((h) => h.statement.startsWith('Distance to reference'))?.effect.value).toBeGreaterThan(
      0.3,
    );
    expect(found.tests.find((e) => e.test === 'words')?.status).toBe('nothing to examine');
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toHaveLength(found.tests.length);
    expect(found).toMatchObject({
      permutations: PERMUTATIONS,
      ledger: { name: 'tiny' },
      format: 'tautline-investigation',
    });
  });

  it('is the same a second time', async () => {
    const [a, b] = await Promise.all([
      investigate(session(here()), ofAlert(), options),
      investigate(session(here()), ofAlert(), options),
    ]);
    expect(a.hypotheses).toEqual(b.hypotheses);
  });

  it('goes on when a test fails', async () => {
    const found = await investigate(session(here((task) => task.test === 'threads')), ofAlert(), options);
    expect(found.tests.find((e) => e.test === 'threads')).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('it died'),
    });
    expect(found.looks).toBeGreaterThan(5);
  });

  it('can be cancelled', async () => {
    const abort = new AbortController();
    const going = investigate(session(here()), ofAlert(), { ...options, signal: abort.signal });
    abort.abort();
    await expect(going).rejects.toMatchObject({ error: { kind: 'cancelled' } });
  });
});

describe("the page's investigations", () => {
  const page = () => {
    const store = createStore(() => ({
      ledger: { phase: 'open', report: { name: 'tiny', fingerprint: 'f' } },
      view: { parameters: DEFAULT_PARAMETERS },
      analysis: { report: { revision: 1 } },
    }));
    const made = createInvestigations(
      { store, engine, tables: { query: (sql: string) => database.query(sql) } } as never,
      () => here(),
    );
    store.setState({ analysis: { report: { revision: 2 } } });
    return { store, made };
  };

  it('run, end and are kept until a new report', async () => {
    const { store, made } = page();
    made.start(ofAlert());
    expect(made.store.getState().bySubject[alertKey(alert)]).toMatchObject({ phase: 'running' });
    await vi.waitFor(
      () => expect(made.store.getState().bySubject[alertKey(alert)]).toMatchObject({ phase: 'done' }),
      10_000,
    );
    store.setState({ analysis: { report: { revision: 3 } } });
    expect(made.store.getState().bySubject).toEqual({});
  });

  it('make way for another, and say why one failed', async () => {
    const { made } = page();
    made.start(ofAlert());
    made.start(ofAlert(9999));
    expect(made.store.getState().bySubject[alertKey(alert)]).toBeUndefined();
    await vi.waitFor(
      () =>
        expect(made.store.getState().bySubject[alertKey(9999)]).toMatchObject({
          phase: 'failed',
          error: { kind: 'ledger' },
        }),
      10_000,
    );
    made.start(ofAlert());
    made.cancel();
    expect(made.store.getState().bySubject[alertKey(alert)]).toBeUndefined();
  });
});
