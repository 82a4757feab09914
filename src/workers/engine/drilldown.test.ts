import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, type Parameters } from '../../detection/parameters.ts';
import { createEngineClient } from '../client.ts';
import type { Engine } from '../engine.ts';
import type { AnalysisReport } from '../protocol.ts';
import { newEngine, spawnEngineHere, tinyLedger } from '../testing.ts';

const ignore = () => undefined;
const parameters = (change: Partial<Parameters> = {}): Parameters => ({ ...DEFAULT_PARAMETERS, ...change });
let engine: Engine;
let report: AnalysisReport;

async function analysed(change: Partial<Parameters> = {}): Promise<AnalysisReport> {
  return engine.analyze(parameters(change), ignore);
}

beforeAll(async () => {
  engine = newEngine();
  await engine.open(tinyLedger({ fracture: 320 }), null, async () => undefined, ignore);
  report = await analysed();
});

describe("the engine's drill-down", () => {
  it.each<Partial<Parameters>>([{}, { anchor: 'reference' }, { adaptive: false, k: 3 }])(
    'attributes the friction and KL that the charts show, with %j',
    async (change) => {
      await analysed(change);
      for (const at of [14, 40, 400, 961, 1196]) {
        const { signals } = await engine.event(at);
        const found = await engine.attribution(at);
        expect(found.friction).toBeCloseTo(signals.friction, 5);
        expect(found.kl).toBeCloseTo(signals.kl, 5);
        const shares = found.events.reduce((sum, e) => sum + e.share, 0) + found.rest.share + found.initial.share;
        expect(shares).toBeCloseTo(1, 9);
      }
      await analysed();
    },
  );

  it('names agents and threads', async () => {
    const { agents, threads } = await engine.attribution(1000);
    expect(agents.map((group) => group.name).sort()).toEqual(['b0', 'b1']);
    expect(threads.length).toBeGreaterThan(1);
  });

  it('plans transport at an alert, and the plan does not disturb the analysis', async () => {
    const before = await engine.event(900);
    const alert = report.alerts.find((a) => a.kind === 'DRIFT')!;
    const plan = await engine.transportPlan({
      kind: 'alert',
      stream: alert.stream,
      onset: alert.onset,
      at: Math.min(alert.onset + 200, report.events - 1),
    });
    expect(plan.moves).toHaveLength(64);
    expect(plan.emd).toBeGreaterThan(0);
    expect(await engine.event(900)).toEqual(before);
    await expect(engine.transportPlan({ kind: 'rest', stream: 0, at: 5000 })).rejects.toMatchObject({
      error: { kind: 'ledger' },
    });
  });

  it('knows rows: their events, routes and alerts', async () => {
    const number = report.alerts.findIndex((a) => a.kind === 'DRIFT');
    const { onset, fired } = report.alerts[number];
    const { index, eventStates: routes, alerts } = await engine.rowFacts([onset, fired, 99999]);
    expect([...index]).toEqual([onset, fired, -1]);
    expect(routes).toEqual([(await engine.event(onset)).eventState, (await engine.event(fired)).eventState, null]);
    expect(alerts[1]).toContainEqual({ alert: number, kind: 'DRIFT', at: 'fired' });
    expect(alerts[2]).toEqual([]);
  });

  it('gathers the window of an alert and the baseline before it', async () => {
    const number = report.alerts.findIndex((a) => a.kind === 'DRIFT' && report.streams[a.stream].name === 'c');
    const alert = report.alerts[number];
    const { part, index, windows, stream, signals, latency } = await engine.investigationColumns({
      kind: 'alert',
      alert: number,
    });
    expect(stream).toBe('c');
    expect(index[part.indexOf(1)]).toBe(alert.onset);
    expect(part.filter((p) => p === 1).length).toBeGreaterThanOrEqual(24);
    expect(part.filter((p) => p === 0).length).toBeGreaterThanOrEqual(48);
    expect(index[part.lastIndexOf(0)]).toBeLessThan(alert.onset);
    expect(windows.note).toContain('c from the onset on');
    expect(signals.kl).toHaveLength(index.length);
    expect(latency).toHaveLength(index.length);
    await expect(engine.investigationColumns({ kind: 'alert', alert: -1 })).rejects.toMatchObject({
      error: { kind: 'ledger' },
    });
  });

  it('gathers any stretch, against a later one too', async () => {
    const stretch = { event: 300, range: null, stream: 'b', against: 'other', other: { from: 900, to: 1100 } } as const;
    const { own, range, baseline } = await engine.stretch(stretch);
    const { alert, part, index, stream, earlier } = await engine.investigationColumns({ kind: 'stretch', stretch });
    expect([alert, stream, earlier]).toEqual([null, 'b', []]);
    const side = (wanted: number) => [...index].filter((_, i) => part[i] === wanted);
    expect(side(1)).toHaveLength(own);
    expect([side(1)[0] >= range.from, side(1).at(-1)! < range.to]).toEqual([true, true]);
    expect(side(0)).toHaveLength(baseline!.own);
    expect(side(0)[0]).toBeGreaterThanOrEqual(900);
    expect(side(0).at(-1)).toBeLessThan(1100);
    await expect(engine.stretch({ ...stretch, stream: 'nobody' })).rejects.toMatchObject({ error: { kind: 'ledger' } });
  });

  it('answers over the wire as it does here', async () => {
    const client = createEngineClient({ spawn: () => spawnEngineHere(engine) });
    expect(await client.attribution(1000)).toEqual(await engine.attribution(1000));
    const request = { kind: 'rest', stream: 2, at: 1100 } as const;
    expect(await client.transportPlan(request)).toEqual(await engine.transportPlan(request));
    expect(
      (await client.words({ window: ['refund refund refund'], reference: ['flight flight flight'] })).more[0].term,
    ).toBe('refund');
    const turn = {
      row: 0,
      thread: 't',
      speaker: 'ann',
      text: 'go @bob',
      time: 1,
      latency: 1,
      handoffTo: null,
      role: null,
    };
    expect((await client.conversation([turn], ['bob'])).graph.handoffs).toHaveLength(1);
    expect((await client.handoffGraph([turn], [])).handoffs).toHaveLength(0);
    expect(await client.rowFacts([5])).toEqual(await engine.rowFacts([5]));
    const first = { kind: 'alert', alert: 0 } as const;
    expect(await client.investigationColumns(first)).toEqual(await engine.investigationColumns(first));
    await expect(client.attribution(1e6)).rejects.toMatchObject({ error: { kind: 'ledger' } });
    client.dispose();
  });
});

describe('the embedding map', () => {
  it('has every event with an embedding once, on the plane that keeps the most of their variance', async () => {
    const map = await engine.embeddingMap(100_000);
    const voids = (await Promise.all(Array.from({ length: report.events }, (_, i) => engine.event(i)))).filter(
      (event) => event.isVoid,
    ).length;
    expect(map.total).toBe(report.events - voids);
    expect(map.pauses).toBe(voids);
    expect(map.index).toHaveLength(map.total);
    const variance = (values: ArrayLike<number>, width: number, d: number) => {
      const column = Array.from({ length: values.length / width }, (_, i) => values[i * width + d]);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      return column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length;
    };
    const all = Array.from({ length: map.k }, (_, d) => variance(map.x, map.k, d)).reduce((a, b) => a + b, 0);
    expect(variance(map.plane, 2, 0) / all).toBeCloseTo(map.explained[0], 4);
    expect(variance(map.plane, 2, 1) / all).toBeCloseTo(map.explained[1], 4);
    expect(map.explained[0]).toBeGreaterThanOrEqual(1 / map.k);
  });

  it('is thinned evenly, and says of how many', async () => {
    const map = await engine.embeddingMap(50);
    expect(map.index).toHaveLength(50);
    expect(map.total).toBeGreaterThan(1000);
    expect(map.index[49]).toBeGreaterThan(0.9 * report.events);
    expect(map.x).toHaveLength(50 * map.k);
  });

  it('draws a stretch along its own events, and says where the reference ends in it', async () => {
    const { to } = report.reference;
    const names = ['kl', 'friction'] as const;
    const range = { from: to - 30, to: to + 60 };
    const all = await engine.sideLines({ stream: 'b', range, names, along: 'events', buckets: 1000 });
    expect(all.own).toBe(30);
    expect(all.sinceReference).toBe(-10);
    expect(all.lines[0]).toHaveLength(60);
    const own = [];
    for (let i = range.from; i < range.to; i += 1) {
      const event = await engine.event(i);
      if (report.streams[event.stream].name === 'b') own.push(event);
    }
    expect([...all.lines[1]].filter((_, i) => i % 2 === 1)).toEqual(own.map(({ signals }) => signals.friction));
    expect([...all.lines[1]].filter((_, i) => i % 2 === 0)).toEqual(own.map((_, i) => i));
    expect(all.time).toEqual([own[0].time, own[29].time]);
    const timed = await engine.sideLines({ stream: 'b', range, names, along: 'time', buckets: 1000 });
    expect([...timed.lines[0]].filter((_, i) => i % 2 === 0)).toEqual(own.map(({ time }) => time));
    const after = await engine.sideLines({
      stream: 'b',
      range: { from: to + 300, to: to + 300 },
      names,
      along: 'events',
      buckets: 10,
    });
    expect(after).toMatchObject({ own: 0, sinceReference: 100, time: [Number.NaN, Number.NaN] });
    await expect(engine.sideLines({ stream: 'z', range, names, along: 'events', buckets: 10 })).rejects.toMatchObject({
      error: { kind: 'ledger', problem: expect.stringContaining('no stream "z"') },
    });
  });
});
