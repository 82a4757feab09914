import { beforeAll, describe, expect, it } from 'vitest';
import { operatingCharacteristics, type RunLengthEstimate } from '../../detection/lab/arl.ts';
import { bundleFromJson, bundleToJson } from '../../detection/lab/bundle.ts';
import { sweepOf, sweepTasks, sweep } from '../../detection/lab/sweep.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { BUILT_KERNELS, loadKernels } from '../../kernels/load.node.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Engine } from '../engine.ts';
import { runLabTask } from '../labTask.ts';
import type { AnalysisReport } from '../protocol.ts';
import { newEngine, tinyLedger } from '../testing.ts';

let engine: Engine;
let report: AnalysisReport;
let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernels(BUILT_KERNELS);
  engine = newEngine();
  await engine.open(
    tinyLedger({ fracture: 320 }),
    null,
    async () => undefined,
    () => undefined,
  );
  report = await engine.analyze(DEFAULT_PARAMETERS, () => undefined);
});
const labelFile = (from: number, to: number) => ({
  name: 'labels.json',
  text: JSON.stringify([{ stream: 'c', from, to, label: 'fracture' }]),
});

describe('the laboratory of an engine', () => {
  it('measures false alarms on the reference of the analysis, in its parameters', async () => {
    const { inControl, parameters, revision } = await engine.inControl('reference');
    expect(revision).toBe(report.revision);
    expect(parameters).toEqual(DEFAULT_PARAMETERS);
    expect(inControl.divergence.values.length).toBeGreaterThan(150);
    expect(inControl.divergence.values.length).toBeLessThanOrEqual(240);
    expect(inControl.eventsPerDay).toBeCloseTo(3 * 86_400, -3);
    const answer = runLabTask(kernels, { kind: 'falseAlarms', inControl, parameters: { ...parameters, h: 3 } });
    expect(answer).toEqual(operatingCharacteristics(kernels, inControl, { ...parameters, h: 3 }));
    const limits = runLabTask(kernels, {
      kind: 'limits',
      inControl,
      parameters,
      budget: { per: 'events', events: 5000 },
    });
    expect(limits).toMatchObject({ events: 5000, parameters: { false_alarm_budget: 5000 } });
  });

  it('says what a limit costs: of the friction band, and of a signal beyond it', async () => {
    const { inControl, parameters } = await engine.inControl('reference');
    const band = (z_band: number) =>
      runLabTask(kernels, { kind: 'band', inControl, parameters: { ...parameters, z_band } }) as RunLengthEstimate;
    const [narrow, wide] = [band(1), band(2)];
    expect(narrow.method).toBe('simulated');
    expect(wide.arl).toBeGreaterThan(narrow.arl);
    // Within 1 standard deviation lie most: an alarm is a spike above it, or eight events in a row below it.
    const above = inControl.friction.values.filter((z) => z > 1).length;
    expect(narrow.alarms / narrow.events).toBeLessThan((above / inControl.friction.values.length) * 1.5);

    const all = await engine.beyond('kl', [-Infinity, -1]);
    // One run in each of the three streams.
    expect(all).toEqual({ events: inControl.divergence.values.length, beyond: all.events, runs: 3 });
    const median = inControl.divergence.values.toSorted()[all.events >> 1];
    const kl = (-0.5 * (median * report.calibration.s + report.calibration.m) + 1) ** -2;
    const half = await engine.beyond('kl', [-Infinity, kl]);
    expect(half.beyond).toBeGreaterThanOrEqual(half.events / 2 - 1);
    expect(half.beyond).toBeLessThanOrEqual(half.events / 2 + 1);
    expect(half.runs).toBeGreaterThan(3);
    expect(half.runs).toBeLessThan(half.beyond);
  });

  it('injects a change at the first event of the stream from the one asked for', async () => {
    const { starts, tasks } = await engine.delayPlan({
      stream: 1,
      change: 'scale',
      sizes: [1, 4],
      start: 600,
      count: 1,
      horizon: 60,
    });
    expect(starts).toHaveLength(1);
    expect((await engine.event(starts[0])).stream).toBe(1);
    expect(starts[0]).toBeGreaterThanOrEqual(600);
    expect(starts[0]).toBeLessThan(603);
    const outcome = runLabTask(kernels, { kind: 'delay', task: tasks[0] });
    expect(outcome).toMatchObject({ delays: [{ DRIFT: null }, { DRIFT: expect.any(Number) as number }] });
    await expect(
      engine.delayPlan({ stream: 1, change: 'scale', sizes: [1], start: 5000, count: 1, horizon: 60 }),
    ).rejects.toThrow(/no event from 5000/);
  });

  it('lets a change be found within what the length of the stream allows, where nobody says', async () => {
    const ask = { stream: 1, change: 'mean', sizes: [0, 2], start: null, count: 40 } as const;
    const { horizon, starts } = await engine.delayPlan({ ...ask, horizon: null });
    expect(horizon).toBeGreaterThanOrEqual(10);
    expect(horizon).toBeLessThan(200);
    expect(starts.length).toBeGreaterThan(10);
    await expect(engine.delayPlan({ ...ask, horizon: 5000 })).rejects.toThrow(
      /too few for 100 before .* fewer events/s,
    );
  });

  it('sweeps the ledger that it hands out as one piece or in tasks', async () => {
    const { ledger, parameters } = await engine.labColumns();
    const { intervals } = await engine.labels(labelFile(963, 1200));
    const request = {
      parameters,
      x: { name: 'h' as const, values: [4, 8.5] },
      y: { name: 'kappa' as const, values: [0.5, 1, 1.5] },
      intervals,
    };
    const parts = sweepTasks(ledger, request, 2).map((task) =>
      runLabTask(kernels, { kind: 'sweep', task }),
    ) as Parameters<typeof sweepOf>[1];
    const whole = await sweep(kernels.fork(), ledger, request);
    expect(sweepOf(request, parts)).toEqual(whole);
    const own = whole.cells.find((cell) => cell.x === 8.5 && cell.y === 1)!;
    expect(own.alerts).toBe(report.alerts.length);
    expect(own.recall).toBe(1);
  });

  it('makes a bundle of the newest analysis, with the rollout against what it was compared with', async () => {
    const strict = { ...DEFAULT_PARAMETERS, h: 3 };
    const compared = await engine.analyze(DEFAULT_PARAMETERS, () => undefined, strict);
    const bundle = await engine.bundle(null, null);
    expect(bundle.parameters).toEqual(DEFAULT_PARAMETERS);
    expect(bundle.alerts).toHaveLength(compared.alerts.length);
    expect(bundle.rollout).toMatchObject({ comparedWith: strict, labelled: null });
    expect(bundle.rollout.kept + bundle.rollout.moved + bundle.rollout.removed).toBe(compared.baselineAlerts.length);
    expect(bundleFromJson(bundleToJson(bundle), 'b.json').alerts).toEqual(bundle.alerts);
  });

  it('scores against a label file, and says so where the ledger has no labels', async () => {
    const { labels, report: scored } = await engine.score(labelFile(963, 1200));
    expect(labels).toMatchObject({
      file: 'labels.json',
      format: 'JSON',
      intervals: [{ stream: 'c', label: 'fracture' }],
    });
    expect(scored.all.score).toMatchObject({ intervals: 1, found: 1, recall: 1, missed: [] });
    expect(await engine.labels(null)).toEqual({ file: null, format: 'column', intervals: [], leftOut: [] });
    expect((await engine.score(null)).report.notes.join()).toMatch(/no labelled interval/);
    await expect(engine.labels({ name: 'bad.json', text: '[{"from": "yesterday"}]' })).rejects.toThrow(/bad\.json/);
  });
});
