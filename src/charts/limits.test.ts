import { expect, it } from 'vitest';
import { governedBy } from '../detection/channels/limitRule.ts';
import { limitAtHeight, liveThresholds, withLimit } from './limits.ts';
import type { Threshold } from './paint.ts';

const box = { left: 66, top: 0, width: 600, height: 100 };
const scale = { kind: 'linear', min: 0, max: 10, floor: 0 } as const;
const h: Threshold = { value: 8, label: 'h 8', tone: 'danger', rule: governedBy('h') };
const reference: Threshold = { value: 5, label: 'reference', tone: 'dim' };
const slider = { rule: governedBy('h'), name: 'h', text: 'h 4', limit: 'h', value: 4, min: 0, max: 40 };

it('is held where it lies, and only where a parameter governs it', () => {
  expect([20, 23, 25, 50].map((py) => limitAtHeight(py, [h, reference], scale, box))).toEqual(['h', 'h', null, null]);
});

it('stands where the parameter in force has it', () => {
  expect(liveThresholds([h, reference], [slider]).map(({ value }) => value)).toEqual([4, 5]);
  expect(liveThresholds([{ ...h, value: Number.NaN }], [slider])[0].value).toBeNaN();
});

it('stays in view beyond the scale on which it was taken hold of', () => {
  expect(withLimit(scale, 8)).toBe(scale);
  expect(withLimit(scale, 20).max).toBeGreaterThan(20);
  expect(withLimit(scale, 20).min).toBe(0);
  expect(withLimit({ ...scale, kind: 'log', min: -1, max: 1, floor: 0.01 }, 1000).max).toBeGreaterThan(3);
});
