import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareStructure } from './structuralSharing.ts';

/** Plain values of charts: numbers (NaN too), texts, short typed arrays, lists and records of them. */
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.integer({ min: 0, max: 2 }),
    fc.constant(Number.NaN),
    fc.constant('a'),
    fc.constant(null),
    fc.array(fc.constantFrom(0, 1, Number.NaN), { maxLength: 3 }).map((v) => Float64Array.from(v)),
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y'), tie('any'), { noNullPrototype: true }),
  ),
})).any;
const copy = <T>(of: T): T => structuredClone(of);

describe('sharing', () => {
  it('changes identities only, never what is said', () => {
    fc.assert(
      fc.property(value, value, (before, next) => {
        expect(shareStructure(before, copy(next))).toEqual(next);
      }),
    );
  });

  it('gives back the value before where the next says the same', () => {
    fc.assert(
      fc.property(value, (before) => {
        expect(shareStructure(before, copy(before))).toBe(before);
      }),
    );
  });

  it('keeps the parts that did not change', () => {
    const before = { lines: [{ key: 'a' }, { key: 'b' }], limits: [8.5], points: new Float64Array(100) };
    const next = { ...copy(before), limits: [9], points: before.points };
    const shared = shareStructure(before, next);
    expect(shared).not.toBe(before);
    expect(shared.lines).toBe(before.lines);
    expect(shared.limits).toEqual([9]);
  });

  it('takes a value that went missing for a change', () => {
    expect(shareStructure({ a: 1, b: undefined }, { a: 1 })).toEqual({ a: 1 });
    expect(shareStructure({ a: 1 }, { a: 1, b: undefined })).toHaveProperty('b');
    expect(shareStructure([1, 2], [1])).toEqual([1]);
  });
});
