import { describe, expect, test } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { createDetector, referenceRange } from '../pipeline.ts';
import { parameters, randomLedger } from '../testing.ts';
import { ALERT_KINDS, type AlertKind } from '../types.ts';
import { createScorer, TOLERANCE } from './score.ts';
import { runSweepTask, sweep, sweepOf, sweepTasks, sweepValues, type SweepRequest } from './sweep.ts';

const kernels = testKernels();
const { events, coordinates } = randomLedger({ n: 3000, k: 3, streams: 3, seed: 8, fracture: 2000 });
const p = parameters({ h: 6 });
const ledger = { events, coordinates, reference: referenceRange(events.n, p).range };
const intervals = [{ stream: events.streams[0], from: 2000, to: 3000, label: 'fracture' }];
/** A later kind that catches outliers at once would make cells alike. */
const KINDS: readonly AlertKind[] = [
  'DRIFT',
  'HOMOGENIZATION_FLOOR_NEAR',
  'FRAME_WEIGHT_DEGRADATION',
  'VOID',
  'STYLE_SHIFT',
];
const request = (change: Partial<SweepRequest> = {}): SweepRequest => ({
  parameters: p,
  x: { name: 'h', values: [2, 8.5, 30] },
  y: { name: 'kappa', values: [0.5, 1] },
  kinds: KINDS,
  intervals,
  ...change,
});

describe('a sweep', () => {
  test.each<[string, Partial<SweepRequest>]>([
    ['decisions on both axes', {}],
    ['signals along x', { x: { name: 'lambda_fast', values: [0.15, 0.25, 0.4] } }],
    ['signals along y', { y: { name: 'lambda_fast', values: [0.15, 0.25] } }],
    [
      'signals on both axes',
      { x: { name: 'lambda_fast', values: [0.15, 0.25, 0.4] }, y: { name: 'shrinkage', values: [0, 0.1] } },
    ],
  ])('with %s gives in each cell what an analysis with its values gives', async (_, change) => {
    const wanted = request(change);
    const { cells } = await sweep(kernels, ledger, wanted);
    const scorer = createScorer(events, intervals, { tolerance: TOLERANCE, from: ledger.reference.to });
    const detector = createDetector(kernels);
    detector.load(events, coordinates, ledger.reference);
    const expected = wanted.y.values.flatMap((y) =>
      wanted.x.values.map((x) => {
        const own = { ...p, [wanted.x.name]: x, [wanted.y.name]: y };
        detector.runSignals(own);
        const alerts = detector.decide(own).alerts.filter(({ kind }) => KINDS.includes(kind));
        const { precision, recall, f1, delay } = scorer.score(alerts);
        return { x, y, alerts: alerts.length, precision, recall, f1, medianDelay: delay.median, problem: null };
      }),
    );
    expect(cells).toEqual(expected);
    expect(new Set(cells.map((cell) => `${cell.alerts} ${cell.medianDelay}`)).size).toBeGreaterThan(1);
  });

  test('cut into tasks of rows is the same sweep', async () => {
    const wanted = request({
      x: { name: 'lambda_fast', values: [0.15, 0.25] },
      y: { name: 'h', values: [2, 4, 6, 8, 10] },
    });
    const tasks = sweepTasks(ledger, wanted, 2);
    expect(tasks.map((task) => task.rows)).toEqual([
      [0, 2],
      [2, 5],
    ]);
    expect(
      sweepOf(
        wanted,
        tasks.map((task) => runSweepTask(kernels, structuredClone(task))),
      ),
    ).toEqual(await sweep(kernels, ledger, wanted));
    expect(sweepTasks(ledger, wanted, 99)).toHaveLength(5);
  });

  test('a combination that is no valid set of parameters says so in its cell', async () => {
    const { cells } = await sweep(
      kernels,
      ledger,
      request({ x: { name: 'lambda_fast', values: [0.1, 0.3] }, y: { name: 'lambda_slow', values: [0.05, 0.2] } }),
    );
    expect(cells.map((cell) => cell.problem)).toEqual([
      null,
      null,
      'lambda_slow is 0.2, must be below lambda_fast (0.1)',
      null,
    ]);
    expect(cells[2]).toMatchObject({ x: 0.1, y: 0.2, alerts: Number.NaN, f1: Number.NaN });
  });

  test('counts only the kinds asked for, and scores nothing without labels', async () => {
    const all = await sweep(kernels, ledger, request({ kinds: undefined }));
    expect(all).toEqual(await sweep(kernels, ledger, request({ kinds: ALERT_KINDS })));
    const some = await sweep(kernels, ledger, request({ kinds: ['DRIFT'], intervals: [] }));
    some.cells.forEach((cell, i) => {
      expect(cell.alerts).toBeLessThanOrEqual(all.cells[i].alerts);
      expect([cell.precision, cell.recall, cell.f1, cell.medianDelay]).toEqual([
        Number.NaN,
        Number.NaN,
        Number.NaN,
        Number.NaN,
      ]);
    });
    expect(some.cells[0].alerts).toBeGreaterThan(0);
    // A higher limit cannot raise more.
    expect(some.cells[2].alerts).toBeLessThanOrEqual(some.cells[0].alerts);
  });

  test('reports its rows and stops when cancelled', async () => {
    const cancel = new AbortController();
    const seen: string[] = [];
    const running = sweep(kernels, ledger, request({ y: { name: 'kappa', values: [0.25, 0.5, 1, 2] } }), {
      signal: cancel.signal,
      onProgress: ({ detail }) => {
        seen.push(detail!);
        if (seen.length === 3) cancel.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ error: { kind: 'cancelled', what: 'Sweeping' } });
    expect(seen).toEqual(['1 of 4', '2 of 4', '3 of 4']);
  });

  test.each<[string, Partial<SweepRequest>, RegExp]>([
    ['the same parameter twice', { y: { name: 'h', values: [1] } }, /"h": stands on both axes/],
    ['a choice', { y: { name: 'anchor', values: [1] } }, /"anchor": is not a number/],
    ['the projection', { y: { name: 'k', values: [2, 4] } }, /"k": would need another projection/],
    [
      'what reads the messages',
      { y: { name: 'conversation_cut', values: [2, 4] } },
      /"conversation_cut": belongs to style/,
    ],
    ['no values', { y: { name: 'kappa', values: [] } }, /"kappa": has 0 values/],
  ])('refuses %s', async (_, change, message) => {
    await expect(sweep(kernels, ledger, request(change))).rejects.toThrow(message);
    expect(() => sweepTasks(ledger, request(change), 2)).toThrow(message);
  });

  test('values of an axis step as its slider does', () => {
    expect(sweepValues('h', 1, 5, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(sweepValues('dwell', 1, 4, 7)).toEqual([1, 2, 3, 4]);
    expect(sweepValues('false_alarm_budget', 100, 1_000_000, 5)).toEqual([100, 1000, 10_000, 100_000, 1_000_000]);
    expect(sweepValues('kappa', 1, 2, 1)).toEqual([1]);
  });
});
