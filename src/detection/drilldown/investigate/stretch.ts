import type { EventColumns, IndexRange } from '../../../core/columns.ts';
import { TautlineFailure } from '../../../core/errors.ts';
import { formatCount } from '../../../core/format.ts';
import type { EventIndex, StreamIndex } from '../../../core/units.ts';
import type { InvestigationWindows } from '../types.ts';
import { firstAtOrAfter, MAX_BASELINE, MAX_WINDOW, MIN_VALUES, rangeOf } from './windows.ts';

/** What a stretch is compared with. */
export type Base = 'before' | 'reference' | 'other';

/** A stretch of a stream that somebody asks about, whether an alert fires in it or not. */
export interface StretchRequest {
  readonly event: EventIndex;
  /** Events of the ledger; null is from `event` on, 128 events of its stream. */
  readonly range: IndexRange | null;
  /** Null is the stream of `event`. */
  readonly stream: string | null;
  readonly against: Base;
  /** Where `against` is other. */
  readonly other: IndexRange | null;
}

/** A request with what the analysis knows of it. */
export interface Stretch {
  readonly stream: StreamIndex;
  readonly range: IndexRange;
  /** Events of the stream in it, and the first and last of them; the request's event where there is none. */
  readonly own: number;
  readonly first: EventIndex;
  readonly last: EventIndex;
  /** The last of them with an embedding, or the last before them; null if there is none. */
  readonly measured: EventIndex | null;
  /** What it is compared with; null if no event of the ledger is. */
  readonly baseline: { readonly range: IndexRange; readonly own: number; readonly title: string } | null;
}

/** Events of the stream that are compared on either side, at most. */
const MAX_COMPARED = 1024;

/** @throws TautlineFailure of kind ledger where no such stream is tracked */
export function resolveStretch(events: EventColumns, request: StretchRequest, reference: IndexRange): Stretch {
  const stream =
    request.stream === null
      ? events.stream[Math.min(request.event, events.n - 1)]
      : events.streams.indexOf(request.stream);
  if (stream < 0) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `no stream "${request.stream}" is tracked with these parameters`,
      advice: 'Choose another stream of the stretch.',
    });
  }
  const all = ownOf(events, stream, { from: 0, to: events.n });
  const from = Math.min(request.range?.from ?? request.event, events.n);
  const start = firstAtOrAfter(all, from);
  const to = request.range ? Math.min(request.range.to, events.n) : (all[start + MAX_WINDOW - 1] ?? events.n - 1) + 1;
  const end = firstAtOrAfter(all, to);
  let measured = end - 1;
  while (measured >= 0 && events.isVoid[all[measured]] === 1) measured -= 1;
  const range = { from, to: Math.max(to, Math.min(from + 1, events.n)) };
  return {
    stream,
    range,
    own: end - start,
    first: end > start ? all[start] : request.event,
    last: end > start ? all[end - 1] : request.event,
    measured: measured >= 0 ? all[measured] : null,
    baseline: baselineOf(all, range, start, request, reference),
  };
}

function baselineOf(
  all: readonly EventIndex[],
  range: IndexRange,
  start: number,
  { against, other }: StretchRequest,
  reference: IndexRange,
): Stretch['baseline'] {
  if (against === 'before') {
    const from = Math.max(0, start - MAX_BASELINE);
    if (start === 0) return null;
    return { range: { from: all[from], to: range.from }, own: start - from, title: 'before it' };
  }
  const wanted = outside(against === 'other' ? (other ?? { from: 0, to: 0 }) : reference, range);
  if (!wanted) return null;
  const own = firstAtOrAfter(all, wanted.to) - firstAtOrAfter(all, wanted.from);
  const where = against === 'reference' ? 'in the reference' : `in ${rangeText(wanted)}`;
  return { range: wanted, own, title: where };
}

const rangeText = ({ from, to }: IndexRange): string => `events ${formatCount(from)} to ${formatCount(to - 1)}`;

/** The larger part of a range on one side of another. */
function outside({ from, to }: IndexRange, taken: IndexRange): IndexRange | null {
  const before = { from, to: Math.min(to, taken.from) };
  const after = { from: Math.max(from, taken.to), to };
  const most = after.to - after.from > before.to - before.from ? after : before;
  return most.to > most.from ? most : null;
}

/**
 * The windows that an investigation of a stretch compares: at most 1,024 events of the stream on either side, the first
 * of the stretch and the last of what it is compared with.
 * @throws TautlineFailure of kind ledger where a side has fewer than 8
 */
export function stretchWindows(events: EventColumns, stretch: Stretch): InvestigationWindows {
  const { stream, range, baseline } = stretch;
  const name = events.streams[stream];
  if (stretch.own < MIN_VALUES) {
    throw tooFew(
      `${rangeText(range)} hold ${countOf(stretch.own)} of ${name}`,
      'Choose a longer stretch, or another stream.',
    );
  }
  if (!baseline || baseline.own < MIN_VALUES) {
    throw tooFew(
      `${name} has ${countOf(baseline?.own ?? 0)} ${baseline?.title ?? 'outside the stretch'} to compare it with`,
      'Compare it with another stretch, or with the reference.',
    );
  }
  const window = ownOf(events, stream, range).slice(0, MAX_COMPARED);
  const known = ownOf(events, stream, baseline.range).slice(-MAX_COMPARED);
  const part = (used: number, all: number) => (used < all ? `${formatCount(used)} of the ` : '');
  return {
    window: rangeOf(window, 0, window.length),
    baseline: rangeOf(known, 0, known.length),
    note:
      `${window.length < stretch.own ? 'The first ' : 'The '}${part(window.length, stretch.own)}` +
      `${formatCount(stretch.own)} events of ${name} in ${rangeText(range)}, against ` +
      `${known.length < baseline.own ? 'the last ' : 'its '}${part(known.length, baseline.own)}` +
      `${formatCount(baseline.own)} ${baseline.title}.`,
  };
}

const countOf = (own: number): string =>
  own === 0 ? 'no event' : own === 1 ? 'one event' : `${formatCount(own)} events`;

const tooFew = (problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'ledger', problem: `${problem}: it takes ${MIN_VALUES}`, advice });

function ownOf(events: EventColumns, stream: StreamIndex, { from, to }: IndexRange): EventIndex[] {
  const own: EventIndex[] = [];
  for (let i = from; i < to; i += 1) if (events.stream[i] === stream) own.push(i);
  return own;
}
