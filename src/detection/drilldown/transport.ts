import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import { formatCount, formatPercent } from '../../core/format.ts';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import { exactEmd } from '../../kernels/assignment.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { principalPlane } from './plane.ts';
import type { TransportPlan } from './types.ts';

/** Which windows a plan connects. */
export type TransportRequest =
  /** The last `emd_window` events of the stream before `onset`, and its last `emd_window` up to and with `at`. */
  | { readonly kind: 'alert'; readonly stream: StreamIndex; readonly onset: EventIndex; readonly at: EventIndex }
  /**
   * The stream's events in the reference (before the onset where that lies elsewhere), the newest `emd_window`, and its
   * first since `onset`: `emd_window` of them, or up to and with `at`, none from `end` on.
   */
  | {
      readonly kind: 'reference';
      readonly stream: StreamIndex;
      readonly onset: EventIndex;
      readonly at: EventIndex;
      readonly end: EventIndex;
    }
  /** The stream's last `emd_window` events up to and with `at`, and those of all other streams. */
  | { readonly kind: 'rest'; readonly stream: StreamIndex; readonly at: EventIndex }
  /** Two ranges of events, of one stream or (null) of all. */
  | {
      readonly kind: 'ranges';
      readonly before: IndexRange;
      readonly after: IndexRange;
      readonly stream: StreamIndex | null;
    };

export interface TransportInput {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly reference: IndexRange;
  /** `emd_window`: events in a window of all kinds but ranges. */
  readonly size: number;
}

/** Events of a window at most: 512 x 512 take a few hundred ms. */
const MAX_WINDOW = 512;

interface Window {
  readonly title: string;
  readonly events: readonly EventIndex[];
}

/**
 * The exact optimal transport plan between two windows of events with an embedding (docs/methods.md 6; Euclidean cost,
 * solved as a linear assignment). The larger window is cut to its newest events, and the notes say so.
 * @throws TautlineFailure of kind ledger where a window is empty
 */
export function transportPlan(kernels: KernelModule, input: TransportInput, request: TransportRequest): TransportPlan {
  const {
    coordinates: { k, x },
  } = input;
  const notes: string[] = [];
  const [before, after] = balanced(windowsOf(input, request), notes);
  const gather = (events: readonly EventIndex[]) => {
    const points = new Float64Array(events.length * k);
    events.forEach((index, i) => points.set(x.subarray(index * k, (index + 1) * k), i * k));
    return points;
  };
  const a = gather(before.events);
  const b = gather(after.events);
  const { target, distance, emd } = exactEmd(kernels, a, b, k);
  const union = new Float64Array(a.length + b.length);
  union.set(a);
  union.set(b, a.length);
  const { points, explained } = principalPlane(union, k);
  if (explained[0] + explained[1] < 0.5) {
    notes.push(
      `The plane shows ${formatPercent(explained[0] + explained[1])} of the variance; ` +
        `costs are measured in all ${formatCount(k)} axes.`,
    );
  }
  const split = 2 * before.events.length;
  return {
    before,
    after,
    emd,
    notes,
    moves: before.events
      .map((from, i) => ({ from, to: after.events[target[i]], cost: distance[i] }))
      .sort((p, q) => q.cost - p.cost || p.from - q.from),
    plane: { before: points.slice(0, split), after: points.slice(split), explained },
  };
}

function windowsOf({ events, reference, size }: TransportInput, request: TransportRequest): readonly [Window, Window] {
  const all: IndexRange = { from: 0, to: events.n };
  switch (request.kind) {
    case 'alert': {
      const name = streamName(events, request.stream);
      const own = (i: EventIndex) => events.stream[i] === request.stream;
      return [
        {
          title: `${name}, last ${formatCount(size)} events before the onset`,
          events: newest(events, { from: 0, to: request.onset }, size, own),
        },
        {
          title: `${name}, last ${formatCount(size)} events up to event ${formatCount(request.at)}`,
          events: newest(events, { from: 0, to: request.at + 1 }, size, own),
        },
      ];
    }
    case 'reference': {
      const name = streamName(events, request.stream);
      const own = (i: EventIndex) => events.stream[i] === request.stream;
      const isHere = reference.from < Math.min(reference.to, request.onset);
      const before = isHere
        ? { from: reference.from, to: Math.min(reference.to, request.onset) }
        : { from: 0, to: request.onset };
      const since = newest(events, { from: request.onset, to: Math.max(request.end, request.at + 1) }, Infinity, own);
      const wanted = Math.max(size, since.filter((i) => i <= request.at).length);
      return [
        {
          title: `${name}, ${isHere ? 'in the reference' : 'before the onset'}`,
          events: newest(events, before, size, own),
        },
        {
          title: `${name}, since the onset at about event ${formatCount(request.onset)}`,
          events: since.slice(0, wanted),
        },
      ];
    }
    case 'rest': {
      const name = streamName(events, request.stream);
      const range = { ...all, to: request.at + 1 };
      return [
        {
          title: `${name}, last ${formatCount(size)} events`,
          events: newest(events, range, size, (i) => events.stream[i] === request.stream),
        },
        {
          title: `all other streams, last ${formatCount(size)} events`,
          events: newest(events, range, size, (i) => events.stream[i] !== request.stream),
        },
      ];
    }
    case 'ranges': {
      const whose = request.stream === null ? '' : `, ${streamName(events, request.stream)}`;
      const own = (i: EventIndex) => request.stream === null || events.stream[i] === request.stream;
      const window = (range: IndexRange): Window => ({
        title: `events ${formatCount(range.from)} to ${formatCount(range.to - 1)}${whose}`,
        events: newest(events, range, Infinity, own),
      });
      return [window(request.before), window(request.after)];
    }
  }
}

function streamName(events: EventColumns, stream: StreamIndex): string {
  const name = events.streams[stream];
  if (name === undefined) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `there is no stream ${stream}; the analysis has ${events.streams.length}, from 0`,
      advice: 'Choose a stream of this ledger.',
    });
  }
  return name;
}

/** The newest `count` events with an embedding in the range that satisfy `wanted`, oldest first. */
function newest(
  events: EventColumns,
  { from, to }: IndexRange,
  count: number,
  wanted: (i: EventIndex) => boolean,
): EventIndex[] {
  const found: EventIndex[] = [];
  for (let i = Math.min(events.n, to) - 1; i >= Math.max(0, from) && found.length < count; i--)
    if (!events.isVoid[i] && wanted(i)) found.push(i);
  return found.reverse();
}

/** Both windows cut to the newest events of the smaller one. */
function balanced(windows: readonly [Window, Window], notes: string[]): readonly [Window, Window] {
  for (const { title, events } of windows) {
    if (events.length > 0) continue;
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the window "${title}" has no event with an embedding`,
      advice: 'Choose a wider or a later window.',
    });
  }
  const size = Math.min(MAX_WINDOW, ...windows.map(({ events }) => events.length));
  const cut = ({ title, events }: Window): Window => {
    if (events.length === size) return { title, events };
    const why = size === MAX_WINDOW ? 'a plan holds no more' : 'the other window has no more';
    notes.push(`"${title}": its newest ${formatCount(size)} of ${formatCount(events.length)} events are used, ${why}.`);
    return { title, events: events.slice(-size) };
  };
  return [cut(windows[0]), cut(windows[1])];
}
