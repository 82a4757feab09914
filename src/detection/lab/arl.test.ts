import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { countAlarms } from '../../kernels/reference/runLength.ts';
import { operatingCharacteristics } from './arl.ts';
import { gaussianCusumArl, normalCdf, siegmundArl } from './naive.ts';
import { autoregressive, inControlFrom, inStreams } from './testing.ts';

/** Held out: the "known" run lengths of AR(1) are those of this series. */
const truth = [...autoregressive(500_000, 0.5, 100)];

describe('average run length', () => {
  test.each([1, 2, 3])(
    'of independent normal z is the one that the Markov chain gives, within its interval (seed %i)',
    (seed) => {
      const inControl = inControlFrom(inStreams(autoregressive(30_000, 0, seed), 3));
      for (const [h, kappa, cap] of [
        [4, 0.5, 20],
        [5, 0.5, 3.5],
        [3, 1, 3.5],
      ]) {
        const { estimate } = operatingCharacteristics(testKernels(), inControl, { h, kappa, cap });
        const known = gaussianCusumArl(h, kappa, cap);
        expect(estimate.method).toBe('simulated');
        expect(estimate.interval[0]).toBeLessThan(known);
        expect(estimate.interval[1]).toBeGreaterThan(known);
        expect(estimate.interval[1] / estimate.interval[0]).toBeLessThan(8);
      }
    },
  );

  test.each([1, 2, 3])('of AR(1) z with 0.5 is that of a long simulation, within its interval (seed %i)', (seed) => {
    const inControl = inControlFrom(inStreams(autoregressive(30_000, 0.5, seed), 3));
    for (const [h, kappa] of [
      [5, 0.5],
      [3.5, 1],
    ]) {
      const { estimate, naive } = operatingCharacteristics(testKernels(), inControl, { h, kappa, cap: 3.5 });
      const { alarms, clear } = countAlarms([truth], { kind: 'cusum', kappa, cap: 3.5 }, h);
      expect(alarms).toBeGreaterThan(700);
      expect(estimate.interval[0]).toBeLessThan(clear / alarms);
      expect(estimate.interval[1]).toBeGreaterThan(clear / alarms);
      expect(naive.siegmund).toBeGreaterThan(3 * estimate.arl);
    }
  });

  test('beyond what the events show it is extrapolated, with the truth inside the interval, and says so', () => {
    const inControl = inControlFrom(inStreams(autoregressive(20_000, 0, 4), 3));
    const at = (h: number) => operatingCharacteristics(testKernels(), inControl, { h, kappa: 1, cap: 3.5 }).estimate;
    const estimate = at(5);
    expect(estimate.method).toBe('extrapolated');
    const known = gaussianCusumArl(5, 1, 3.5);
    expect(known).toBeGreaterThan(20_000);
    expect(estimate.interval[0]).toBeLessThan(known);
    expect(estimate.interval[1]).toBeGreaterThan(known);
    expect(estimate.level).toBeNull();
    // Ten times what was simulated is as far as it goes.
    expect(at(12)).toMatchObject({ arl: Number.NaN, method: 'bound', interval: [0, Infinity], alarms: 0 });
  });

  test('without an alarm at any threshold there is a count and no number', () => {
    const at = (values: Float64Array, cannotRise = false) =>
      operatingCharacteristics(
        testKernels(),
        { ...inControlFrom(inStreams(values, 2)), cannotRise },
        { h: 8.5, kappa: 1, cap: 3.5 },
      );
    const { estimate, perDay } = at(new Float64Array(1000));
    expect(estimate).toMatchObject({ method: 'bound', arl: Number.NaN, level: null, alarms: 0, events: 2_000_000 });
    expect(perDay).toBeNaN();
    expect(at(new Float64Array(0)).estimate).toMatchObject({ method: 'bound', arl: Number.NaN, events: 0 });
    // Nor where the sum cannot rise, whatever the reference would say.
    expect(at(autoregressive(1000, 0, 1), true).estimate).toMatchObject({
      method: 'bound',
      arl: Number.NaN,
      events: 0,
    });
  });

  test('alerts a day follow from the rate of the ledger', () => {
    const result = operatingCharacteristics(testKernels(), inControlFrom(inStreams(autoregressive(5000, 0.5, 9), 1)), {
      h: 5,
      kappa: 0.5,
      cap: 3.5,
    });
    expect(result.perDay).toBeCloseTo(1000 / result.estimate.arl, 10);
    expect(result.perDayInterval[0]).toBeLessThan(result.perDay);
    expect(result.perDayInterval[1]).toBeGreaterThan(result.perDay);
  });

  test('autocorrelation of AR(1) z falls geometrically', () => {
    const { autocorrelation } = operatingCharacteristics(
      testKernels(),
      inControlFrom(inStreams(autoregressive(50_000, 0.5, 6), 4)),
      { h: 5, kappa: 1, cap: 3.5 },
    );
    expect(autocorrelation).toHaveLength(20);
    [0.5, 0.25, 0.125].forEach((expected, lag) => expect(Math.abs(autocorrelation[lag] - expected)).toBeLessThan(0.03));
    expect(Math.abs(autocorrelation[19])).toBeLessThan(0.03);
  });

  test('grows with the threshold, whatever the series', () => {
    const kernels = testKernels();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0.2, max: 1.5, noNaN: true }),
        (seed, phi, kappa) => {
          const { curve } = operatingCharacteristics(
            kernels,
            inControlFrom(inStreams(autoregressive(800, phi, seed), 2)),
            { h: 8, kappa, cap: 3.5 },
            { events: 40_000, replicates: 0, replicateEvents: 0 },
          );
          for (let i = 1; i < curve.length; i++) expect(curve[i].arl).toBeGreaterThanOrEqual(curve[i - 1].arl);
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });
});

describe('what is claimed', () => {
  test('an interval is called 95 % only where it was shown to cover', () => {
    const estimate = (n: number, h: number, source: 'reference' | 'ledger') =>
      operatingCharacteristics(
        testKernels(),
        { ...inControlFrom(inStreams(autoregressive(n, 0.3, 4), 4)), source },
        { h, kappa: 1, cap: 3.5 },
      ).estimate;
    expect(estimate(1800, 3.5, 'reference').level).toBe(0.95);
    expect(estimate(1800, 3.5, 'ledger').level).toBeNull();
    expect(estimate(400, 3.5, 'reference').level).toBeNull();
    expect(estimate(1800, 1, 'reference').level).toBeNull();
    expect(estimate(1800, 7, 'reference').level).toBeNull();
  });
});

describe('naive average run length', () => {
  test('Siegmund and the Markov chain give the tabled values of the one-sided CUSUM', () => {
    // Hawkins & Olwell 1998 and Montgomery, kappa = 0.5: one-sided in-control run lengths of 336 at h = 4 and 930 at h
    // = 5; 10.4 after a shift of 1 at h = 5.
    expect(gaussianCusumArl(4, 0.5, 99)).toBeCloseTo(335.4, 0);
    expect(gaussianCusumArl(5, 0.5, 99)).toBeCloseTo(930.9, 0);
    expect(gaussianCusumArl(5, 0.5, 99, 1)).toBeCloseTo(10.38, 1);
    expect(siegmundArl(5, 0.5)).toBeCloseTo(938.2, 0);
    expect(siegmundArl(5, 0.5, 1)).toBeCloseTo(10.34, 1);
    expect(siegmundArl(4, 0.5, 0.5)).toBeCloseTo(5.166 ** 2, 6);
  });

  test('a cap at kappa never lets the sum rise', () => {
    expect(gaussianCusumArl(4, 0.5, 0.5)).toBe(Infinity);
    expect(gaussianCusumArl(4, 0.5, 1)).toBeGreaterThan(gaussianCusumArl(4, 0.5, 2));
  });

  test('normal distribution function', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
    expect(normalCdf(-5) / 2.866515718791939e-7).toBeCloseTo(1, 12);
    expect(normalCdf(-3) + normalCdf(3)).toBe(1);
    expect(normalCdf(-2.9999999) / normalCdf(-3)).toBeCloseTo(1, 5);
  });
});
