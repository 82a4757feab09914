import { EVENT_STATES, type EventState } from '../../detection/types.ts';

/** Events of each route in the buckets whose centre lies in [from, to], in the order of EVENT_STATES. */
export function countEventStates(x: Float64Array, counts: Uint32Array, from: number, to: number): number[] {
  const totals = EVENT_STATES.map(() => 0);
  x.forEach((centre, bucket) => {
    if (centre < from || centre > to) return;
    for (let eventState = 0; eventState < EVENT_STATES.length; eventState++)
      totals[eventState] += counts[bucket * EVENT_STATES.length + eventState];
  });
  return totals;
}

/** Routes and their shares in the bucket nearest to `at`, the largest first; none where it is empty. */
export function sharesAt(x: Float64Array, counts: Uint32Array, at: number): (readonly [EventState, number])[] {
  let nearest = -1;
  x.forEach((centre, bucket) => {
    if (nearest < 0 || Math.abs(centre - at) < Math.abs(x[nearest] - at)) nearest = bucket;
  });
  if (nearest < 0) return [];
  const row = counts.subarray(nearest * EVENT_STATES.length, (nearest + 1) * EVENT_STATES.length);
  const total = row.reduce((a, b) => a + b, 0);
  return EVENT_STATES.map((eventState, i) => [eventState, row[i] / total] as const)
    .filter(([, share]) => share > 0)
    .sort((a, b) => b[1] - a[1]);
}
