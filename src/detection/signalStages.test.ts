import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import { PARAMETER_NAMES, PARAMETER_SPECS, type Parameters } from './parameters.ts';
import { createDetector, referenceRange, type Detector } from './pipeline.ts';
import { STAGES } from './channels/generated/stages.ts';
import { STAGE_IDS } from './channels/table.ts';
import { isChangeSignal } from './changes.ts';
import { signalsOf } from './signalStages.ts';
import { bitsOf, parameters, randomLedger, type RandomLedger } from './testing.ts';
import { SIGNAL_NAMES, type Decisions } from './types.ts';

const kernels = testKernels();
const decided = ({ eventState: route, z, cusum, notice, alerts, governanceWeight, calibration }: Decisions) => ({
  columns: [route, z, cusum, notice].map((column) => Buffer.from(column.slice().buffer).toString('base64')),
  alerts,
  governanceWeight,
  calibration,
});

/** Changes of parameters that the signals depend on. */
const change: fc.Arbitrary<Partial<Parameters>> = fc.oneof(
  fc.record({ lambda_fast: fc.constantFrom(0.25, 0.4) }),
  fc.record({ lambda_slow: fc.constantFrom(0.05, 0.1) }),
  fc.record({ shrinkage: fc.constantFrom(0.1, 0.3) }),
  fc.record({ anchor: fc.constantFrom('lineage', 'reference') }),
  fc.record({ adaptive: fc.boolean() }),
  fc.record({ lat_window: fc.constantFrom(64, 256) }),
  fc.record({ win_factor: fc.constantFrom(1.2, 2) }),
  fc.record({ win_min: fc.constantFrom(60, 120) }),
  fc.record({ sync: fc.constantFrom('auto', 'turn') }),
  fc.record({ turn_window: fc.constantFrom(4, 8) }),
  fc.record({ emd_window: fc.constantFrom(16, 64) }),
  fc.record({ emd_min: fc.constantFrom(4, 16) }),
);
const ledger: fc.Arbitrary<RandomLedger> = fc.record({
  n: fc.constantFrom(700, 4500),
  k: fc.constantFrom(1, 3),
  streams: fc.constantFrom(1, 3, 5),
  seed: fc.nat(),
  silent: fc.constantFrom(0.1, 1),
});

function loaded(of: RandomLedger): { readonly detector: Detector; fresh(p: Parameters): Detector } {
  const { events, coordinates } = randomLedger(of);
  const make = (p: Parameters) => {
    const detector = createDetector(kernels);
    detector.load(events, coordinates, referenceRange(events.n, p).range);
    return detector;
  };
  return { detector: make(parameters()), fresh: make };
}

describe('the kernels of the signals stage', () => {
  it('have every parameter of the stage, and every signal once', () => {
    const named = new Set(STAGE_IDS.flatMap((stage) => STAGES[stage].parameters));
    expect([...named].sort()).toEqual(
      PARAMETER_NAMES.filter((name) => PARAMETER_SPECS[name].stage === 'signals').sort(),
    );
    expect([...STAGE_IDS.flatMap(signalsOf)].sort()).toEqual(
      SIGNAL_NAMES.filter((name) => !isChangeSignal(name)).sort(),
    );
  });

  it('that run again after a change give what a fresh run gives, to the last bit', async () => {
    const signal = new AbortController().signal;
    await fc.assert(
      fc.asyncProperty(
        ledger,
        fc.array(fc.tuple(change, fc.boolean()), { minLength: 1, maxLength: 6 }),
        async (of, changes) => {
          const { detector, fresh } = loaded(of);
          let p = parameters();
          detector.runSignals(p);
          for (const [next, inBackground] of changes) {
            p = { ...p, ...next };
            if (inBackground) await detector.prepare(p, { signal, onProgress: () => undefined });
            const signals = detector.runSignals(p);
            const other = fresh(p);
            expect(bitsOf(signals)).toEqual(bitsOf(other.runSignals(p)));
            expect(decided(detector.decide(p))).toEqual(decided(other.decide(p)));
            expect(detector.couplingMatrix(of.n - 1)).toEqual(other.couplingMatrix(of.n - 1));
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('a run in the background', () => {
  const big = { n: 60_000, k: 8, streams: 4, seed: 3 };

  it('leaves the last one standing until the new one is taken, whether it is cancelled or not', async () => {
    const { detector, fresh } = loaded(big);
    const [before, after] = [parameters(), parameters({ lambda_slow: 0.1, emd_window: 32 })];
    const signals = detector.runSignals(before);
    const decisions = detector.decide(before);
    const was = {
      signals: bitsOf(signals),
      decisions: decided(decisions),
      matrix: [...detector.couplingMatrix(59_000)],
    };
    const look = () =>
      expect({
        signals: bitsOf(signals),
        decisions: decided(decisions),
        matrix: [...detector.couplingMatrix(59_000)],
      }).toEqual(was);

    const abort = new AbortController();
    const fractions: number[] = [];
    const cancelled = detector.prepare(after, {
      signal: abort.signal,
      timeSlice: 0,
      onProgress: (fraction) => {
        fractions.push(fraction);
        if (fractions.length === 3) abort.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions[0]).toBeGreaterThan(0);
    expect(fractions[2]).toBeLessThan(1);
    look();

    await detector.prepare(after, { signal: new AbortController().signal, onProgress: () => undefined });
    look();
    const other = fresh(after);
    expect(bitsOf(detector.runSignals(after))).toEqual(bitsOf(other.runSignals(after)));
    expect(decided(detector.decide(after))).toEqual(decided(other.decide(after)));
  });

  it('alerts of other parameters are told beside it', () => {
    const { detector, fresh } = loaded({ ...big, n: 6000, fracture: 4000 });
    const [mine, theirs] = [parameters(), parameters({ lambda_fast: 0.4, h: 6 })];
    const signals = detector.runSignals(mine);
    const decisions = detector.decide(mine);
    const was = [bitsOf(signals), decided(decisions)];
    const other = fresh(theirs);
    other.runSignals(theirs);
    const { alerts } = other.decide(theirs);
    expect(alerts.length).toBeGreaterThan(0);
    expect(detector.alertsOf(theirs)).toEqual(alerts);
    expect([bitsOf(signals), decided(decisions)]).toEqual(was);
  });
});
