import { describe, expect, it } from 'vitest';
import { ofColor, pointOf, pointStates } from './states.ts';

const POINTS = { index: Int32Array.of(1, 4, 6, 9), stream: Int32Array.of(0, 1, 0, 2) };
const states = (...args: Parameters<typeof pointStates> extends [unknown, ...infer Rest] ? Rest : never) => [
  ...pointStates(POINTS, ...args),
];

describe('pointStates', () => {
  it('draws everything where nothing narrows it', () => expect(states(null, new Set(), null)).toEqual([2, 2, 2, 2]));
  it('pales what the timelines do not show', () =>
    expect(states({ from: 4, to: 9 }, new Set(), null)).toEqual([1, 2, 2, 1]));
  it('leaves hidden streams out', () => expect(states(null, new Set([0]), null)).toEqual([0, 2, 0, 2]));
  it('pales what is not picked', () => expect(states(null, new Set(), Int32Array.of(0, 4, 9))).toEqual([1, 2, 1, 2]));
});

it('finds the point of an event', () => {
  expect([1, 4, 6, 9, 5, 12, null].map((event) => pointOf(POINTS.index, event))).toEqual([0, 1, 2, 3, -1, -1, -1]);
});

it('one colour alone leaves the others pale, and hidden ones hidden', () => {
  const states = Uint8Array.of(2, 2, 1, 0);
  expect([...ofColor(states, Uint8Array.of(3, 1, 3, 3), 3)]).toEqual([2, 1, 1, 0]);
  expect(ofColor(states, Uint8Array.of(3, 1, 3, 3), null)).toBe(states);
});
