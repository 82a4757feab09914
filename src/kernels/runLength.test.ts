import { describe, expect, test } from 'vitest';
import { splitmix64 } from '../core/random.ts';
import { simulateRunLengths, type ScalarDetector } from './runLength.ts';
import { testKernels } from './testing.ts';
import { runLengthCounts } from './reference/runLength.ts';

const random = splitmix64(8);
const values = Float64Array.from({ length: 700 }, () => 3 * (random() + random() - 1));
values[17] = -Infinity;
/** A long stream, an empty one, one shorter than four blocks, and one of a single event. */
const series = { values, starts: Int32Array.of(0, 600, 600, 699, 700) };

const conversations = {
  spans: Int32Array.of(0, 240, 240, 1, 241, 359, 0, 99, 0, 1),
  starts: Int32Array.of(0, 3, 3, 4, 5),
};
/** One block goes past the end; the short streams have none. */
const drawn = { spans: Int32Array.of(580, 60, 580, 60, 40, 7), starts: Int32Array.of(0, 3, 3, 3, 3) };

describe('run lengths', () => {
  const detectors: ScalarDetector[] = [
    { kind: 'cusum', kappa: 0.4, cap: 1.5 },
    { kind: 'dwell', dwell: 3 },
    { kind: 'level', rearm: 0.5 },
  ];
  test.each(detectors)(
    '$kind equals its reference implementation, on the sample and on replicates of it',
    (detector) => {
      const levels = Float64Array.of(0.3, 0.8, 1.4, 2, 3.1);
      const runs = simulateRunLengths(testKernels(), series, {
        detector,
        levels,
        block: 50,
        pieces: null,
        events: 9000,
        replicates: [conversations, drawn],
        replicateEvents: 5000,
        seed: 4,
      });
      expect({ alarms: runs.alarms, clear: runs.clear }).toEqual(
        runLengthCounts(series, detector, levels, { block: 50, pieces: null, events: 9000, seed: 4 }),
      );
      runs.replicates.forEach((own, r) => {
        expect(own).toEqual(
          runLengthCounts(series, detector, levels, {
            block: 50,
            pieces: [conversations, drawn][r],
            events: 5000,
            seed: 5 + r,
          }),
        );
      });
      expect(runs.alarms[0]).toBeGreaterThan(50);
    },
  );

  test('a wrong length is refused', () => {
    const plan = {
      detector: detectors[0],
      levels: Float64Array.of(1),
      block: 50,
      pieces: null,
      events: 10,
      replicates: [],
      replicateEvents: 0,
      seed: 1,
    };
    expect(() => simulateRunLengths(testKernels(), { values, starts: Int32Array.of(0, 5) }, plan)).toThrow(
      /values has 700 elements, 5 expected/,
    );
    expect(() => simulateRunLengths(testKernels(), series, { ...plan, events: 0 })).toThrow(/events is 0/);
  });
});
