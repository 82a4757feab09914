import { describe, expect, it } from 'vitest';
import { luminance, parseColor } from '../../../charts/color.ts';
import { colorPhases, colorPoints, timeColor } from './colors.ts';

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
  it('colours a stretch of a stream and what it is compared with', () => {
    const phases = { stream: 0, before: { from: 0, to: 5 }, stretch: { from: 5, to: 12 } };
    const { codes, key } = colorPhases(MAP, phases, 'dark');
    expect([...codes]).toEqual([1, 0, 0, 2]);
    expect(key.map(({ name, points }) => [name, points])).toEqual([
      ['all else', 2],
      ['compared with', 1],
      ['the stretch', 1],
    ]);
  });
  it('colours by time along the order of events, which it names where there are no times', () => {
    const { codes, key, isScale } = colorPoints(MAP, 'time', [], 'dark');
    expect([...codes]).toEqual([...codes].sort((a, b) => a - b));
    expect(isScale).toBe(true);
    expect(key.map(({ name }) => name)).toEqual(['event 0', 'event 9']);
  });
});

it.each(['dark', 'light'] as const)('the scale of time changes its luminance one way (%s)', (mode) => {
  const values = Array.from({ length: 20 }, (_, i) => luminance(parseColor(timeColor(i / 19, mode))!));
  const sign = mode === 'dark' ? 1 : -1;
  expect(values.every((value, i) => i === 0 || sign * (value - values[i - 1]) > 0)).toBe(true);
});
