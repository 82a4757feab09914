import type { EventColumns, IndexRange } from '../../core/columns.ts';
import type { EventIndex } from '../../core/units.ts';
import { EVENT_STATES } from '../../detection/types.ts';
import type { Axis, CompositionData, RowEvents } from '../protocol.ts';

/** Events on the shared horizontal axis. Without timestamps the axis "time" is the event index. */

/** Position of every event on the axis, ascending; null if it is the event index itself. */
export function axisPositions(events: EventColumns, axis: Axis): Float64Array | null {
  return axis === 'time' && events.hasTime ? events.time : null;
}

/** The first event at or after `x`; n where there is none. Of events with the same time it is the first. */
export function indexAt(events: EventColumns, axis: Axis, x: number): EventIndex {
  const positions = axisPositions(events, axis);
  if (!positions) return Math.min(events.n, Math.max(0, Math.ceil(x)));
  let from = 0;
  let to = events.n;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (positions[middle] < x) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * The events that rows are, both ascending; a row that is no event is left out.
 * @param eventRow row of every event, ascending
 */
export function eventsOfRows(eventRow: Int32Array, rows: Int32Array): RowEvents {
  const indices = new Int32Array(rows.length);
  const own = new Int32Array(rows.length);
  let count = 0;
  let from = 0;
  for (const row of rows) {
    // A row is never smaller than its event's index, and events follow one another.
    let to = Math.min(eventRow.length, row + 1);
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (eventRow[middle] < row) from = middle + 1;
      else to = middle;
    }
    if (from >= eventRow.length || eventRow[from] !== row) continue;
    own[count] = row;
    indices[count] = from;
    count += 1;
  }
  return { rows: own.slice(0, count), indices: indices.slice(0, count) };
}

/** Position of an event, of the last one where `index` is beyond it; NaN of an empty ledger. */
export function positionOf(events: EventColumns, axis: Axis, index: EventIndex): number {
  const positions = axisPositions(events, axis);
  const inside = Math.min(Math.max(0, index), events.n - 1);
  if (inside < 0) return Number.NaN;
  return positions ? positions[inside] : inside;
}

/**
 * Each stream's value at its last event up to `index`, NaN if it has none: walks back until all streams were met.
 */
export function valuesAsOf(
  events: EventColumns,
  values: Float64Array,
  index: EventIndex,
  streams: readonly number[],
): Float64Array {
  const out = new Float64Array(streams.length).fill(Number.NaN);
  const place = new Map(streams.map((stream, i) => [stream, i]));
  for (let i = index; i >= 0 && place.size > 0; i--) {
    const at = place.get(events.stream[i]);
    if (at === undefined) continue;
    out[at] = values[i];
    place.delete(events.stream[i]);
  }
  return out;
}

interface NearestQuery {
  readonly axis: Axis;
  readonly x: number;
  /** NaN: nearest along x alone. */
  readonly y: number;
  /** Axis units a pixel. */
  readonly xScale: number;
  readonly yScale: number;
  readonly streams: readonly number[];
}

/**
 * The event of the wanted streams whose point is nearest to (x, y) in pixels; events without a value are no points.
 * Null if there is none. Goes outwards from x and stops where the distance along x alone exceeds the best.
 */
export function nearestEvent(
  events: EventColumns,
  values: Float64Array,
  { axis, x, y, xScale, yScale, streams }: NearestQuery,
): EventIndex | null {
  const positions = axisPositions(events, axis);
  const wanted = new Uint8Array(events.streams.length);
  for (const stream of streams) wanted[stream] = 1;
  let best: EventIndex | null = null;
  let bestSquared = Number.POSITIVE_INFINITY;
  const alongX = (i: EventIndex) => ((positions ? positions[i] : i) - x) / xScale;
  /** False if no event further out can be nearer. */
  const consider = (i: EventIndex): boolean => {
    const dx = alongX(i);
    if (dx * dx > bestSquared) return false;
    if (!wanted[events.stream[i]] || Number.isNaN(values[i])) return true;
    const dy = Number.isNaN(y) ? 0 : (values[i] - y) / yScale;
    const squared = dx * dx + dy * dy;
    if (squared < bestSquared) {
      bestSquared = squared;
      best = i;
    }
    return true;
  };
  let right = indexAt(events, axis, x);
  let left = right - 1;
  let goRight = right < events.n;
  let goLeft = left >= 0;
  while (goLeft || goRight) {
    if (goRight) {
      goRight = consider(right) && right + 1 < events.n;
      right += 1;
    }
    if (goLeft) {
      goLeft = consider(left) && left > 0;
      left -= 1;
    }
  }
  return best;
}

/** Counts of routes in `buckets` equal parts of the axis over `range`. */
export function composition(
  events: EventColumns,
  eventState: Uint8Array,
  range: IndexRange,
  axis: Axis,
  buckets: number,
): Omit<CompositionData, 'revision'> {
  const positions = axisPositions(events, axis);
  const from = Math.max(0, range.from);
  const to = Math.min(events.n, range.to);
  const x = new Float64Array(buckets);
  const counts = new Uint32Array(buckets * EVENT_STATES.length);
  if (from >= to) return { x: x.fill(Number.NaN), counts };
  const start = positions ? positions[from] : from;
  const end = positions ? positions[to - 1] : to;
  const width = (end - start) / buckets;
  for (let b = 0; b < buckets; b += 1) x[b] = start + (b + 0.5) * width;
  const bucketOf = (i: number): number =>
    width > 0 ? Math.min(buckets - 1, Math.floor(((positions ? positions[i] : i) - start) / width)) : 0;
  // Positions ascend: where each bucket ends is searched for, so that no event has to be placed.
  for (let i = from; i < to;) {
    const bucket = bucketOf(i);
    let [next, beyond] = [i + 1, to];
    while (next < beyond) {
      const middle = (next + beyond) >>> 1;
      if (bucketOf(middle) <= bucket) next = middle + 1;
      else beyond = middle;
    }
    const at = bucket * EVENT_STATES.length;
    for (; i < next; i += 1) counts[at + eventState[i]] += 1;
  }
  return { x, counts };
}
