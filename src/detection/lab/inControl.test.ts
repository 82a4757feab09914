import { describe, expect, test } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { createDetector, referenceRange } from '../pipeline.ts';
import { parameters, randomLedger } from '../testing.ts';
import { eventsPerDay, inControlOf, type InControlInput } from './inControl.ts';

const p = parameters();
const { events, coordinates } = randomLedger({ n: 4000, k: 3, streams: 2, seed: 2 });
const reference = referenceRange(events.n, p).range;
const detector = createDetector(testKernels());
detector.load(events, coordinates, reference);
const signals = detector.runSignals(p);
const { calibration, z } = detector.decide(p);
const input: InControlInput = { events, signals, calibration, reference, parameters: p, alerts: [] };

describe('in-control events', () => {
  test('of the reference are those that the calibration was made of: mean 0 and standard deviation 1', () => {
    const { divergence, friction } = inControlOf(input, 'reference');
    for (const { values } of [divergence, friction]) {
      const mean = values.reduce((a, v) => a + v, 0) / values.length;
      expect(mean).toBeCloseTo(0, 10);
      expect(values.reduce((a, v) => a + (v - mean) ** 2, 0) / (values.length - 1)).toBeCloseTo(1, 10);
    }
    expect(divergence.starts).toHaveLength(3);
  });

  test("of the ledger are these and the later ones, with the decisions' z, without their stream's episodes", () => {
    const whole = inControlOf(input, 'ledger').divergence;
    const shorter = inControlOf(
      {
        ...input,
        alerts: [
          {
            kind: 'DRIFT',
            stream: 0,
            onset: 2000,
            fired: 2010,
            resolved: 2100,
            onsetSeq: 1,
            firedSeq: 1,
            peak: 1,
            lag: 0,
          },
          {
            kind: 'STYLE_SHIFT',
            stream: 1,
            onset: 3900,
            fired: 3900,
            resolved: null,
            onsetSeq: 1,
            firedSeq: 1,
            peak: 1,
            lag: 0,
          },
        ],
      },
      'ledger',
    ).divergence;
    const own = (s: number, from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => from + i).filter((i) => events.stream[i] === s && !events.isVoid[i]);
    expect(whole.starts[1] - shorter.starts[1]).toBe(own(0, 2000, 2100).length);
    expect(whole.values.length - shorter.values.length).toBe(own(0, 2000, 2100).length + own(1, 3900, 4000).length);
    const last = own(1, 0, 4000).at(-1)!;
    expect(whole.values.at(-1)).toBeCloseTo(z[last], 10);
  });

  test('come at the rate of the ledger', () => {
    expect(eventsPerDay({ n: 3, time: Float64Array.of(0, 1000, 86_400_000), hasTime: true })).toBe(2);
    expect(eventsPerDay({ n: 3, time: Float64Array.of(5, 5, 5), hasTime: true })).toBeNaN();
    expect(eventsPerDay({ n: 3, time: Float64Array.of(1, 2, 3), hasTime: false })).toBeNaN();
  });
});
