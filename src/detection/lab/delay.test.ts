import { describe, expect, test } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { createDetector, referenceRange } from '../pipeline.ts';
import { STATE_KINDS } from '../channels/table.ts';
import { parameters, randomLedger } from '../testing.ts';
import {
  DELAY_KINDS,
  type DelayKind,
  delayCurve,
  delayCurveOf,
  delayStarts,
  delayTasks,
  runDelayTask,
  wilson,
  type DelayRequest,
} from './delay.ts';
import type { LabLedger } from './ledger.ts';

const p = parameters({ false_alarm_budget: 20_000 });
const { events, coordinates } = randomLedger({ n: 6000, k: 4, streams: 3, seed: 5, voids: 0, resets: 0 });
const ledger: LabLedger = { events, coordinates, reference: referenceRange(events.n, p).range };
const kernels = testKernels();
const baseline = (() => {
  const detector = createDetector(kernels);
  detector.load(events, coordinates, ledger.reference);
  detector.runSignals(p);
  return detector.baseline(
    { dimension: 4, k: 4, mean: new Float64Array(4), axes: new Float64Array(16), eigenvalues: new Float64Array(4) },
    p,
  );
})();
const request = (change: Partial<DelayRequest> = {}): DelayRequest => ({
  parameters: p,
  stream: 1,
  change: 'mean',
  sizes: [0, 0.5, 2, 4],
  starts: delayStarts(ledger, 1, 12, 150, p),
  horizon: 150,
  ...change,
});

describe('detection delay', () => {
  test('of a growing scale: more power, sooner, and none without a change', async () => {
    const all = await delayCurveOf(kernels, ledger, baseline, request({ change: 'scale', sizes: [1, 1.5, 3, 6] }));
    // Nothing is claimed of what reads the messages: they were not changed.
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(STATE_KINDS));
    const points = all.filter(({ kind }) => kind === 'DRIFT');
    const power = points.map((point) => point.power);
    expect(power[0]).toBeLessThan(0.2);
    expect(power[3]).toBe(1);
    for (let i = 1; i < power.length; i++) expect(power[i]).toBeGreaterThanOrEqual(power[i - 1]);
    expect(points[3].medianDelay).toBeLessThan(points[2].medianDelay);
    expect(points[3].medianDelay).toBeGreaterThanOrEqual(1);
    expect(points[3].delayInterval[0]).toBeLessThanOrEqual(points[3].medianDelay);
    expect(points[3].delayInterval[1]).toBeGreaterThanOrEqual(points[3].medianDelay);
    expect(
      points.every(
        (point) =>
          point.replicates > 0 && point.powerInterval[0] <= point.power && point.power <= point.powerInterval[1],
      ),
    ).toBe(true);
  });

  test('a larger scale is found by the divergence, a smaller one by friction, none by neither', async () => {
    const points = await delayCurveOf(kernels, ledger, baseline, request({ change: 'scale', sizes: [0.25, 1, 4] }));
    const power = (kind: string) => points.filter((point) => point.kind === kind).map((point) => point.power);
    expect(power('DRIFT')[2]).toBeGreaterThan(0.9);
    expect(power('DRIFT')[1]).toBe(0);
    expect(power('FRAME_WEIGHT_DEGRADATION')[0]).toBeGreaterThan(0.9);
    expect(power('FRAME_WEIGHT_DEGRADATION')[1]).toBe(0);
  });

  test('tasks stand by themselves: each is a slice, and any order of running gives the same curve', async () => {
    const tasks = delayTasks(ledger, baseline, request());
    for (const task of tasks) expect(task.ledger.events.n).toBeLessThan(1200);
    const backwards = [...tasks]
      .reverse()
      .map((task) => runDelayTask(kernels, structuredClone(task)))
      .reverse();
    expect(delayCurve(request().sizes, backwards)).toEqual(await delayCurveOf(kernels, ledger, baseline, request()));
  });

  test('starts lie past the reference with room on both sides', () => {
    const starts = delayStarts(ledger, 2, 30, 150, p);
    expect(new Set(starts).size).toBe(30);
    for (const start of starts) {
      expect(events.stream[start]).toBe(2);
      expect(start).toBeGreaterThanOrEqual(ledger.reference.to);
    }
    expect(events.stream.subarray(starts[29]).filter((s) => s === 2).length).toBeGreaterThanOrEqual(150);
    expect(() => delayStarts(ledger, 2, 5, 10_000, p)).toThrow(/too few for 100 before a change and 10000 after it/);
    expect(() => delayTasks(ledger, baseline, request({ starts: [events.stream.indexOf(0, 2000)] }))).toThrow(
      /is not of stream/,
    );
  });

  test('progress is reported, and a cancel stops it', async () => {
    const cancel = new AbortController();
    const seen: number[] = [];
    const running = delayCurveOf(kernels, ledger, baseline, request(), {
      signal: cancel.signal,
      onProgress: ({ fraction }) => {
        seen.push(fraction);
        if (seen.length === 2) cancel.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    expect(seen).toEqual([1 / 12, 2 / 12]);
  });

  test('a channel already alarming before the change is not counted', () => {
    const never = Object.fromEntries(DELAY_KINDS.map((kind) => [kind, null])) as Record<DelayKind, null>;
    const [drift] = delayCurve(
      [1],
      [
        { delays: [{ ...never, DRIFT: 3 }], open: [] },
        { delays: [{ ...never, DRIFT: 5 }], open: [] },
        { delays: [never], open: [] },
        { delays: [never], open: ['DRIFT'] },
      ],
    );
    expect(drift).toMatchObject({ replicates: 3, detected: 2, medianDelay: 5 });
    expect(drift.delayInterval[1]).toBe(Infinity);
  });

  test('Wilson interval', () => {
    // Newcombe 1998, table I: 81 of 263 and 15 of 148.
    expect(wilson(81, 263).map((v) => v.toFixed(4))).toEqual(['0.2553', '0.3662']);
    expect(wilson(15, 148).map((v) => v.toFixed(4))).toEqual(['0.0624', '0.1605']);
    expect(wilson(0, 20)[0]).toBe(0);
    expect(wilson(20, 20)[1]).toBe(1);
  });
});
