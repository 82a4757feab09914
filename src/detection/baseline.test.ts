import { describe, expect, it } from 'vitest';
import { explain, type TautlineFailure } from '../core/errors.ts';
import { testKernels } from '../kernels/testing.ts';
import { baselineFromJson, baselineToJson, type Baseline } from './baseline.ts';
import { createDetector, referenceRange } from './pipeline.ts';
import { parameters, randomLedger } from './testing.ts';

function baseline(): Baseline {
  const { events, coordinates } = randomLedger({ n: 600, k: 2, streams: 3, seed: 9 });
  const detector = createDetector(testKernels());
  detector.load(events, coordinates, referenceRange(events.n, parameters()).range);
  detector.runSignals(parameters());
  const projection = {
    dimension: 3,
    k: 2,
    mean: Float64Array.of(0.1, 1 / 3, -2e-9),
    axes: Float64Array.of(1, 2, 3, 4, 5, Math.PI),
    eigenvalues: Float64Array.of(2, 1),
  };
  return detector.baseline(projection, parameters());
}

describe('a baseline file', () => {
  const saved = baseline();
  const text = baselineToJson(saved);

  it('reads back to the last bit, without its place in the old ledger', () => {
    expect(baselineFromJson(text, 'b.json')).toEqual({
      ...saved,
      reference: { ...saved.reference, range: { from: 0, to: 0 }, retrospective: false },
    });
  });

  it('keeps what could not be calibrated as missing', () => {
    const silent = {
      ...saved,
      calibration: { ...saved.calibration, rho: Number.NaN, tension: Number.NaN },
    };
    const { calibration, style } = baselineFromJson(baselineToJson(silent), 'b.json');
    expect([calibration.rho, calibration.tension, style]).toEqual([Number.NaN, Number.NaN, null]);
  });

  it.each<[string, (raw: Record<string, never>) => unknown, string]>([
    ['no JSON', () => undefined, 'not JSON'],
    ['another kind of file', (raw) => ({ ...raw, format: 'x' }), 'not a baseline file'],
    ['a later version', (raw) => ({ ...raw, version: 3 }), 'version 3'],
    [
      'a missing part',
      (raw) => Object.fromEntries(Object.entries(raw).filter(([name]) => name !== 'calibration')),
      '"calibration" is missing',
    ],
    [
      'a short vector',
      (raw) => ({ ...raw, projection: { ...(raw.projection as object), mean: [1] } }),
      '"projection.mean" must be a list of 3 numbers',
    ],
    [
      'another number of axes',
      (raw) => ({ ...raw, reference: { ...(raw.reference as object), k: 3 } }),
      '"reference.k" must be at most 2',
    ],
    [
      'a text for a number',
      (raw) => ({ ...raw, calibration: { ...(raw.calibration as object), m: 'a' } }),
      '"calibration.m" must be a number',
    ],
    [
      'a broken window',
      (raw) => ({
        ...raw,
        reference: {
          ...(raw.reference as object),
          streams: [{ ...(raw.reference as { streams: object[] }).streams[0], window: [1] }],
        },
      }),
      '"reference.streams[0].window" must be at most 64 rows of 2 numbers',
    ],
  ])('is refused by name of what is wrong: %s', (_, change, problem) => {
    const broken = change(JSON.parse(text) as Record<string, never>);
    try {
      baselineFromJson(broken === undefined ? '{' : JSON.stringify(broken), 'b.json');
    } catch (thrown) {
      const { error } = thrown as TautlineFailure;
      expect(error.kind).toBe('file');
      expect(explain(error)).toContain(problem);
      expect(explain(error)).toContain('b.json');
      return;
    }
    throw new Error('it was taken');
  });
});
