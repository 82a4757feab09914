import type { SeriesName } from '../detection/channels/table.ts';
import { downsample } from '../kernels/downsample.ts';
import type { KernelModule } from '../kernels/module.ts';
import { valuesOf } from './series.ts';
import { ownEvents, type SideRequest } from './sideRequest.ts';
import type { Analysis } from './stages.ts';

/** What a side is drawn along: its own events, counted, or their times. */
export interface SideLinesRequest extends SideRequest {
  readonly names: readonly SeriesName[];
  readonly along: 'events' | 'time';
  readonly buckets: number;
}

export interface SideLines {
  /**
   * Interleaved x, y of each name, y NaN for a gap. Along events x is the number of the stream's own events since the
   * stretch began; along time it is epoch ms.
   */
  readonly lines: readonly Float64Array[];
  readonly own: number;
  /** Own events from the end of the reference to the first of the stretch; negative where that lies before it. */
  readonly sinceReference: number;
  /** Of the first and the last own event, epoch ms; NaN without times, or without events. */
  readonly time: readonly [number, number];
}

/** @throws TautlineFailure of kind ledger where no such stream is tracked */
export function linesOf(
  kernels: KernelModule,
  analysis: Pick<Analysis, 'events' | 'signals' | 'decisions' | 'reference'>,
  { stream, range, names, along, buckets }: SideLinesRequest,
): SideLines {
  const { events, reference } = analysis;
  const own = ownEvents(events, stream, range);
  const timeOf = (at: number): number => (events.hasTime && own.length > 0 ? events.time[own[at]] : Number.NaN);
  const x = along === 'time' && events.hasTime ? Float64Array.from(own, (i) => events.time[i]) : null;
  const between = { from: Math.min(range.from, reference.to), to: Math.max(range.from, reference.to) };
  const apart = ownEvents(events, stream, between).length;
  return {
    lines: names.map((name) => {
      const values = valuesOf(analysis, name);
      const [points] = downsample(kernels, {
        x,
        y: Float64Array.from(own, (i) => values[i]),
        stream: new Int32Array(own.length),
        from: 0,
        to: own.length,
        buckets,
        streams: [0],
      });
      return points;
    }),
    own: own.length,
    sinceReference: range.from < reference.to ? -apart : apart,
    time: [timeOf(0), timeOf(own.length - 1)],
  };
}
