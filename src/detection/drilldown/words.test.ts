import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cliffsDelta, cramersV } from './effect.ts';
import { compareWords, logOdds, tokenize } from './words.ts';

describe('log-odds', () => {
  test('is the example worked by hand', () => {
    // Term 10 of 100 against 5 of 200, prior 3 of 60:
    // ln(13 / 147) - ln(8 / 252) = ln(13 * 252 / (147 * 8)) = ln(3276 / 1176) = 1.024504...; variance 1/13 + 1/8 =
    // 21/104.
    const { logOdds: delta, z } = logOdds(10, 100, 5, 200, 3, 60);
    expect(delta).toBeCloseTo(Math.log(3276 / 1176), 12);
    expect(z).toBeCloseTo(Math.log(3276 / 1176) / Math.sqrt(21 / 104), 12);
    expect(z).toBeCloseTo(2.28, 2);
  });

  test('turns its sign when window and reference are exchanged', () => {
    const counts = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(counts, counts, (y1, y2) => {
        const there = logOdds(y1, 100, y2, 80, 2, 40);
        const back = logOdds(y2, 80, y1, 100, 2, 40);
        expect(back.z).toBeCloseTo(-there.z, 12);
      }),
    );
  });
});

describe('words', () => {
  test('are lower-case and of any script; numbers can be left out', () => {
    expect(tokenize("Don't re-open naïve_case №12: Größe, 東京 42!")).toEqual([
      "don't",
      're-open',
      'naïve_case',
      '12',
      'größe',
      '東京',
      '42',
    ]);
    expect(tokenize('order 66 b2b', false)).toEqual(['order', 'b2b']);
    expect(tokenize('cafe\u0301')).toEqual(tokenize('café'));
  });

  test('name what the window says more, not what everybody says', () => {
    const window = Array.from(
      { length: 40 },
      (_, i) => `the refund of the order ${i % 2 ? 'refund' : 'please'} is the thing`,
    );
    const reference = Array.from({ length: 200 }, () => 'the booking of the flight is the thing');
    const { more, less } = compareWords(window, reference);
    expect(more.slice(0, 2).map((t) => t.term)).toEqual(['refund', 'order']);
    expect(more[0]).toMatchObject({ term: 'refund', window: 60, reference: 0 });
    expect(
      less
        .slice(0, 2)
        .map((t) => t.term)
        .sort(),
    ).toEqual(['booking', 'flight']);
    const everywhere = [...more, ...less].find((t) => t.term === 'the');
    expect(Math.abs(everywhere?.z ?? 0)).toBeLessThan(Math.abs(less[1].z) / 3);
  });

  test('a change of verbosity is seen as one', () => {
    const short = Array.from({ length: 30 }, (_, i) => `word${i % 7} yes`);
    const long = short.map((text) => `${text} ${text} ${text} ${text}`);
    const result = compareWords(long, short);
    expect(result.window.characters).toBeGreaterThan(3 * result.reference.characters);
    expect(result.window.words).toBe(8);
    expect(result.reference.words).toBe(2);
    expect(result.lengthEffect).toBe(1);
    expect(result.window.types).toBe(result.reference.types);
    expect(result.notes.join(' ')).toContain('longer');
  });

  test('without texts there is nothing to compare, and it says so', () => {
    const result = compareWords([null, '  '], ['a b c a b c']);
    expect(result).toMatchObject({ more: [], less: [], sample: 0 });
    expect(result.window.characters).toBeNaN();
    expect(result.notes).toEqual(['The window has no text: there is nothing to compare.']);
    expect(compareWords(['a a a a'], ['a a a a']).more).toEqual([]);
  });
});

describe('effect sizes', () => {
  test("Cliff's delta is the share of pairs, with ties and missing values", () => {
    const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.NaN)), { maxLength: 12 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const left = a.filter((v) => !Number.isNaN(v));
        const right = b.filter((v) => !Number.isNaN(v));
        let sum = 0;
        for (const p of left) for (const q of right) sum += Math.sign(p - q);
        if (left.length * right.length === 0) expect(cliffsDelta(a, b)).toBeNaN();
        else expect(cliffsDelta(a, b)).toBeCloseTo(sum / (left.length * right.length), 12);
      }),
    );
  });

  test("Cramér's V is 1 for a clean split, 0 for the same shares, and the textbook value between", () => {
    expect(cramersV([5, 0], [0, 9])).toBeCloseTo(1, 12);
    expect(cramersV([5, 10], [10, 20])).toBeCloseTo(0, 12);
    // chi squared = n (ad - bc)^2 over the product of the margins, V = sqrt(chi squared / n).
    expect(cramersV([20, 10], [10, 20])).toBeCloseTo(Math.sqrt((300 * 300) / (30 * 30 * 30 * 30)), 12);
    expect(cramersV([0, 0], [1, 2])).toBeNaN();
  });
});

test('function words are told from others, and crowd none of them out', () => {
  const window = Array.from({ length: 40 }, () => 'it is on the way and with you');
  const reference = Array.from({ length: 40 }, () => 'parcel sent order');
  const { more, less } = compareWords(window, reference, { terms: 1 });
  expect(more.map(({ term, isFunction }) => [term, isFunction])).toEqual([
    ['and', true],
    ['way', false],
  ]);
  expect(less.every(({ isFunction }) => !isFunction)).toBe(true);
  expect(less).toHaveLength(1);
});
