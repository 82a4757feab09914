import { expect, it } from 'vitest';
import { EVENT_STATES } from '../../detection/types.ts';
import { eventStateName } from '../../detection/eventStateNames.ts';
import { countEventStates, sharesAt } from './shares.ts';

const x = Float64Array.of(5, 15, 25);
const counts = new Uint32Array(3 * EVENT_STATES.length);
const set = (bucket: number, eventState: (typeof EVENT_STATES)[number], count: number) => {
  counts[bucket * EVENT_STATES.length + EVENT_STATES.indexOf(eventState)] = count;
};
set(0, 'WARMING', 10);
set(1, 'IN_FRAME', 6);
set(1, 'DRIFT', 2);

it('counts the routes of the buckets in view', () => {
  const of = (totals: number[]) =>
    Object.fromEntries(EVENT_STATES.map((eventState, i) => [eventState, totals[i]]).filter(([, count]) => count));
  expect(of(countEventStates(x, counts, 0, 30))).toEqual({ WARMING: 10, IN_FRAME: 6, DRIFT: 2 });
  expect(of(countEventStates(x, counts, 10, 30))).toEqual({ IN_FRAME: 6, DRIFT: 2 });
});

it('gives the shares of the nearest bucket, the largest first', () => {
  expect(sharesAt(x, counts, 16)).toEqual([
    ['IN_FRAME', 0.75],
    ['DRIFT', 0.25],
  ]);
  expect(sharesAt(x, counts, 24)).toEqual([]);
  expect(sharesAt(new Float64Array(0), new Uint32Array(0), 3)).toEqual([]);
});

it('names every route', () => {
  expect(new Set(EVENT_STATES.map(eventStateName)).size).toBe(EVENT_STATES.length);
});
