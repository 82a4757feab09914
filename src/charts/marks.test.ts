import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsBetween, marksByPixel } from './marks.ts';

describe('marksByPixel', () => {
  it('counts what lies in the domain, its ends included, and nothing else', () => {
    expect([...marksByPixel([-1, 0, 1, 4.9, 5, 10, 11, NaN], { min: 0, max: 10 }, 2)]).toEqual([3, 2]);
  });
});

describe('countsBetween', () => {
  it('counts as a look at every number does', () => {
    const ascending = fc.array(fc.integer({ min: -20, max: 20 })).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(ascending, ascending, (numbers, edges) => {
        const plain = edges.slice(1).map((edge, i) => numbers.filter((n) => n >= edges[i] && n < edge).length);
        expect([...countsBetween(numbers, edges)]).toEqual(plain);
      }),
    );
  });
});
