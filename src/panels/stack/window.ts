import type { IndexRange } from '../../core/columns.ts';
import type { Axis } from '../../workers/protocol.ts';

export interface FetchWindow {
  readonly range: IndexRange;
  /** Min-max buckets over `range`. */
  readonly buckets: number;
}

/** Widths are rounded up to this, so that resizing by a few pixels asks for nothing new. */
const WIDTH_STEP = 128;
/** Beyond this many streams half the points do. */
const MANY_STREAMS = 8;

const powerBelow = (value: number): number => 2 ** Math.floor(Math.log2(Math.max(1, value)));
const powerAbove = (value: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, value)));

/**
 * What to ask the engine for to draw `visible` at about one bucket per two pixels. On the event axis the range is
 * widened to a grid and buckets hold a power of two of events, so that panning reuses answers and the chart does not
 * shimmer. On the time axis, where neighbouring events may lie days apart, it is the visible range itself.
 */
export function fetchWindow(
  visible: IndexRange,
  events: number,
  width: number,
  axis: Axis,
  streams: number,
): FetchWindow {
  const wanted = (Math.ceil(width / WIDTH_STEP) * WIDTH_STEP) / (streams > MANY_STREAMS ? 4 : 2);
  if (axis === 'time') return { range: visible, buckets: Math.max(1, Math.round(wanted)) };
  const length = visible.to - visible.from;
  const grid = Math.max(1, powerAbove(length) / 4);
  const from = Math.max(0, Math.floor(visible.from / grid) * grid);
  const to = Math.min(events, Math.ceil(visible.to / grid) * grid);
  const bucket = powerBelow(length / wanted);
  return { range: { from, to }, buckets: Math.max(1, Math.ceil((to - from) / bucket)) };
}
