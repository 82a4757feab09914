import { describe, expect, it } from 'vitest';
import { marksByPixel } from './marks.ts';

describe('marksByPixel', () => {
  it('counts what lies in the domain, its ends included, and nothing else', () => {
    expect([...marksByPixel([-1, 0, 1, 4.9, 5, 10, 11, NaN], { min: 0, max: 10 }, 2)]).toEqual([3, 2]);
  });
});
