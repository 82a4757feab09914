import { describe, expect, it } from 'vitest';
import type { SweepCell } from '../../detection/lab/sweep.ts';
import { moveCell, positionIn, fractionOf } from './heat.ts';

const cell = (alerts: number): SweepCell => ({
  x: 0,
  y: 0,
  alerts,
  precision: 0.5,
  recall: 0.25,
  f1: 0.33,
  medianDelay: 3,
  problem: null,
});

describe('heat map', () => {
  it('places counts from least to most, logarithmically where they span decades, and shares as they are', () => {
    const near = fractionOf([cell(2), cell(6), cell(10)], 'alerts');
    expect([2, 6, 10].map(near)).toEqual([0, 0.5, 1]);
    const far = fractionOf([cell(0), cell(9), cell(999), cell(NaN)], 'alerts');
    expect(far(9)).toBeCloseTo(Math.log(10) / Math.log(1000));
    expect(fractionOf([cell(3), cell(3)], 'alerts')(3)).toBe(0.5);
    expect(fractionOf([cell(3)], 'precision')(0.2)).toBe(0.2);
  });

  it('places the parameters in force between its values', () => {
    expect([4, 5, 8, 9, 3.9].map((v) => positionIn([4, 6, 8], v))).toEqual([0, 0.5, 2, NaN, NaN]);
  });

  it('is walked with the keyboard, and stops at its edges', () => {
    expect(moveCell('ArrowUp', [2, 3], 5, 5)).toEqual([2, 4]);
    expect(moveCell('ArrowUp', [2, 4], 5, 5)).toEqual([2, 4]);
    expect(moveCell('ArrowLeft', [0, 0], 5, 5)).toEqual([0, 0]);
    expect(moveCell('End', [0, 2], 5, 4)).toEqual([4, 2]);
    expect(moveCell('x', [0, 0], 5, 5)).toBeNull();
  });
});
