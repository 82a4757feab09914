import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { createEngineClient } from '../workers/client.ts';
import type { EngineApi } from '../workers/protocol.ts';
import { newEngine, newPreviewingEngine, spawnEngineHere, tinyLedger } from '../workers/testing.ts';
import { createSession, type Session } from './session.ts';
import { DRAWING_MS } from './tables/ledgerTables.ts';
import { memoryAddress, nodeDatabase, type MemoryAddress } from './testing.ts';

/** The real engine behind its wire, the real database, and an address in memory. */
let database: Awaited<ReturnType<typeof nodeDatabase>>;
let restarted: () => void = () => undefined;
let session: Session;
let address: MemoryAddress;
let engine: EngineApi;
let kill: (reason: string) => void;

function start(text = '', makeEngine = newEngine, largeFrom?: number): void {
  address = memoryAddress(text);
  session = createSession({
    createEngine: (onRestart) =>
      createEngineClient({
        onRestart,
        spawn: () => {
          engine = makeEngine();
          const worker = spawnEngineHere(engine);
          kill = worker.die;
          return worker;
        },
      }),
    // One database for all tests: starting one takes two seconds.
    createDatabase: async (onRestart) => {
      restarted = onRestart;
      return { ...database, close: async () => undefined };
    },
    address,
    largeFrom,
  });
}
const source = tinyLedger({ fracture: 320 });
const state = () => session.store.getState();
const idle = () => vi.waitFor(() => expect(session.isIdle()).toBe(true), { timeout: 30_000, interval: 5 });
const fired = () => state().analysis.report!.alerts.map((alert) => `${alert.kind} ${alert.fired}`);

beforeAll(async () => {
  database = await nodeDatabase(() => restarted());
});
afterAll(() => database.close());
beforeEach(() => start());
afterEach(() => session.dispose());

describe('opening', () => {
  it('goes from empty through opening to open, and analyses', async () => {
    const phases: string[] = [state().ledger.phase];
    session.store.subscribe((now, before) => {
      if (now.ledger.phase !== before.ledger.phase) phases.push(now.ledger.phase);
    });
    await session.actions.open(source);
    expect(phases).toEqual(['empty', 'opening', 'open']);
    expect(state().analysis).toMatchObject({ running: null, error: null, report: { events: 1200 } });
    expect(state().view.source).toEqual({ kind: 'file', name: 'tiny.ndjson' });
    expect(address.entries).toEqual(['', 'v=1&file=tiny.ndjson']);
    await session.tables.ensureAlerts();
    expect(
      await session.tables.query(
        'select (select count(*) from events)::int as events, (select count(*) from alerts)::int as alerts',
      ),
    ).toEqual([{ events: 1200, alerts: state().analysis.report!.alerts.length }]);
  });

  it('is not at rest, and queries wait, until every event is in the table', async () => {
    const opening = session.actions.open(source);
    const counted = session.tables.query('select count(*)::int as n from events');
    await opening;
    expect(session.isIdle()).toBe(false);
    expect(await counted).toEqual([{ n: 1200 }]);
    await idle();
  });

  it('of a large ledger fills the tables when charts have had time to be drawn, and says how far that is', async () => {
    session.dispose();
    start('', newEngine, 1000);
    // A database that is started for a large ledger is empty; the one of all tests is not.
    await database.drop('events');
    const said = new Set<string>();
    session.store.subscribe(({ tableLoad }) => {
      if (tableLoad.phase === 'loading' && tableLoad.progress) said.add(tableLoad.progress.phase);
    });
    await session.actions.open(source);
    const store = vi.spyOn(engine, 'store');
    const counted = session.tables.query('select count(*)::int as n from events');
    expect(state().analysis.report).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, DRAWING_MS / 2));
    expect(store).not.toHaveBeenCalled();
    expect(session.isIdle()).toBe(false);
    expect(await counted).toEqual([{ n: 1200 }]);
    expect(store).toHaveBeenCalledOnce();
    expect([...said]).toEqual(['Storing events']);
    await idle();
    expect(state().tableLoad).toEqual({ phase: 'loaded' });
  });

  it('fails queries of a ledger that was closed before they could be answered', async () => {
    await session.actions.open(source);
    const counted = session.tables.query('select count(*) from events');
    session.actions.close();
    await expect(counted).rejects.toMatchObject({ error: { kind: 'cancelled' } });
  });

  it('says why a ledger cannot be opened, and opens the next', async () => {
    await session.actions.open({
      kind: 'files',
      files: [{ path: 'notes.ndjson', blob: new Blob(['{"colour": "red"}']) }],
    });
    expect(state().ledger).toMatchObject({
      phase: 'failed',
      name: 'notes.ndjson',
      error: { kind: expect.stringMatching(/column|file|ledger/) },
    });
    await session.actions.open(source);
    expect(state().ledger.phase).toBe('open');
  });

  it('can be cancelled', async () => {
    const opening = session.actions.open(source);
    session.actions.cancel();
    await opening;
    expect(state()).toMatchObject({ ledger: { phase: 'empty' }, view: { source: null }, toasts: [{ level: 'info' }] });
    expect(state().toasts[0].text).toContain('Cancelled');
  });

  it('opens the newer of two at once', async () => {
    const other = tinyLedger({ name: 'other.ndjson', turns: 100, seed: 2 });
    await Promise.all([session.actions.open(source), session.actions.open(other)]);
    await idle();
    expect(state()).toMatchObject({
      ledger: { phase: 'open', report: { name: 'other.ndjson' } },
      analysis: { error: null, report: { events: 300 } },
    });
    expect(await session.tables.query('select count(*)::int as n from events')).toEqual([{ n: 300 }]);
  });

  it('forgets what belonged to the ledger before, not the thresholds', async () => {
    await session.actions.open(source);
    session.actions.setParameters({ h: 7, reference_range: [0, 300] }, true);
    session.actions.setRange({ from: 100, to: 300 });
    session.actions.select(150);
    session.actions.toggleStream('a');
    await session.actions.open(tinyLedger({ name: 'other.ndjson', turns: 100 }));
    await idle();
    expect(state().view).toMatchObject({
      range: null,
      selected: null,
      hiddenStreams: [],
      parameters: { h: 7, reference_range: null },
    });
  });

  it('closes', async () => {
    await session.actions.open(source);
    session.actions.close();
    await idle();
    expect(state()).toMatchObject({ ledger: { phase: 'empty' }, analysis: { report: null }, view: { source: null } });
    await expect(session.tables.query('select * from events')).rejects.toThrow(/events/);
  });
});

describe('parameters', () => {
  beforeEach(() => session.actions.open(source));

  it('are analysed newest first while a slider moves, with one step in history', async () => {
    const analyze = vi.spyOn(engine, 'analyze');
    for (let h = 20; h >= 1; h -= 0.5) session.actions.setParameters({ h }, false);
    session.actions.setParameters({ h: 3 }, true);
    await idle();
    // The first, the one that follows it at once, and the last.
    expect(analyze.mock.calls.map(([{ h }]) => h)).toEqual([20, 19.5, 3]);
    expect(analyze.mock.lastCall![0].h).toBe(3);
    expect(state().analysis.report!.alerts).not.toEqual(state().analysis.report!.baselineAlerts);
    expect(address.entries).toEqual(['', 'v=1&file=tiny.ndjson', 'v=1&file=tiny.ndjson&h=3']);
    const tuned = fired();
    address.back();
    await idle();
    expect(state().view.parameters).toEqual(DEFAULT_PARAMETERS);
    expect(fired()).not.toEqual(tuned);
    expect(state().analysis.report!.alerts).toEqual(state().analysis.report!.baselineAlerts);
  });

  it('are the state once what was asked along with them is there', async () => {
    const order: string[] = [];
    session.prefetchWith((stage) => {
      order.push(`asked of ${stage}`);
      const answer = session.engine.composition({ from: 0, to: 1200 }, 'event', 10, true);
      return {
        previewed: () => Promise.resolve(),
        analysed: async ({ revision, parameters: { h, lambda_fast } }) => {
          expect((await answer).revision).toBe(revision);
          expect(state().analysis.report!.revision).toBeLessThan(revision);
          order.push(`taken in ${h} ${lambda_fast}`);
        },
      };
    });
    const unsubscribe = session.store.subscribe(({ analysis }, before) => {
      if (analysis.report !== before.analysis.report) order.push(`state ${analysis.report?.parameters.h}`);
    });
    session.actions.setParameters({ h: 6 }, true);
    await idle();
    session.actions.setParameters({ lambda_fast: 0.3 }, true);
    await idle();
    unsubscribe();
    expect(order).toEqual([
      'asked of decisions',
      'taken in 6 0.25',
      'state 6',
      'asked of signals',
      'taken in 6 0.3',
      'state 6',
    ]);
  });

  it('that are lists count as changed only where they say something else', async () => {
    const stages: string[] = [];
    session.actions.setParameters({ reference_range: [0, 200] }, true);
    await idle();
    session.prefetchWith((stage) => {
      stages.push(stage);
      return { previewed: () => Promise.resolve(), analysed: () => Promise.resolve() };
    });
    session.actions.setParameters({ h: 6, reference_range: [0, 200] }, true);
    await idle();
    session.actions.setParameters({ reference_range: [0, 300] }, true);
    await idle();
    expect(stages).toEqual(['decisions', 'signals']);
  });

  it('show in the address while a slider moves, without steps in history', async () => {
    session.actions.setParameters({ h: 6 }, false);
    await idle();
    expect(address.entries).toEqual(['', 'v=1&file=tiny.ndjson&h=6']);
    session.actions.setParameters({ h: 6 }, true);
    expect(address.entries).toEqual(['', 'v=1&file=tiny.ndjson', 'v=1&file=tiny.ndjson&h=6']);
  });

  it('that contradict each other are refused by name and never sent', async () => {
    const analyze = vi.spyOn(engine, 'analyze');
    session.actions.setParameters({ lambda_slow: 0.4 }, true);
    expect(state().analysis.error).toMatchObject({
      kind: 'parameter',
      name: 'lambda_slow',
      problem: expect.stringContaining('lambda_fast'),
    });
    expect(state().view.parameters).toEqual(DEFAULT_PARAMETERS);
    await idle();
    expect(analyze).not.toHaveBeenCalled();
    session.actions.setParameters({ lambda_slow: 0.04 }, true);
    expect(state().analysis.error).toBeNull();
    await idle();
    expect(analyze).toHaveBeenCalledOnce();
  });

  it('keep the last good report when an analysis fails', async () => {
    const good = state().analysis.report;
    session.actions.setParameters({ reference_range: [0, 2] }, true);
    await idle();
    expect(state().analysis).toMatchObject({ running: null, error: { kind: 'ledger' } });
    expect(state().analysis.report).toBe(good);
    session.actions.resetParameter('reference_range');
    await idle();
    expect(state().analysis.error).toBeNull();
  });

  it('go back to those of the report when an analysis is cancelled', async () => {
    session.actions.setParameters({ stream: 'agent_id' }, true);
    session.actions.cancel();
    await idle();
    expect(state().analysis).toMatchObject({ running: null, error: null });
    expect(state().view.parameters).toEqual(DEFAULT_PARAMETERS);
    session.actions.setParameters({ stream: 'agent_id' }, true);
    await idle();
    expect(state().analysis.report!.streams).toHaveLength(6);
    session.actions.resetAllParameters();
    await idle();
    expect(state().analysis.report!.streams).toHaveLength(3);
  });
});

it('a changed memory is previewed; alerts and report stay until those of the new analysis are there', async () => {
  session.dispose();
  start('', newPreviewingEngine);
  await session.actions.open(source);
  await idle();
  let previews = 0;
  const stop = session.store.subscribe(({ analysis }, { analysis: before }) => {
    if (analysis.preview !== null && analysis.preview !== before.preview) previews += 1;
    // A new report ends the preview, and nothing else than a report brings other alerts.
    if (analysis.report !== before.report) expect(analysis.preview).toBeNull();
    if (analysis.preview !== null) expect(analysis.preview.revision).toBeGreaterThan(analysis.report!.revision);
  });
  for (const lambda_slow of [0.06, 0.07, 0.08]) session.actions.setParameters({ lambda_slow }, lambda_slow === 0.08);
  await idle();
  stop();
  expect(previews).toBeGreaterThan(0);
  expect(state().analysis).toMatchObject({ preview: null, running: null, error: null });
  expect(state().view.parameters.lambda_slow).toBe(0.08);
  const after = fired();
  const fresh = newEngine();
  await fresh.open(
    source,
    null,
    async () => undefined,
    () => undefined,
  );
  expect(after).toEqual(
    (await fresh.analyze({ ...DEFAULT_PARAMETERS, lambda_slow: 0.08 }, () => undefined)).alerts.map(
      (alert) => `${alert.kind} ${alert.fired}`,
    ),
  );
});

describe('a dead engine', () => {
  beforeEach(async () => {
    await session.actions.open(source);
    session.actions.setParameters({ h: 6 }, true);
    session.actions.select(700);
    await idle();
  });

  it('is replaced, its ledger reopened and analysed as before', async () => {
    const before = { alerts: fired(), revision: state().analysis.report!.revision, view: state().view };
    kill('out of memory');
    expect(state().ledger.phase).toBe('opening');
    await idle();
    expect(state().ledger.phase).toBe('open');
    expect(fired()).toEqual(before.alerts);
    expect(state().analysis.report!.revision).toBeGreaterThan(before.revision);
    expect(state().view).toEqual(before.view);
    expect(state().toasts.map((toast) => toast.text)).toEqual([expect.stringContaining('out of memory')]);
    expect((await session.engine.event(700)).index).toBe(700);
  });

  it('is not revived for ever', async () => {
    kill('first');
    kill('second');
    await idle();
    expect(state().ledger).toMatchObject({ phase: 'failed', error: { kind: 'worker', problem: 'second' } });
    await session.actions.open(source);
    expect(state().analysis.report!.events).toBe(1200);
  });

  it('rejects the question it was asked', async () => {
    const question = session.engine.series({
      name: 'kl',
      range: { from: 0, to: 1200 },
      axis: 'event',
      buckets: 10,
      streams: [0],
    });
    kill('gone');
    await expect(question).rejects.toMatchObject({ error: { kind: 'worker', problem: 'gone' } });
    await idle();
  });
});

describe('a dead database', () => {
  it('is replaced and filled from the source, once for a ledger', async () => {
    await session.actions.open(source);
    await session.tables.ensureAlerts();
    for (const phase of ['opening', 'open']) {
      const endless = session.tables.query('select sum(a.range * b.range) from range(1000000) a, range(1000000) b');
      setTimeout(() => void database.kill(), 100);
      await expect(endless).rejects.toMatchObject({ error: { kind: 'worker', worker: 'database' } });
      expect(state().ledger.phase).toBe(phase);
      await idle();
      expect(state()).toMatchObject({ ledger: { phase: 'open' }, analysis: { error: null } });
      if (phase === 'opening')
        expect(await session.tables.query('select count(*)::int as n from events')).toEqual([{ n: 1200 }]);
    }
    expect(state().toasts.map((toast) => toast.level)).toEqual(['warning', 'error']);
    expect((await session.engine.event(700)).index).toBe(700);
  }, 60_000);
});

describe('the address', () => {
  it('of a file asks for the file, and keeps range, selection and parameters when it comes', async () => {
    session.dispose();
    start('v=1&file=tiny.ndjson&range=100-200&hidden=b&at=150&h=6');
    session.restore();
    expect(state()).toMatchObject({
      ledger: { phase: 'empty' },
      view: { source: { kind: 'file', name: 'tiny.ndjson' }, range: { from: 100, to: 200 } },
    });
    await session.actions.open(source);
    expect(state().view).toMatchObject({
      range: { from: 100, to: 200 },
      selected: 150,
      hiddenStreams: ['b'],
      parameters: { h: 6 },
    });
    expect(state().analysis.report!.alerts.length).toBeGreaterThanOrEqual(
      state().analysis.report!.baselineAlerts.length,
    );
    expect(address.entries).toEqual(['v=1&file=tiny.ndjson&range=100-200&hidden=b&at=150&h=6']);
  });

  it('beyond the end of the ledger is cut to it', async () => {
    session.dispose();
    start('v=1&file=tiny.ndjson&range=1100-9000&at=5000');
    session.restore();
    await session.actions.open(source);
    expect(state().view).toMatchObject({ range: { from: 1100, to: 1200 }, selected: null });
  });

  it('of a sample opens it; what cannot be read is named', async () => {
    session.dispose();
    start('v=1&sample=nowhere&h=900');
    session.restore();
    await idle();
    expect(state()).toMatchObject({
      ledger: { phase: 'failed', name: 'nowhere' },
      view: { parameters: DEFAULT_PARAMETERS },
    });
    expect(state().toasts[0].text).toContain('h (is 900, must be from 0.5 to 40 σ)');
  });

  it('opens the file that a link asks for in the part that it names, and another part as another ledger', async () => {
    session.dispose();
    const [from, to] = [1_700_000_100_000, 1_700_000_300_000];
    start(`v=1&file=tiny.ndjson&from=${from}&to=${to}&at=500&h=9`);
    session.restore();
    await session.actions.open(source);
    expect(state()).toMatchObject({
      analysis: { report: { events: 600 } },
      ledger: { report: { part: { of: 1200, exact: true, part: { from, to } } } },
      view: { selected: 500 },
    });
    await session.actions.open({ ...source, part: { where: {}, from, to: null } });
    expect(state()).toMatchObject({
      analysis: { report: { events: 900 } },
      view: { selected: null, parameters: { h: 9 } },
    });
    address.back();
    await idle();
    expect(state()).toMatchObject({ analysis: { report: { events: 600 } }, view: { selected: 500 } });
  });

  it('keeps how the files are read, until another ledger is opened', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `{"a":"p${i % 2}","t":${1000 * i},"said":"word ${i}"}`);
    const files = [{ path: 'strange.ndjson', blob: new Blob([lines.join('\n')]) }];
    const mapping = { agent_id: 'a', ts: 't', text: 'said' };
    const span = () => state().analysis.report!.timeRange.reduce((from, to) => to - from);
    await session.actions.open({ kind: 'files', files }, { mapping, units: { ts: 'us' }, events: ['model'] });
    expect(address.read()).toMatch(/map\.ts=t.*unit\.ts=us&events=model$/);
    expect(state()).toMatchObject({ ledger: { phase: 'open', source: { events: ['model'] } } });
    expect(span()).toBeCloseTo(39, 6);
    await session.actions.open({ kind: 'files', files }, { units: { ts: 's' } });
    expect(span()).toBeCloseTo(39e6, 6);
    expect(state()).toMatchObject({ view: { mapping, events: ['model'] } });
    address.back();
    await idle();
    expect(span()).toBeCloseTo(39, 6);
    await session.actions.open(source);
    expect(state().view).toMatchObject({ mapping: null, units: {}, events: null });
  });

  it('brings a dropped file back when the user goes back to it', async () => {
    await session.actions.open(source);
    await session.actions.open(tinyLedger({ name: 'other.ndjson', turns: 100 }));
    address.back();
    await idle();
    expect(state()).toMatchObject({
      ledger: { phase: 'open', report: { name: 'tiny.ndjson' } },
      analysis: { report: { events: 1200 } },
    });
    address.back();
    await idle();
    expect(state()).toMatchObject({ ledger: { phase: 'empty' }, view: { source: null } });
  });
});

describe('the view', () => {
  beforeEach(() => session.actions.open(source));

  it('shows one stream alone, and all again', () => {
    session.actions.soloStream('b');
    expect(state().view.hiddenStreams).toEqual(['a', 'c']);
    session.actions.soloStream('b');
    expect(state().view.hiddenStreams).toEqual([]);
    session.actions.toggleStream('b');
    session.actions.soloStream('b');
    expect(state().view.hiddenStreams).toEqual(['a', 'c']);
  });

  it('cuts ranges to the ledger; the whole of it is none', () => {
    session.actions.setRange({ from: 1100.4, to: 1e9 });
    expect(state().view.range).toEqual({ from: 1100, to: 1200 });
    session.actions.setRange({ from: -5, to: 1200 });
    expect(state().view.range).toBeNull();
  });

  it('keeps its ledger behind another screen; opening one shows the monitor', async () => {
    const { report } = state().analysis;
    session.actions.setScreen('calibration');
    session.actions.setScreen('calibration');
    expect(address.entries.slice(-2)).toEqual(['v=1&file=tiny.ndjson', 'v=1&screen=calibration&file=tiny.ndjson']);
    expect(state().analysis.report).toBe(report);
    await session.actions.open(source, undefined, { ...DEFAULT_PARAMETERS, adaptive: false });
    expect(state().view).toMatchObject({ screen: 'monitor', parameters: { adaptive: false } });
    expect(address.entries.at(-1)).toContain('adaptive=false');
  });

  it('keeps the cursor out of the address', () => {
    const entries = address.entries.length;
    session.actions.setCursor(7);
    expect(state().cursor).toBe(7);
    expect(address.entries).toHaveLength(entries);
  });

  it('can be folded, filtered, sorted and themed, one step back each', () => {
    const before = address.entries.length;
    session.actions.setLayout({ foldedPanels: ['coupling'] });
    session.actions.setAlertFilter({ kinds: ['DRIFT'], stream: 'c', search: null });
    session.actions.setAlertSort({ by: 'peak', descending: true });
    session.actions.setTheme('dark');
    session.actions.setAxis('time');
    expect(address.entries.slice(before)).toHaveLength(5);
    expect(address.entries.at(-1)).toBe(
      'v=1&file=tiny.ndjson&axis=time&theme=dark&folded=coupling&alerts=DRIFT&alert_stream=c&sort=peak,down',
    );
    session.actions.toast('info', 'hello');
    session.actions.dismissToast(state().toasts[0].id);
    expect(state().toasts).toEqual([]);
  });
});

describe('scenarios', () => {
  it('are compared with, undone and redone, and stand in the address as parameters', async () => {
    await session.actions.open(source);
    const byDefault = fired();
    session.actions.setParameters({ h: 3 }, true);
    await idle();
    const sensitive = fired();
    expect(sensitive).not.toEqual(byDefault);
    session.actions.keepScenario('sensitive');
    session.actions.setBaseline(state().scenarios[0].parameters);
    session.actions.resetAllParameters();
    await idle();
    expect(address.entries.at(-1)).toBe('v=1&file=tiny.ndjson&base.h=3');
    expect(fired()).toEqual(byDefault);
    expect(state().analysis.report!.baselineAlerts.map((alert) => `${alert.kind} ${alert.fired}`)).toEqual(sensitive);
    expect(state().steps).toEqual({ undo: 4, redo: 0 });

    session.actions.undo();
    await idle();
    expect(fired()).toEqual(sensitive);
    session.actions.undo();
    session.actions.undo();
    await idle();
    expect(state()).toMatchObject({
      scenarios: [],
      view: { baseline: null, parameters: { h: 3 } },
      steps: { undo: 1, redo: 3 },
    });
    for (let i = 0; i < 3; i++) session.actions.redo();
    await idle();
    expect(state()).toMatchObject({
      scenarios: [{ name: 'sensitive' }],
      view: { baseline: { h: 3 }, parameters: { h: 8.5 } },
      steps: { undo: 4, redo: 0 },
    });
  });

  it('a drag is one step', async () => {
    await session.actions.open(source);
    for (const h of [8, 7, 6]) session.actions.setParameters({ h }, false);
    expect(state()).toMatchObject({ dragging: true, steps: { undo: 0 } });
    session.actions.setParameters({ h: 6 }, true);
    expect(state()).toMatchObject({ dragging: false, steps: { undo: 1 } });
    session.actions.undo();
    await idle();
    expect(state().view.parameters.h).toBe(DEFAULT_PARAMETERS.h);
  });

  it('with another projection are compared on the streams of the candidate', async () => {
    await session.actions.open(source);
    session.actions.setParameters({ k: 3, h: 5 }, true);
    await idle();
    const ownAlerts = fired();
    const own = state().view.parameters;
    session.actions.resetAllParameters();
    session.actions.setBaseline(own);
    await idle();
    expect(state().analysis.report!.baselineAlerts.map((alert) => `${alert.kind} ${alert.fired}`)).toEqual(ownAlerts);
    expect(state().analysis.report!.k).toBe(6);
  });
});
