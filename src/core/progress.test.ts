import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced, type Progress } from './progress.ts';

describe('paced progress', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('passes on one report in 100 ms, the first and the last of a phase at once', () => {
    const got: Progress[] = [];
    const onProgress = paced((progress) => got.push(progress));
    for (let file = 1; file <= 100; file++) {
      vi.advanceTimersByTime(7);
      onProgress({ phase: 'Reading', fraction: file / 100 });
    }
    onProgress({ phase: 'Detecting', fraction: 0.9 });
    onProgress({ phase: 'Detecting', fraction: NaN });
    // 15 reports of 7 ms are the first that are 100 ms apart.
    expect(got.map(({ fraction }) => fraction)).toEqual([0.01, 0.16, 0.31, 0.46, 0.61, 0.76, 0.91, 1, 0.9]);
    expect(got.at(-1)).toEqual({ phase: 'Detecting', fraction: 0.9 });
  });

  it('passes every report on that comes slowly', () => {
    const got: number[] = [];
    const onProgress = paced(({ fraction }) => got.push(fraction));
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(100);
      onProgress({ phase: 'Reading', fraction: i / 10 });
    }
    expect(got).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
  });
});
