import type { EventColumns } from '../../core/columns.ts';
import type { EventIndex } from '../../core/units.ts';

/** A stretch of events that is labelled: [from, to), in one stream or (null) in all of them. */
export interface Interval {
  readonly stream: string | null;
  readonly from: EventIndex;
  readonly to: EventIndex;
  readonly label: string;
  /** `none`: it is to be absorbed, an alert in it is a false alarm; absent: a fault that is to be found. */
  readonly expect?: 'none';
  /** What a person wrote beside it. */
  readonly note?: string;
}

/** Whether an alert is expected in it. */
export const isChange = ({ expect }: Pick<Interval, 'expect'>): boolean => expect !== 'none';

export type StreamsOfEvents = Pick<EventColumns, 'n' | 'streams' | 'stream'>;

/** An interval in one stream, in own positions (seq - 1): [from, to), and widened by the tolerance [low, high). */
export interface Span {
  readonly interval: number;
  readonly from: number;
  readonly low: number;
  readonly high: number;
}

/** Intervals among the own events of each stream. */
export interface Placed {
  readonly intervals: Interval[];
  readonly leftOut: { readonly interval: Interval; readonly reason: string }[];
  /** Own events of each stream, and the first of them that can be alerted on. */
  readonly own: readonly Int32Array[];
  readonly first: readonly number[];
  /** Of each stream, by their low end. */
  readonly spans: readonly Span[][];
}

export function placeIntervals(
  events: StreamsOfEvents,
  own: readonly Int32Array[],
  given: readonly Interval[],
  tolerance: number,
  from: EventIndex,
): Placed {
  const first = own.map((positions) => lowerBound(positions, from));
  const intervals: Interval[] = [];
  const leftOut: { interval: Interval; reason: string }[] = [];
  const spans: Span[][] = own.map(() => []);
  for (const interval of given) {
    const reason = add(interval);
    if (reason) leftOut.push({ interval, reason });
  }
  for (const list of spans) list.sort((a, b) => a.low - b.low);
  return { intervals, leftOut, own, first, spans };

  function add(interval: Interval): string | null {
    if (interval.stream !== null && !events.streams.includes(interval.stream))
      return `the analysis has no stream "${interval.stream}"`;
    if (interval.to <= from) return 'it ends before the first event that can be alerted on';
    const cut = { ...interval, from: Math.max(from, interval.from), to: Math.min(events.n, interval.to) };
    let any = false;
    events.streams.forEach((name, s) => {
      if (interval.stream !== null && interval.stream !== name) return;
      const a = lowerBound(own[s], cut.from);
      const b = lowerBound(own[s], cut.to);
      if (a === b) return;
      any = true;
      spans[s].push({
        interval: intervals.length,
        from: a,
        low: Math.max(first[s], a - tolerance),
        high: Math.min(own[s].length, b + tolerance),
      });
    });
    if (!any) return 'there is no event in it';
    intervals.push(cut);
    return null;
  }
}

/** Calls `each` with every span that shares one of the own positions onset .. fired. */
export function visit(spans: readonly Span[], onset: number, fired: number, each: (span: Span) => void): boolean {
  let hit = false;
  for (const span of spans) {
    if (span.low > fired) break;
    if (span.high <= onset) continue;
    hit = true;
    each(span);
  }
  return hit;
}

/** Whether every position of a span, by its widened ends, lies in one of others, which are by their low end. */
export function isCovered({ low, high }: Span, others: readonly Span[]): boolean {
  let at = low;
  for (const other of others) {
    if (other.low > at || at >= high) break;
    at = Math.max(at, other.high);
  }
  return at >= high;
}

/** Event indices of each stream's own events, in order. */
export function ownEvents({ n, streams, stream }: StreamsOfEvents): Int32Array[] {
  const counts = new Int32Array(streams.length);
  for (let i = 0; i < n; i++) counts[stream[i]]++;
  const own = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let i = 0; i < n; i++) own[stream[i]][counts[stream[i]]++] = i;
  return own;
}

/** Position of the first value >= `value` in ascending values. */
export const lowerBound = (values: ArrayLike<number>, value: number): number =>
  firstThat(values, (other) => !(other < value));

/** Position of the first value > `value`. */
export const upperBound = (values: ArrayLike<number>, value: number): number =>
  firstThat(values, (other) => !(other <= value));

function firstThat(values: ArrayLike<number>, holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
