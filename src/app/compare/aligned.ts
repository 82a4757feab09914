import type { SideLines } from '../../analysis/sideLines.ts';
import { formatCount, formatDuration, formatTimeFull } from '../../core/format.ts';
import { SIGNALS, SIGNALS_IN_ORDER } from '../../detection/channels/index.ts';
import type { Alignment } from '../../state/drilldown/compareView.ts';

/** Signals that are drawn. */
export const CHARTED = SIGNALS_IN_ORDER.filter((name) => SIGNALS[name].reported);

/** Lines of both sides on one axis, in the order of CHARTED. */
export interface AlignedLines {
  readonly a: readonly Float64Array[];
  readonly b: readonly Float64Array[];
  readonly extent: { readonly from: number; readonly to: number };
  readonly extentText: string;
}

/** Where a line begins on the shared axis: what is added to its x. */
function shiftOf({ sinceReference, time }: SideLines, align: Alignment): number {
  if (align === 'reference') return sinceReference;
  return align === 'time' ? -time[0] : 0;
}

const spanOf = ({ own, time }: SideLines, align: Alignment): readonly [number, number] =>
  align === 'start' || align === 'reference' ? [0, own] : time;

/** @param along what both were read along has to be what the alignment is of: events, or times */
export function alignLines(a: SideLines, b: SideLines, align: Alignment): AlignedLines {
  const moved = (side: SideLines): Float64Array[] => {
    const shift = shiftOf(side, align);
    return side.lines.map((points) => points.map((value, i) => (i % 2 === 0 ? value + shift : value)));
  };
  const ends = [a, b]
    .filter(({ own }) => own > 0)
    .map((side) => spanOf(side, align).map((x) => x + shiftOf(side, align)));
  const from = Math.min(...ends.map(([start]) => start));
  const to = Math.max(...ends.map(([, end]) => end));
  return { a: moved(a), b: moved(b), extent: { from, to }, extentText: extentText(from, to, align) };
}

function extentText(from: number, to: number, align: Alignment): string {
  if (!Number.isFinite(to)) return '';
  if (align === 'time') return formatDuration(to);
  return align === 'clock'
    ? `${formatTimeFull(from)} to ${formatTimeFull(to)}`
    : `${formatCount(from)} to ${formatCount(to)}`;
}

/** What the shared axis counts. */
export const AXIS_TEXTS: Readonly<Record<Alignment, string>> = {
  start: 'Along the axis: events of the stream since the stretch began.',
  reference: 'Along the axis: events of the stream since the reference ended.',
  time: 'Along the axis: time since the first event of the stretch.',
  clock: 'Along the axis: date and time, UTC.',
};

/** Least, largest and last y of interleaved points; NaN where there is none. */
export function extremes(points: Float64Array): readonly [number, number, number] {
  let [least, largest, last] = [Number.NaN, Number.NaN, Number.NaN];
  for (let i = 1; i < points.length; i += 2) {
    const y = points[i];
    if (!Number.isFinite(y)) continue;
    if (!(y >= least)) least = y;
    if (!(y <= largest)) largest = y;
    last = y;
  }
  return [least, largest, last];
}
