import { describe, expect, test } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { countAlarms } from '../../kernels/reference/runLength.ts';
import { budgetEvents, deriveLimits, type Budget } from './budget.ts';
import { gaussianCusumArl } from './naive.ts';
import { autoregressive, inControlFrom, inStreams } from './testing.ts';

const detectors = { kappa: 0.5, cap: 3.5, dwell: 4 };

describe('limits derived from a budget', () => {
  test('are met on held-out data, AR(1)', () => {
    // One in twenty intervals may miss.
    let covered = 0;
    for (const [phi, seed] of [
      [0, 11],
      [0, 12],
      [0.5, 11],
      [0.5, 12],
    ]) {
      const limits = deriveLimits(
        testKernels(),
        inControlFrom(
          inStreams(autoregressive(20_000, phi, seed), 2),
          inStreams(autoregressive(20_000, phi, seed + 50), 2),
        ),
        { per: 'events', events: 1000 },
        detectors,
      );
      const fresh = [...autoregressive(400_000, phi, 999)];
      const h = countAlarms([fresh], { kind: 'cusum', kappa: 0.5, cap: 3.5 }, limits.h.value);
      const band =
        countAlarms([fresh], { kind: 'dwell', dwell: 4 }, limits.zBand.value).alarms +
        countAlarms([fresh], { kind: 'level', rearm: 1 }, limits.zBand.value).alarms;
      for (const [limit, realised] of [
        [limits.h, h.clear / h.alarms],
        [limits.zBand, 400_000 / band],
      ] as const) {
        const [low, high] = limit.estimate.interval;
        covered += Number(low <= realised && realised <= high);
        expect(realised).toBeGreaterThan(500);
        expect(realised).toBeLessThan(2000);
        // The limit meets its budget on the sample that it was derived from.
        expect(limit.estimate.arl / 1000).toBeGreaterThan(0.85);
        expect(limit.estimate.arl / 1000).toBeLessThan(1.25);
      }
      expect(limits.parameters).toEqual({ h: limits.h.value, z_band: limits.zBand.value, false_alarm_budget: 1000 });
    }
    expect(covered).toBeGreaterThanOrEqual(7);
  });

  test('grow with the budget', () => {
    const inControl = inControlFrom(inStreams(autoregressive(10_000, 0.3, 5), 2));
    const limits = [100, 1000, 10_000, 100_000, 1_000_000].map((events) =>
      deriveLimits(testKernels(), inControl, { per: 'events', events }, detectors),
    );
    for (let i = 1; i < limits.length; i++) {
      expect(limits[i].h.value).toBeGreaterThan(limits[i - 1].h.value);
      expect(limits[i].zBand.value).toBeGreaterThan(limits[i - 1].zBand.value);
    }
    expect(limits[4].h.estimate.method).toBe('extrapolated');
  });

  test('of independent normal z are near those that the Markov chain asks for', () => {
    const { h } = deriveLimits(
      testKernels(),
      inControlFrom(inStreams(autoregressive(200_000, 0, 7), 1)),
      { per: 'events', events: 930.9 },
      { ...detectors, cap: 20 },
    );
    expect(gaussianCusumArl(h.value, 0.5, 20) / 930.9).toBeGreaterThan(0.8);
    expect(gaussianCusumArl(h.value, 0.5, 20) / 930.9).toBeLessThan(1.25);
  });

  test('are not derived from nothing', () => {
    const limits = deriveLimits(
      testKernels(),
      inControlFrom(inStreams(new Float64Array(0), 1)),
      { per: 'events', events: 5000 },
      detectors,
    );
    expect(limits.h).toMatchObject({ value: Number.NaN, note: 'there are no events in control to derive it from' });
    expect(limits.parameters).toEqual({ false_alarm_budget: 5000 });
  });

  test('a rate in time needs timestamps', () => {
    const weekly: Budget = { per: 'week', alarms: 2 };
    expect(budgetEvents(weekly, 1000)).toBe(3500);
    expect(budgetEvents({ per: 'hour', alarms: 1 }, 2400)).toBe(100);
    expect(() => budgetEvents(weekly, Number.NaN)).toThrow(/per week, and the ledger has no timestamps/);
    expect(() => budgetEvents({ per: 'events', events: 0 }, Number.NaN)).toThrow(/every 0 events/);
  });
});
