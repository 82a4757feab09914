import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import { couplingStep, createCouplingState } from './channels/coupling/referenceImplementation.ts';
import { createTrackerState, trackerStep } from './channels/tracker/referenceImplementation.ts';
import { detectorLimits } from './calibration.ts';
import { createDetector, referenceRange, type Detector } from './pipeline.ts';
import { parameters, randomLedger, type RandomLedger } from './testing.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Decisions, type Signals } from './types.ts';

const kernels = testKernels();

function run(ledger: RandomLedger, change = {}): { detector: Detector; signals: Signals; decisions: Decisions } {
  const { events, coordinates } = randomLedger(ledger);
  const p = parameters(change);
  const detector = createDetector(kernels);
  detector.load(events, coordinates, referenceRange(events.n, p).range);
  const signals = detector.runSignals(p);
  return { detector, signals, decisions: detector.decide(p) };
}

describe('ledgers that say little', () => {
  it.each<[string, Partial<RandomLedger>]>([
    ['no events', { n: 0 }],
    ['one event', { n: 1 }],
    ['one void event', { n: 1, voids: 1 }],
    ['nothing but voids', { n: 500, voids: 1 }],
    ['one stream', { n: 900, streams: 1 }],
    ['fewer events than streams', { n: 3, streams: 7 }],
    ['one axis', { n: 900, k: 1 }],
    ['no latencies', { n: 900, silent: 1 }],
  ])('%s', (_, change) => {
    const ledger = { n: 900, k: 3, streams: 3, seed: 1, ...change };
    const { detector, signals, decisions } = run(ledger);
    expect(signals.n).toBe(ledger.n);
    expect(decisions.eventState.length).toBe(ledger.n);
    expect(decisions.governanceWeight.length).toBe(ledger.streams);
    for (let i = 0; i < ledger.n; i += 97) {
      expect(detector.explain(i).length).toBeGreaterThan(0);
      expect(detector.couplingMatrix(i).length).toBe(ledger.streams ** 2);
    }
    const { calibration } = decisions;
    const nothing = ledger.voids === 1 || ledger.n < 4;
    expect(Number.isNaN(calibration.m)).toBe(nothing);
    if (nothing) expect(decisions.alerts).toEqual([]);
    if (ledger.streams === 1)
      expect([calibration.tension, calibration.rho, calibration.phaseLocked]).toEqual([Number.NaN, Number.NaN, false]);
  });

  it('have no z where the reference holds too few divergences for a spread', () => {
    const { events, coordinates } = randomLedger({ n: 900, k: 2, streams: 2, seed: 1, voids: 0, fracture: 400 });
    const detector = createDetector(kernels);
    detector.load(events, coordinates, { from: 0, to: 2 });
    detector.runSignals(parameters());
    const { z, cusum, calibration, alerts } = detector.decide(parameters());
    expect(calibration.s).toBeNaN();
    expect([...z, ...cusum].every(Number.isNaN)).toBe(true);
    expect(alerts.some((alert) => alert.kind === 'DRIFT')).toBe(false);
    expect(detectorLimits({ ...calibration, m: 1, s: 0 }, parameters()).s).toBeNaN();
  });

  it('are analysed in retrospect below 200 events: nothing is alerted on', () => {
    const { decisions, signals } = run({ n: 199, k: 3, streams: 3, seed: 2, fracture: 100 });
    expect(new Set(Array.from(decisions.eventState, (code) => EVENT_STATES[code]))).toEqual(new Set(['WARMING']));
    expect(decisions.alerts).toEqual([]);
    expect(signals.shift.every(Number.isNaN)).toBe(true);
    expect(Number.isNaN(decisions.calibration.tension)).toBe(false);
  });
});

describe('a fracture', () => {
  const ledger = { n: 3000, k: 4, streams: 3, seed: 12, fracture: 1500, resets: 0 };

  it('is found in its stream, after it began', () => {
    const { decisions } = run(ledger);
    const drift = decisions.alerts.find((alert) => alert.kind === 'DRIFT')!;
    expect(drift).toMatchObject({ stream: 0, lag: drift.firedSeq - drift.onsetSeq });
    expect(drift.fired).toBeGreaterThanOrEqual(1500);
    expect(drift.lag).toBeLessThan(10);
    expect(decisions.eventState[drift.fired]).toBeLessThanOrEqual(EVENT_STATES.indexOf('DRIFT'));
  });

  it('is not alerted on before the end of a brushed reference', () => {
    const { decisions, signals } = run(ledger, { reference_range: [1400, 2000], tau_min: 1.74 });
    expect(decisions.alerts.length).toBeGreaterThan(0);
    expect(decisions.alerts.every((alert) => alert.fired >= 2000)).toBe(true);
    expect(decisions.eventState.subarray(0, 2000).every((code) => EVENT_STATES[code] === 'WARMING')).toBe(true);
    expect(decisions.calibration.ref).toBe(600);
    expect(signals.shift.findIndex((v) => !Number.isNaN(v))).toBeGreaterThanOrEqual(2000);
  });

  it('has no entropy floor where the axes leave no room above it', () => {
    const floors = (change: Parameters<typeof parameters>[0]): boolean =>
      run(ledger, change).decisions.alerts.some(({ kind }) => kind === 'HOMOGENIZATION_FLOOR_NEAR');
    expect(floors({ reference_range: [1400, 2000] })).toBe(false);
    expect(floors({ reference_range: [1400, 2000], tau_min: 1.74 })).toBe(true);
  });

  it('is decided anew without new signals, and the calibration follows its parameters', () => {
    const { detector, decisions } = run(ledger);
    expect(detector.decide(parameters({ void_min_ref: 0 })).calibration.phaseLocked).toBe(true);
    const { lo } = decisions.calibration;
    const lax = detector.decide(parameters({ h: 40, z_band: 1, void_min_ref: 1 }));
    expect(lax.alerts.some((alert) => alert.kind === 'DRIFT')).toBe(false);
    expect(lax.calibration.lo).toBeGreaterThan(lo);
    expect(lax.calibration.phaseLocked).toBe(false);
    expect(lax.alerts.some((alert) => alert.kind === 'VOID')).toBe(false);
    expect(detector.decide(parameters()).alerts).toEqual(decisions.alerts);
  });
});

describe('causality', () => {
  it('what is said of an event depends on nothing after it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 700 }),
        fc.integer(),
        fc.constantFrom('time', 'turn'),
        (cut, seed, sync) => {
          const { events, coordinates } = randomLedger({ n: 800, k: 3, streams: 3, seed });
          const p = parameters({ sync: sync });
          const detector = createDetector(kernels);
          detector.load(events, coordinates, { from: 0, to: 200 });
          const whole = detector.runSignals(p);
          const part = createDetector(kernels);
          const short = Object.fromEntries(
            Object.entries(events).map(([name, value]) => [
              name,
              ArrayBuffer.isView(value) ? (value as Int32Array).slice(0, cut) : value,
            ]),
          );
          part.load(
            { ...(short as unknown as typeof events), n: cut },
            { k: 3, x: coordinates.x.slice(0, cut * 3) },
            { from: 0, to: 200 },
          );
          const prefix = part.runSignals(p);
          for (const name of SIGNAL_NAMES) expect(prefix[name]).toEqual(whole[name].slice(0, cut));
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('the coupling matrix', () => {
  it.each(['time', 'turn'] as const)('is the state just after the event, matched by %s', (sync) => {
    const { events, coordinates } = randomLedger({ n: 5000, k: 3, streams: 3, seed: 21 });
    const p = parameters({ sync });
    const detector = createDetector(kernels);
    detector.load(events, coordinates, referenceRange(events.n, p).range);
    const signals = detector.runSignals(p);
    const rho = signals.rho.slice();
    const options = { k: 3, streams: 3, lambda: p.lambda_slow, sync, turnWindow: p.turn_window };
    const state = createCouplingState(options);
    const trackers = events.streams.map(() => createTrackerState(3));
    const { wref } = detector.calibrate(p);
    const asked = new Set([0, 1, 2047, 2048, 2049, 4500, 4999]);
    for (let i = 0; i < events.n; i++) {
      const s = events.stream[i];
      const residual = new Float64Array(3);
      if (!events.isVoid[i]) {
        const relax = i < 1000 ? 1 : Math.min(1, wref / signals.window[i]);
        trackerStep(
          { k: 3, lambdaFast: p.lambda_fast, lambdaSlow: p.lambda_slow, shrinkage: p.shrinkage, anchored: false },
          trackers[s],
          coordinates.x.subarray(i * 3, i * 3 + 3),
          relax,
          events.instantiation[i],
          new Float64Array(3),
          residual,
        );
      }
      couplingStep(
        options,
        state,
        s,
        events.isVoid[i] ? null : residual,
        events.time[i],
        signals.window[i],
        events.thread[i],
      );
      if (!asked.has(i)) continue;
      const matrix = detector.couplingMatrix(i);
      for (let at = 0; at < 9; at++) {
        const [a, b] = [Math.floor(at / 3), at % 3];
        if (a === b) expect(matrix[at]).toBeNaN();
        else expect(matrix[at]).toBeCloseTo(state.cross[at] / Math.sqrt(state.energy[a] * state.energy[b]), 6);
      }
      const others = [0, 1, 2].filter((q) => q !== s);
      expect(others.reduce((sum, q) => sum + matrix[s * 3 + q], 0) / 2).toBeCloseTo(signals.rho[i], 12);
    }
    expect(signals.rho).toEqual(rho);
  });
});
