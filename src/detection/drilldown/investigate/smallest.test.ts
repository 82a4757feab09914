import { describe, expect, test } from 'vitest';
import { boxMuller, mulberry32, openMulberry32 } from '../../../core/random.ts';
import { examine } from './examine.ts';
import { criticalValue } from './smallest.ts';
import type { ComparisonTask } from './tasks.ts';

const PERMUTATIONS = 499;
const LOOKS = 5;
const RUNS = 150;

function noise(n: number, phi: number, seed: number): number[] {
  const random = openMulberry32(seed);
  let last = boxMuller(random(), random()) / Math.sqrt(1 - phi * phi);
  return Array.from({ length: n }, () => (last = phi * last + boxMuller(random(), random())));
}

const task = (n: number, baseline: number, seed: number, series: Partial<ComparisonTask>): ComparisonTask => ({
  kind: 'comparison',
  test: 'x',
  title: 'X',
  seed,
  permutations: PERMUTATIONS,
  looks: LOOKS,
  index: Array.from({ length: n }, (_, i) => i),
  baseline,
  leftOut: [],
  categories: [],
  numbers: [],
  ...series,
});
const numbersOf = (values: readonly number[]) => ({ numbers: [{ label: 'N', unit: '', isShare: false, values }] });
const categoriesOf = (values: readonly string[]) => ({ categories: [{ label: 'C', values }] });
const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;
const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** The shift of a normal variable that has a Cliff's delta: delta = 2 Phi(shift / sqrt 2) - 1, by bisection. */
function shiftOf(delta: number, sd: number): number {
  const normal = (z: number): number => {
    let sum = 0;
    for (let i = 0; i < 2000; i += 1) sum += Math.exp(-(((z * (i + 0.5)) / 2000) ** 2) / 2);
    return 0.5 + ((z / 2000) * sum) / Math.sqrt(2 * Math.PI);
  };
  let [low, high] = [0, 8];
  for (let i = 0; i < 40; i += 1) {
    const at = (low + high) / 2;
    if (2 * normal(at / Math.SQRT2) - 1 < delta) low = at;
    else high = at;
  }
  return low * sd;
}

describe('the smallest effect that a comparison finds', () => {
  test.each([
    ['independent', 0, 240, 160],
    ['autocorrelated', 0.6, 400, 250],
    ['few', 0, 90, 60],
  ])('is found in about four of five: %s', (_, phi, n, baseline) => {
    const stated = Array.from(
      { length: 20 },
      (_unused, run) =>
        examine(task(n, baseline, run, numbersOf(noise(n, phi, 9000 + run)))).findings[0].smallest!.value!,
    );
    const delta = middle(stated);
    expect(delta).toBeGreaterThan(0.1);
    const shift = shiftOf(delta, 1 / Math.sqrt(1 - phi * phi));
    const found = Array.from({ length: RUNS }, (_unused, run) => {
      const values = noise(n, phi, 100 + run).map((v, i) => (i >= baseline ? v + shift : v));
      return examine(task(n, baseline, run, numbersOf(values))).findings[0].p * LOOKS <= 0.05;
    });
    // Three standard errors of a share of 150 are 0.1.
    expect(share(found)).toBeGreaterThan(0.68);
    expect(share(found)).toBeLessThan(0.92);
  });

  test('is found in about four of five, as a share of a category of its own', () => {
    const [n, baseline] = [200, 130];
    const drawn = (seed: number, own: number): string[] => {
      const random = mulberry32(seed);
      return Array.from({ length: n }, (_, i) => {
        const value = ['a', 'b', 'c'][Math.floor(random() * 3)];
        return random() < own && i >= baseline ? 'new' : value;
      });
    };
    const told = Array.from(
      { length: 15 },
      (_unused, run) => examine(task(n, baseline, run, categoriesOf(drawn(run, 0)))).findings[0].smallest!,
    );
    const own = middle(told.map(({ text }) => Number(/on ([\d.]+) %/.exec(text)![1]) / 100));
    const found = Array.from(
      { length: RUNS },
      (_unused, run) =>
        examine(task(n, baseline, run, categoriesOf(drawn(500 + run, own)))).findings[0].p * LOOKS <= 0.05,
    );
    expect(own).toBeLessThan(0.5);
    expect(share(found)).toBeGreaterThan(0.66);
    expect(share(found)).toBeLessThan(0.94);
  });

  test('is smaller with more events, and nothing where few are', () => {
    const of = (n: number, baseline: number, looks = LOOKS) =>
      examine({ ...task(n, baseline, 1, numbersOf(noise(n, 0, 5))), looks }).findings[0].smallest!;
    expect(of(800, 400).value!).toBeLessThan(of(100, 50).value!);
    expect(of(16, 8)).toEqual({ of: 'numbers', value: null, text: 'no difference, however large' });
    expect(of(400, 200, 200).value).toBeNull();
  });

  test('has to exceed what chance gives at the first step of Holm', () => {
    const drawn = Float64Array.from({ length: 99 }, (_, i) => i);
    // At one look five of a hundred may reach it, the observed one among them.
    expect(criticalValue(drawn, 1)).toBe(94);
    expect(criticalValue(drawn, 5)).toBe(98);
    expect(criticalValue(drawn, 6)).toBeNull();
  });
});
