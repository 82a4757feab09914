import { expect, it } from 'vitest';
import type { SideProfile } from '../../analysis/sideProfile.ts';
import { STYLE_FEATURES } from '../../detection/change/style.ts';
import { SIGNAL_NAMES } from '../../detection/types.ts';
import { differencesOf, excludesZero } from './differences.ts';

const flat = { n: 100, mean: 1, variance: 1, error: 0.1, blocks: 12 };
const side = (bold: number, kl: number): SideProfile => ({
  own: 100,
  messages: 100,
  style: STYLE_FEATURES.map(({ name }) => (name === 'bold' ? { ...flat, mean: bold } : flat)),
  signals: Object.fromEntries(
    SIGNAL_NAMES.map((name) => [name, name === 'kl' ? { ...flat, mean: kl, error: Number.NaN } : flat]),
  ) as SideProfile['signals'],
});

it('puts what is surest to differ first, and what has no interval last', () => {
  const rows = differencesOf(side(1, 1), side(3, 9));
  expect(rows[0]).toMatchObject({ key: 'bold', kind: 'style' });
  expect(rows[0].difference.size).toBe(2);
  expect(rows.at(-1)!.key).toBe('kl');
  expect(rows.filter(excludesZero).map(({ key }) => key)).toEqual(['bold']);
});

it('compares signals alone where a side has no texts', () => {
  const rows = differencesOf({ ...side(1, 1), style: null }, side(3, 1));
  expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['signal']));
});
