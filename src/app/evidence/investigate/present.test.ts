import { describe, expect, it } from 'vitest';
import type { Hypothesis } from '../../../detection/drilldown/types.ts';
import { formatP, placeOf, splitByP, strengthOf } from './present.ts';

describe('p-values', () => {
  it('say no more than the permutations can', () => {
    expect(formatP(1 / 2000, 1999)).toBe('≤ 0.0005');
    expect(formatP(0.0123, 1999)).toBe('0.012');
    expect(formatP(1, 1999)).toBe('1');
  });
});

it('names the strength of an effect by its measure', () => {
  expect(strengthOf({ measure: "Cliff's delta", value: -0.9 })).toBe('large');
  expect(strengthOf({ measure: "Cliff's delta", value: 0.1 })).toBe('negligible');
  expect(strengthOf({ measure: "Cramér's V", value: 0.35 })).toBe('medium');
});

it('parts what stands after the correction from what does not, and keeps the order', () => {
  const h = (statement: string, pAdjusted: number) => ({ statement, pAdjusted }) as Hypothesis;
  const { standing, others } = splitByP([h('a', 0.01), h('b', 0.05), h('c', 0.06), h('d', NaN)]);
  expect(standing.map(({ statement }) => statement)).toEqual(['a', 'b']);
  expect(others.map(({ statement }) => statement)).toEqual(['c', 'd']);
});

it('knows where more of the evidence is', () => {
  expect([placeOf('words'), placeOf('handoffs'), placeOf('agents'), placeOf('signals')]).toEqual([
    'words',
    'conversation',
    'agents',
    null,
  ]);
});
