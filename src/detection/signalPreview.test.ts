import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import type { Parameters } from './parameters.ts';
import { createDetector, referenceRange, type Detector, type SignalPreview } from './pipeline.ts';
import { coarseToFine } from './signalPreview.ts';
import { parameters, randomLedger, type RandomLedger } from './testing.ts';
import type { SignalName, Signals } from './types.ts';

const kernels = testKernels();
const LEDGER: RandomLedger = { n: 40_000, k: 4, streams: 4, seed: 5, resets: 0.001 };

function loaded(of: RandomLedger = LEDGER): Detector {
  const { events, coordinates } = randomLedger(of);
  const detector = createDetector(kernels);
  detector.load(events, coordinates, referenceRange(events.n, parameters()).range);
  return detector;
}

/** Largest |preview - exact| / (1 + |exact|) over the previewed events; infinite where only one of them is NaN. */
function error({ ranges, signals }: SignalPreview, exact: Signals, name: SignalName): number {
  let worst = 0;
  for (const { from, to } of ranges) {
    for (let i = from; i < to; i++) {
      const [got, wanted] = [signals[name][i], exact[name][i]];
      if (Number.isNaN(got) && Number.isNaN(wanted)) continue;
      const off = Math.abs(got - wanted) / (1 + Math.abs(wanted));
      worst = Math.max(worst, Number.isNaN(off) ? Infinity : off);
    }
  }
  return worst;
}

const CHANGES: [Partial<Parameters>, SignalName[]][] = [
  [{ lambda_fast: 0.4 }, ['friction', 'trace', 'kl', 'entropy']],
  [{ lambda_slow: 0.03 }, ['friction', 'trace', 'kl', 'entropy', 'rho']],
  [{ anchor: 'reference' }, ['friction', 'trace', 'kl', 'entropy']],
  [{ sync: 'turn', turn_window: 4 }, ['rho']],
  [{ emd_window: 32, emd_min: 8 }, ['tension', 'shift']],
  [{ win_factor: 2, lat_window: 64 }, ['p95', 'window', 'friction', 'trace', 'kl', 'entropy', 'rho']],
];
/** What a run-up leaves of the unknown state, with room for KL, which is steep in it. */
const TOLERANCE = 0.02;
/** Nothing of these depends on more than the last so many events. */
const EXACT: readonly SignalName[] = ['p95', 'window', 'tension', 'shift'];

/** A clock of the test, `step` ms on at each look, so that what fits a budget is the same on every machine. */
function clock(step: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += step));
}

afterEach(() => vi.restoreAllMocks());

describe('a preview', () => {
  it.each(CHANGES)('of %j is close to the truth in a visible range, and has what changed', (change, names) => {
    const detector = loaded();
    detector.runSignals(parameters());
    const preview = detector.preview(parameters(change), { from: 30_000, to: 31_500 }, 1e4);
    expect([...preview.names].sort()).toEqual([...names].sort());
    expect(preview.ranges).toEqual([{ from: 30_000, to: 31_500 }]);
    const exact = loaded().runSignals(parameters(change));
    for (const name of names)
      expect([name, error(preview, exact, name)]).toEqual([
        name,
        expect.toSatisfy((off: number) => off <= (EXACT.includes(name) ? 0 : TOLERANCE)),
      ]);
  });

  it.each(CHANGES)('of %j in too little time is one of blocks over the whole range', (change, names) => {
    clock(0);
    const detector = loaded({ ...LEDGER, n: 200_000 });
    detector.runSignals(parameters());
    const { ranges, ...preview } = detector.preview(parameters(change), { from: 1000, to: 199_000 }, 4);
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.length).toBeLessThan(2000);
    expect(ranges[0].from).toBe(1000);
    for (const [j, { from, to }] of ranges.entries())
      expect(from < to && (j === 0 || ranges[j - 1].to < from)).toBe(true);
    const covered = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(covered).toBeLessThan(150_000);
    const exact = loaded({ ...LEDGER, n: 200_000 }).runSignals(parameters(change));
    // Few blocks are shown from a shorter run-up.
    for (const name of names)
      expect([name, error({ ranges, ...preview }, exact, name)]).toEqual([
        name,
        expect.toSatisfy((off: number) => off <= (EXACT.includes(name) ? 0 : 0.5)),
      ]);
  });

  it('shows what it came to where the time runs out, spread over the range', () => {
    clock(0);
    const detector = loaded({ ...LEDGER, n: 200_000 });
    detector.runSignals(parameters());
    const visible = { from: 1000, to: 200_000 };
    const whole = detector.preview(parameters({ lambda_fast: 0.4 }), visible, 4).ranges;
    clock(2);
    const { ranges } = detector.preview(parameters({ lambda_fast: 0.4 }), visible, 4);
    expect(ranges.length).toBeLessThan(whole.length);
    expect([ranges[0], ranges.at(-1)]).toEqual([whole[0], whole.at(-1)]);
    for (const range of ranges) expect(whole).toContainEqual(range);
  });

  it('is close where the memory holds fewer events than there are axes', () => {
    const wide = { n: 6000, k: 32, streams: 3, seed: 6 };
    const detector = loaded(wide);
    detector.runSignals(parameters());
    const change = { lambda_slow: 0.2 };
    const preview = detector.preview(parameters(change), { from: 4000, to: 4200 }, 1e4);
    const exact = loaded(wide).runSignals(parameters(change));
    for (const name of ['friction', 'kl', 'entropy'] as const)
      expect([name, error(preview, exact, name)]).toEqual([name, expect.toSatisfy((off: number) => off <= TOLERANCE)]);
  });

  it('leaves the last run as it was, and the next one exact', async () => {
    const detector = loaded();
    const [before, after] = [parameters(), parameters({ lambda_slow: 0.1, emd_window: 32 })];
    const signals = detector.runSignals(before);
    const was = [signals.kl.slice(), signals.tension.slice(), detector.decide(before).alerts];
    const preview = detector.preview(after, { from: 0, to: LEDGER.n }, 5);
    expect([signals.kl, signals.tension, detector.decide(before).alerts]).toEqual(was);
    await detector.prepare(after, { signal: new AbortController().signal, onProgress: () => undefined });
    // The truth is written over it.
    expect(error(preview, loaded().runSignals(after), 'kl')).toBe(0);
    expect([signals.kl, signals.tension]).toEqual(was.slice(0, 2));
    expect(detector.runSignals(after).kl).toEqual(loaded().runSignals(after).kl);
  });
});

describe('coarse to fine', () => {
  it('takes every item once, the ends first, and is even however far it comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (n) => {
        const items = Array.from({ length: n }, (_, i) => i);
        const ordered = coarseToFine(items);
        expect([...ordered].sort((a, b) => a - b)).toEqual(items);
        for (let taken = 2; taken <= n; taken++) {
          const sorted = ordered.slice(0, taken).sort((a, b) => a - b);
          const widest = Math.max(...sorted.slice(1).map((at, j) => at - sorted[j]));
          expect(widest).toBeLessThanOrEqual(4 * Math.ceil(n / taken));
        }
      }),
      { numRuns: 60 },
    );
  });
});
