import { describe, expect, it } from 'vitest';
import { luminance, parseColor } from '../../../charts/color.ts';
import { MAX_VALUES, NO_VALUE, OTHER, SCALE_STEPS } from '../../../state/drilldown/columnCodes.ts';
import { colorPhases, colorPoints, colorValues, timeColor } from './colors.ts';

const MAP = {
  index: Int32Array.of(0, 2, 5, 9),
  stream: Int32Array.of(0, 1, 1, 0),
  eventState: Uint8Array.of(7, 7, 2, 7),
  time: Float64Array.of(NaN, NaN, NaN, NaN),
};

describe('colorPoints', () => {
  it('colours by stream and by route, and names only what occurs', () => {
    expect(colorPoints(MAP, 'stream', ['a', 'b', 'c'], 'dark').key).toMatchObject([
      { name: 'a', points: 2 },
      { name: 'b', points: 2 },
    ]);
    const { key, codes, colors } = colorPoints(MAP, 'route', ['a'], 'light');
    expect(key.map(({ name, points, letter }) => [name, points, letter])).toEqual([
      ['Drift', 1, 'D'],
      ['In frame', 3, 'I'],
    ]);
    expect([...codes].every((code) => colors[code] !== undefined)).toBe(true);
  });
  it('colours a stretch of a stream, what it is compared with and what came after it', () => {
    const map = { index: Int32Array.of(0, 2, 5, 9, 12), stream: Int32Array.of(0, 1, 1, 0, 0) };
    const phases = { stream: 0, before: { from: 0, to: 5 }, stretch: { from: 5, to: 12 } };
    const { codes, key } = colorPhases(map, phases, 'dark');
    expect([...codes]).toEqual([1, 0, 0, 2, 3]);
    expect(key.map(({ name, points }) => [name, points])).toEqual([
      ['all else', 2],
      ['compared with', 1],
      ['the stretch', 1],
      ['after it', 1],
    ]);
  });
  it.each(['dark', 'light'] as const)('colours by the values of a column, others and none apart (%s)', (mode) => {
    const values = Array.from({ length: MAX_VALUES }, (_, i) => `model ${i}`);
    const coding = { kind: 'values', values, others: 30, ordered: false } as const;
    const codes = Uint8Array.of(0, 0, 11, OTHER, NO_VALUE);
    const { key, colors, scale } = colorValues({ coding, codes }, mode);
    expect(scale).toBeNull();
    expect(key.map(({ name, points }) => [name, points])).toEqual([
      ['model 0', 2],
      ['model 11', 1],
      ['30 other values', 1],
      ['no value', 1],
    ]);
    expect(new Set(key.map(({ code }) => colors[code])).size).toBe(4);
  });
  it('colours numbers on a scale that says its quarters, and those without one apart', () => {
    const limits = Array.from({ length: SCALE_STEPS + 1 }, (_, step) => step * step);
    const coded = { coding: { kind: 'scale', limits, isTime: false } as const, codes: Uint8Array.of(0, 23, NO_VALUE) };
    const { key, colors, scale } = colorValues(coded, 'dark');
    expect(scale?.labels).toEqual(['0', '36', '144', '324', '576']);
    expect(scale?.colors).toHaveLength(SCALE_STEPS);
    expect(key).toMatchObject([{ name: 'no value', points: 1 }]);
    expect(scale?.colors).not.toContain(colors[NO_VALUE]);
  });
  it('colours by time along the order of events, which it names where there are no times', () => {
    const { codes, scale } = colorPoints(MAP, 'time', [], 'dark');
    expect([...codes]).toEqual([...codes].sort((a, b) => a - b));
    expect(scale?.labels).toEqual(['event 0', 'event 9']);
  });
});

it.each(['dark', 'light'] as const)('the scale of time changes its luminance one way (%s)', (mode) => {
  const values = Array.from({ length: 20 }, (_, i) => luminance(parseColor(timeColor(i / 19, mode))!));
  const sign = mode === 'dark' ? 1 : -1;
  expect(values.every((value, i) => i === 0 || sign * (value - values[i - 1]) > 0)).toBe(true);
});
