import { describe, expect, it } from 'vitest';
import { cutAt, nextHit, placeOf } from './snippet.ts';

describe('cutAt', () => {
  it('cuts where the text is held, in any case and with any characters', () => {
    expect(cutAt('see THE (x) here', 'the (X)')).toEqual(['see ', 'THE (x)', ' here']);
    expect(cutAt('a-b/c', 'B/')).toEqual(['a-', 'b/', 'c']);
    expect(cutAt('nothing', 'else')).toEqual(['nothing', '', '']);
  });
});

describe('nextHit', () => {
  const hits = Int32Array.of(2, 5, 9);
  it('steps from hit to hit, from between two of them, and round the ends', () => {
    expect([null, 2, 5, 9, 0, 6].map((at) => nextHit(hits, at, true))).toEqual([2, 5, 9, 2, 2, 9]);
    expect([null, 2, 5, 9, 0, 6].map((at) => nextHit(hits, at, false))).toEqual([9, 9, 2, 5, 9, 5]);
    expect(nextHit(Int32Array.of(), 3, true)).toBeNull();
    expect(placeOf(hits, 1)).toBe(-1);
  });
});
