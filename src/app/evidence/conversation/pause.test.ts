import { describe, expect, it } from 'vitest';
import { pauseHeight, pauseText, silenceBefore } from './pause.ts';

describe('pauses', () => {
  it('tell their length, or why it is not known', () => {
    expect(pauseText({ gap: 90_000 }, true)).toBe('Pause, 1 min 30 s until the next turn');
    expect(pauseText({ gap: NaN }, false)).toBe('Pause of unknown length: the ledger has no timestamps');
    expect(pauseText(undefined, true)).toBe('Pause, nothing follows in the thread');
  });
  it('are drawn the higher the longer they are, within limits', () => {
    const heights = [10, 1000, 60_000, 3_600_000, 1e12].map(pauseHeight);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(heights.at(-1)).toBe(64);
    expect(pauseHeight(NaN)).toBe(22);
  });
  it('between turns are told from a minute on', () => {
    expect(silenceBefore({ gap: 59_000 })).toBeNull();
    expect(silenceBefore({ gap: 120_000 })).toBe('2 min');
    expect(silenceBefore({ gap: NaN })).toBeNull();
  });
});
