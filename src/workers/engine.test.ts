import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { TautlineFailure, type TautlineError } from '../core/errors.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { bundleToJson } from '../detection/lab/bundle.ts';
import { EVENT_STATES } from '../detection/types.ts';
import type { LedgerSource } from '../ledger/types.ts';
import { createEngineClient } from './client.ts';
import type { Engine } from './engine.ts';
import type { AnalysisReport, EngineApi, SeriesName } from './protocol.ts';
import { baselineOf } from '../analysis/stages.ts';
import { STALE_RUN, type PreviewReport } from './protocol.ts';
import { errorOf, newEngine, newPreviewingEngine, spawnEngineHere, tinyLedger } from './testing.ts';

const drop = async () => undefined;
const ignore = () => undefined;
const parameters = (change: Partial<Parameters> = {}): Parameters => ({ ...DEFAULT_PARAMETERS, ...change });
const source = tinyLedger({ fracture: 320 });

async function opened(from: LedgerSource = source): Promise<Engine> {
  const engine = newEngine();
  await engine.open(from, null, drop, ignore);
  return engine;
}
const withoutClock = (report: AnalysisReport) => ({ ...report, revision: 0, signalsRevision: 0, timings: {} });
const stagesOf = (report: AnalysisReport) => Object.keys(report.timings).sort();

let engine: Engine;
let report: AnalysisReport;
beforeAll(async () => {
  engine = await opened();
  report = await engine.analyze(parameters(), ignore);
});

describe('an analysis', () => {
  it('describes the ledger', () => {
    expect(report).toMatchObject({
      events: 1200,
      hasTime: true,
      hasLatency: true,
      sync: 'time',
      k: 6,
      dimension: 6,
      retrospective: false,
      streamsLeftOut: [],
      reference: { from: 0, to: 240 },
      timeRange: [1_700_000_000_000, 1_700_000_399_080],
      inForce: { k: '6', reference_events: '240', burn: '8', sync: 'time', warmup: '40' },
    });
    expect(report.streams).toEqual([
      { name: 'a', events: 400, voidEvents: 8 },
      { name: 'b', events: 400, voidEvents: 8 },
      { name: 'c', events: 400, voidEvents: 8 },
    ]);
    expect(report.notes.join(' ')).toContain('6 axes are used, not 8');
    expect(stagesOf(report)).toEqual(['changes', 'decisions', 'projection', 'signals']);
    for (const ms of Object.values(report.timings)) expect(ms).toBeGreaterThan(0);
  });

  it('finds the stream that breaks away, soon after it does', () => {
    const drift = report.alerts.find((alert) => alert.kind === 'DRIFT');
    expect(report.streams[drift!.stream].name).toBe('c');
    expect(drift!.fired).toBeGreaterThanOrEqual(320 * 3);
    expect(drift!.lag).toBeLessThanOrEqual(8);
    expect(report.baselineAlerts).toEqual(report.alerts);
  });
});

describe('questions about an analysis', () => {
  it('are answered with lines of the events of each stream', async () => {
    const range = { from: 100, to: 700 };
    const { lines, revision } = await engine.series({
      name: 'entropy',
      range,
      axis: 'time',
      buckets: 50,
      streams: [2, 0],
    });
    expect(revision).toBe(report.revision);
    expect(lines.map((line) => line.stream)).toEqual([2, 0]);
    const signals = tableFromIPC(await engine.signalsArrow())
      .toArray()
      .map((row) => row!.toJSON());
    for (const { stream, points } of lines) {
      expect(points.length / 2).toBeLessThanOrEqual(102);
      for (let i = 0; i < points.length; i += 2) {
        const index = await engine.indexAt('time', points[i]);
        expect(index).toBeGreaterThanOrEqual(range.from);
        expect(index).toBeLessThan(range.to);
        expect(signals[index].stream).toBe(report.streams[stream].name);
        if (!Number.isNaN(points[i + 1])) expect(points[i + 1]).toBe(signals[index].entropy);
      }
    }
  });

  it('tell of an event what the table of signals says of it', async () => {
    const rows = tableFromIPC(await engine.signalsArrow())
      .toArray()
      .map((row) => row!.toJSON());
    expect(rows).toHaveLength(1200);
    for (const index of [0, 49, 300, 1100]) {
      const detail = await engine.event(index);
      const row = rows[index];
      expect({ ...detail, signals: null, why: null }).toEqual({
        index,
        row: row.row,
        eventId: row.event_id,
        stream: index % 3,
        seq: row.seq,
        time: 1_700_000_000_000 + 1000 * Math.floor(index / 3) + 40 * (index % 3),
        isVoid: index === 49,
        eventState: row.route,
        signals: null,
        why: null,
      });
      for (const [name, value] of Object.entries(detail.signals))
        expect(row[name]).toBe(Number.isNaN(value) ? null : value);
      expect(detail.why.length).toBeGreaterThan(0);
    }
  });

  it('find the event under the pointer', async () => {
    const { signals } = await engine.event(700);
    expect(await engine.nearest('entropy', 'event', 700.2, signals.entropy, 1, 0.01, [0, 1, 2])).toBe(700);
    // 699, the nearer event of stream 0, is a pause without a value.
    expect(await engine.nearest('entropy', 'event', 700.2, Number.NaN, 1, 0.01, [0])).toBe(702);
  });

  it('count routes, give the coupling of all pairs and the rows of events', async () => {
    const { counts, x } = await engine.composition({ from: 0, to: 1200 }, 'event', 10);
    expect(x).toHaveLength(10);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(1200);
    expect(counts[EVENT_STATES.indexOf('WARMING')]).toBe(120);
    const { streams, matrix } = await engine.couplingMatrix(900);
    expect(streams).toEqual(['a', 'b', 'c']);
    for (const p of [0, 1, 2]) {
      for (const q of [0, 1, 2]) {
        if (p === q) expect(matrix[3 * p + q]).toBeNaN();
        else expect(matrix[3 * p + q]).toBeGreaterThan(0.4);
      }
    }
    expect([...(await engine.rowsOf([5, 1199]))]).toEqual([5, 1199]);
  });

  it('are refused of events that do not exist', async () => {
    for (const index of [-1, 1200, 0.5, Number.NaN]) {
      expect(await errorOf(engine.event(index))).toMatchObject({ kind: 'ledger' });
      expect(await errorOf(engine.couplingMatrix(index))).toMatchObject({ kind: 'ledger' });
    }
  });
});

describe('stages', () => {
  it.each<[Partial<Parameters>, string[]]>([
    [{}, []],
    [{ h: 6 }, ['decisions']],
    [{ lambda_fast: 0.3 }, ['decisions', 'signals']],
    [{ k: 4 }, ['decisions', 'projection', 'signals']],
    [{ false_alarm_budget: 20_000 }, ['changes', 'decisions']],
    [{ stream: 'agent_id' }, ['changes', 'decisions', 'projection', 'signals']],
    [{ reference_range: [0, 300] }, ['changes', 'decisions', 'projection', 'signals']],
  ])('a change of %j runs %j again', async (change, stages) => {
    const engine = await opened();
    await engine.analyze(parameters(), ignore);
    expect(stagesOf(await engine.analyze(parameters(change), ignore))).toEqual(stages);
    expect(stagesOf(await engine.analyze(parameters(change), ignore))).toEqual([]);
  });

  it('give after any sequence of changes what a fresh engine gives', async () => {
    const change = fc.record<Partial<Parameters>>(
      {
        k: fc.constantFrom(3, 6),
        stream: fc.constantFrom('provider_id', 'ledger'),
        lambda_fast: fc.constantFrom(0.2, 0.25),
        anchor: fc.constantFrom('lineage', 'reference'),
        h: fc.constantFrom(5, 8.5),
        tau_min: fc.constantFrom(1.85, 2.2),
      },
      { requiredKeys: [] },
    );
    const engine = await opened();
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let last: AnalysisReport | null = null;
        for (const step of changes) last = await engine.analyze(parameters(step), ignore);
        const fresh = await opened();
        const expected = await fresh.analyze(parameters(changes.at(-1)), ignore);
        // A cut of a larger fit and a fit of that size agree to the accuracy of the eigenpairs only.
        const rounded = (report: AnalysisReport) =>
          JSON.parse(
            JSON.stringify(withoutClock(report), (_, v: unknown) =>
              typeof v === 'number' ? Number(v.toPrecision(5)) : v,
            ),
          ) as unknown;
        expect(rounded(last!)).toEqual(rounded(expected));
      }),
      { numRuns: 12 },
    );
  });

  it('compare with the defaults on the same streams, axes and reference', async () => {
    const engine = await opened();
    const tuned = parameters({ k: 4, lambda_fast: 0.4, h: 3, tau_min: 2.2 });
    const { baselineAlerts, alerts } = await engine.analyze(tuned, ignore);
    const baseline = await (await opened()).analyze(baselineOf(tuned), ignore);
    expect(baselineAlerts).toEqual(baseline.alerts);
    expect(alerts).not.toEqual(baselineAlerts);
  });
});

it('signals keep their revision until they are computed again', async () => {
  const engine = await opened();
  const first = await engine.analyze(parameters(), ignore);
  expect(first.signalsRevision).toBe(first.revision);
  const threshold = await engine.analyze(parameters({ h: 3 }), ignore);
  expect(threshold.revision).toBeGreaterThan(first.revision);
  expect(threshold.signalsRevision).toBe(first.signalsRevision);
  const memory = await engine.analyze(parameters({ h: 3, lambda_fast: 0.3 }), ignore);
  expect(memory.signalsRevision).toBe(memory.revision);
});

it('answers questions that were asked along with an analysis from that one', async () => {
  const engine = await opened();
  const before = await engine.analyze(parameters(), ignore);
  const request = {
    name: 'cusum',
    range: { from: 0, to: 1200 },
    axis: 'event',
    buckets: 50,
    streams: [0, 1, 2],
  } as const;
  const analysing = engine.analyze(parameters({ h: 3 }), ignore);
  const asked = Promise.all([
    engine.series({ ...request, next: true }),
    engine.composition(request.range, 'event', 10, true),
    engine.valuesAsOf('cusum', 1199, [1], true),
  ]);
  const after = await analysing;
  const [series, composition, values] = await asked;
  expect([series.revision, composition.revision, values.revision]).toEqual([
    after.revision,
    after.revision,
    after.revision,
  ]);
  expect(after.revision).toBeGreaterThan(before.revision);
  expect(series).toEqual(await engine.series(request));
  expect(composition).toEqual(await engine.composition(request.range, 'event', 10));
  expect(values.values[0]).toBe(series.lines[1].points.at(-1));

  const cancelled = errorOf(engine.analyze(parameters({ h: 4 }), ignore));
  const meanwhile = engine.series({ ...request, next: true });
  engine.cancel();
  expect(await cancelled).toMatchObject({ kind: 'cancelled' });
  expect((await meanwhile).revision).toBe(after.revision);
});

describe('opening', () => {
  it('feeds every row to the sink and refuses questions until there is an analysis', async () => {
    const engine = newEngine();
    expect(await errorOf(engine.event(0))).toMatchObject({ kind: 'ledger' });
    expect(await errorOf(engine.analyze(parameters(), ignore))).toMatchObject({
      kind: 'ledger',
      problem: 'No ledger is open',
    });
    const rows: number[] = [];
    const report = await engine.open(
      source,
      null,
      async (ipc) => {
        rows.push(...tableFromIPC(ipc).getChild('row')!.toArray());
      },
      ignore,
    );
    expect(report).toMatchObject({ events: 1200, voidEvents: 24, dimension: 6 });
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 1200 }, (_, i) => i));
    expect(await errorOf(engine.event(0))).toMatchObject({
      kind: 'ledger',
      problem: 'The ledger has not been analysed yet',
    });
  });

  it('hands the rows over later, the same as at once, and stops where another ledger is opened', async () => {
    const rowsIn = (into: unknown[]) => async (ipc: Uint8Array) =>
      void into.push(...tableFromIPC(ipc).toArray().map(String));
    const [atOnce, later]: [unknown[], unknown[]] = [[], []];
    await newEngine().open(source, null, rowsIn(atOnce), ignore);
    const engine = newEngine();
    expect(await errorOf(engine.store(drop, ignore))).toMatchObject({ kind: 'ledger', problem: 'No ledger is open' });
    await engine.open(source, null, null, ignore);
    await engine.analyze(parameters(), ignore);
    const storing = engine.store(rowsIn(later), ignore);
    // Cancelling an analysis leaves no table half filled.
    engine.cancel();
    await storing;
    expect(later).toEqual(atOnce);
    expect(later).toHaveLength(1200);
    const next: Promise<unknown>[] = [];
    const open = async () => void next.push(engine.open(tinyLedger({ turns: 100 }), null, null, ignore));
    expect(await errorOf(engine.store(open, ignore))).toMatchObject({ kind: 'cancelled' });
    await Promise.all(next);
    const fresh: unknown[] = [];
    await engine.store(rowsIn(fresh), ignore);
    expect(fresh).toHaveLength(300);
  });

  it('says what is missing from a ledger without embeddings or text', async () => {
    const engine = await opened(tinyLedger({ bare: true, turns: 20 }));
    expect(await errorOf(engine.analyze(parameters(), ignore))).toMatchObject({
      kind: 'ledger',
      problem: expect.stringContaining('neither embeddings nor text'),
    });
  });

  it('can be cancelled; an analysis cancelled leaves the last one standing', async () => {
    const engine = newEngine();
    const opening = errorOf(engine.open(source, null, drop, ignore));
    engine.cancel();
    expect(await opening).toMatchObject({ kind: 'cancelled' });
    await engine.open(source, null, drop, ignore);
    const before = await engine.analyze(parameters(), ignore);
    const analysing = errorOf(engine.analyze(parameters({ stream: 'agent_id' }), ignore));
    engine.cancel();
    expect(await analysing).toMatchObject({ kind: 'cancelled' });
    expect(
      (await engine.series({ name: 'kl', range: { from: 0, to: 10 }, axis: 'event', buckets: 4, streams: [0] }))
        .revision,
    ).toBe(before.revision);
    expect((await engine.event(700)).why.length).toBeGreaterThan(0);
    expect(withoutClock(await engine.analyze(parameters(), ignore))).toEqual(withoutClock(before));
  });
});

describe('a preview', () => {
  const request = (name: SeriesName, preview: boolean) => ({
    name,
    range: { from: 0, to: 1200 },
    axis: 'event' as const,
    buckets: 1200,
    streams: [0, 1, 2],
    preview,
  });

  it('is drawn while the analysis is under way, and is in nothing else', async () => {
    const engine = newPreviewingEngine();
    await engine.open(source, null, drop, ignore);
    const before = await engine.analyze(parameters(), ignore);
    const rowsIn = (ipc: Uint8Array) =>
      tableFromIPC(ipc)
        .toArray()
        .map((row) => row!.toJSON());
    const exported = rowsIn(await engine.signalsArrow());
    const exact = await engine.series(request('kl', true));
    const event = await engine.event(700);
    let asked: Promise<unknown> | null = null;
    let preview: PreviewReport | null = null;
    const running = engine.analyze(parameters({ lambda_slow: 0.1 }), ignore, null, { from: 600, to: 1100 }, (given) => {
      preview = given;
      const look = async () => {
        const drawn = await engine.series(request('kl', true));
        expect(drawn.revision).toBe(given.revision);
        const xs = drawn.lines.flatMap(({ points }) => [...points].filter((_, i) => i % 2 === 0));
        expect(xs.length).toBeGreaterThan(0);
        for (const x of xs) expect(x >= 600 && x < 1100).toBe(true);
        // What is not previewed, and what does not ask for a preview, is the analysis before.
        expect(await engine.series(request('kl', false))).toEqual(exact);
        expect((await engine.series(request('tension', true))).revision).toBe(before.revision);
        expect((await engine.series(request('cusum', true))).revision).toBe(before.revision);
        expect(rowsIn(await engine.signalsArrow())).toEqual(exported);
        expect(await engine.event(700)).toEqual(event);
      };
      asked = look();
    });
    const after = await running;
    expect(asked).not.toBeNull();
    await (asked as unknown as Promise<void>);
    expect(preview).toMatchObject({ names: ['friction', 'trace', 'kl', 'entropy', 'rho'] });
    expect(before.revision).toBeLessThan(preview!.revision);
    expect(preview!.revision).toBeLessThan(after.revision);
    // Refined: what is asked for now is exact, whether a preview is asked for or not.
    const fresh = await opened();
    await fresh.analyze(parameters({ lambda_slow: 0.1 }), ignore);
    for (const wanted of [true, false])
      expect((await engine.series(request('kl', wanted))).lines).toEqual(
        (await fresh.series(request('kl', false))).lines,
      );
    // Thresholds, and what has been computed already, are not previewed.
    await engine.analyze(parameters({ lambda_slow: 0.1, h: 6 }), ignore, null, null, () => expect.unreachable());
  });

  it('answers what was asked of it along with the analysis, before that is done', async () => {
    const engine = newPreviewingEngine();
    await engine.open(source, null, drop, ignore);
    await engine.analyze(parameters(), ignore);
    const order: string[] = [];
    let report: PreviewReport | null = null;
    const running = engine.analyze(parameters({ lambda_slow: 0.1 }), ignore, null, { from: 600, to: 1100 }, (given) => {
      report = given;
      order.push('preview');
    });
    const along = (name: SeriesName) => engine.series({ ...request(name, true), next: true });
    const asked = along('kl').then((series) => {
      order.push('answer');
      return series;
    });
    const unchanged = errorOf(along('tension'));
    await running;
    order.push('analysed');
    expect((await asked).revision).toBe(report!.revision);
    expect((await asked).lines.flatMap(({ points }) => [...points]).length).toBeGreaterThan(0);
    expect(order).toEqual(['preview', 'answer', 'analysed']);
    expect(await unchanged).toMatchObject({ kind: 'cancelled' });
    // A threshold has no preview: whoever waits for one is told.
    const decided = engine.analyze(parameters({ lambda_slow: 0.1, h: 6 }), ignore, null, null, () =>
      expect.unreachable(),
    );
    expect(await errorOf(along('kl'))).toMatchObject({ kind: 'cancelled' });
    await decided;
  });

  it('is all that a superseded analysis gives', async () => {
    const engine = newPreviewingEngine();
    await engine.open(source, null, drop, ignore);
    const before = await engine.analyze(parameters(), ignore);
    const superseded = errorOf(
      engine.analyze(parameters({ lambda_fast: 0.4 }), ignore, null, null, () => engine.cancelStale()),
    );
    const newest = engine.analyze(parameters({ lambda_fast: 0.5 }), ignore);
    // Too quick to be ended where it is done within one stretch of work.
    const outcome = await superseded.catch(() => null);
    if (outcome) expect(outcome).toEqual({ kind: 'cancelled', what: STALE_RUN });
    expect((await newest).revision).toBeGreaterThan(before.revision);
  });
});

describe('from another thread', () => {
  it('answers as it does in the same thread, and errors keep their kind', async () => {
    const here = await opened();
    const client: EngineApi & { dispose(): void } = createEngineClient({ spawn: () => spawnEngineHere(newEngine()) });
    const phases = new Set<string>();
    let bytes = 0;
    await client.open(
      source,
      null,
      async (ipc) => {
        bytes += ipc.byteLength;
      },
      (progress) => phases.add(progress.phase),
    );
    expect(bytes).toBeGreaterThan(0);
    const there = await client.analyze(parameters(), (progress) => phases.add(progress.phase));
    expect(withoutClock(there)).toEqual(withoutClock(await here.analyze(parameters(), ignore)));
    expect(phases).toContain('Detecting');
    for (const name of ['kl', 'cusum'] satisfies SeriesName[]) {
      const request = { name, range: { from: 0, to: 1200 }, axis: 'event' as const, buckets: 100, streams: [0, 1, 2] };
      expect((await client.series(request)).lines).toEqual((await here.series(request)).lines);
      // Transferring must not have emptied what the engine keeps.
      expect((await client.series(request)).lines).toEqual((await here.series(request)).lines);
    }
    expect(await client.couplingMatrix(900)).toEqual(await here.couplingMatrix(900));
    expect(await client.event(700)).toEqual(await here.event(700));
    const rowsIn = (ipc: Uint8Array) =>
      tableFromIPC(ipc)
        .toArray()
        .map((row) => row!.toJSON());
    expect(rowsIn(await client.signalsArrow())).toEqual(rowsIn(await here.signalsArrow()));
    expect(await errorOf(client.event(1e9))).toMatchObject({
      kind: 'ledger',
      problem: expect.stringContaining('no event 1000000000'),
    });
    client.dispose();
  });

  it('takes the kind of a failing sink there and back', async () => {
    const client = createEngineClient({ spawn: () => spawnEngineHere(newEngine()) });
    const full: TautlineError = { kind: 'memory', problem: 'the database is full', advice: 'Open a smaller ledger' };
    expect(await errorOf(client.open(source, null, () => Promise.reject(new TautlineFailure(full)), ignore))).toEqual(
      full,
    );
    client.dispose();
  });
});

describe('a reference from a file', () => {
  it('replaces the reference period; on its own ledger it gives the same alerts, and null goes back', async () => {
    const engine = await opened();
    const own = await engine.analyze(parameters(), ignore);
    expect(own.alerts.length).toBeGreaterThan(0);
    const text = bundleToJson(await engine.bundle(null, null));
    expect(await engine.setReferenceFile({ name: 'own.json', text })).toEqual([]);
    const replayed = await engine.analyze(parameters(), ignore);
    expect(replayed.alerts).toEqual(own.alerts);

    // Another ledger of the same kind: no reference lies inside it, and the file says that it is another.
    await engine.open(tinyLedger({ seed: 2, turns: 380, fracture: 100 }), null, drop, ignore);
    const warnings = await engine.setReferenceFile({ name: 'own.json', text });
    expect(warnings.join(' ')).not.toBe('');
    const other = await engine.analyze(parameters(), ignore);
    expect(other.reference).toEqual({ from: 0, to: 0 });
    expect(other.calibration.m).toBe(own.calibration.m);
    const drift = other.alerts.find((alert) => alert.kind === 'DRIFT');
    expect(drift!.fired).toBeLessThan(120 * 3);

    expect(await engine.setReferenceFile(null)).toEqual([]);
    expect((await engine.analyze(parameters(), ignore)).reference.to).toBeGreaterThan(0);
  });

  it('is refused by name, and what was in force stays', async () => {
    const engine = await opened();
    const before = await engine.analyze(parameters(), ignore);
    const refused = await errorOf(engine.setReferenceFile({ name: 'odd.json', text: '{"format": "something"}' }));
    expect(refused).toMatchObject({ kind: 'file', file: 'odd.json' });
    expect((await engine.analyze(parameters(), ignore)).alerts).toEqual(before.alerts);
  });
});
