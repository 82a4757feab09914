import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { mergeLines } from './merge.ts';
import { latency } from './panel.ts';

describe('the latency panel', () => {
  it('draws one line each for the whole ledger, with the room between them', async () => {
    const tiny = await analysed();
    const spec = latency.toChart(await inputOf(latency, tiny));
    expect(spec.lines.map((line) => line.key)).toEqual(['window', 'p95']);
    expect(spec.bands).toHaveLength(1);
    for (const { points } of spec.lines)
      for (let i = 2; i < points.length; i += 2) expect(points[i]).toBeGreaterThanOrEqual(points[i - 2]);
  });

  it('says what fixes the window', async () => {
    const { report } = await analysed();
    expect(latency.note?.(report, DEFAULT_PARAMETERS)).toBeNull();
    expect(latency.note?.(report, { ...DEFAULT_PARAMETERS, adaptive: false })).toContain('120 ms');
    expect(latency.note?.({ ...report, hasLatency: false }, DEFAULT_PARAMETERS)).toContain('no latencies');
  });
});

describe('mergeLines', () => {
  const line = fc
    .array(
      fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.NaN))),
    )
    .map((points) => Float64Array.from(points.sort((a, b) => a[0] - b[0]).flat()));

  it('keeps every point with a value, in order of x', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        const merged = mergeLines(lines);
        const pairs = (points: Float64Array) =>
          Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i], points[2 * i + 1]]);
        const order = (a: number[], b: number[]) => a[0] - b[0] || a[1] - b[1];
        expect(pairs(merged).sort(order)).toEqual(
          lines
            .flatMap(pairs)
            .filter(([, y]) => Number.isFinite(y))
            .sort(order),
        );
        for (let i = 2; i < merged.length; i += 2) expect(merged[i]).toBeGreaterThanOrEqual(merged[i - 2]);
      }),
    );
  });
});
