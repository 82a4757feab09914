import type { DictionaryColumn, EventColumns } from '../../core/columns.ts';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import { median } from '../statistics.ts';
import type { Alert } from '../types.ts';

/** A labelled stretch of events [from, to); of one stream, or of all (null). */
export interface Interval {
  readonly stream: StreamIndex | null;
  readonly from: EventIndex;
  readonly to: EventIndex;
  readonly label: string;
}

export interface Score {
  /** Alerts that fired inside an interval of their stream, and the others. */
  readonly hits: readonly Alert[];
  readonly falseAlarms: readonly Alert[];
  /** Intervals in which an alert fired, and the others. */
  readonly found: readonly Interval[];
  readonly missed: readonly Interval[];
  /** hits / alerts; NaN without alerts. */
  readonly precision: number;
  /** found / intervals; NaN without intervals. */
  readonly recall: number;
  /** Harmonic mean of both; 0 where nothing was found, NaN without intervals. */
  readonly f1: number;
  /** Of each found interval: events of the alert's stream from the start of the interval to the first firing, 1 for its first event. */
  readonly delays: readonly number[];
  /** NaN where nothing was found. */
  readonly medianDelay: number;
}

/** Episodes against labelled intervals: an alert is a hit where it fired inside an interval of its stream. */
export function scoreEpisodes(alerts: readonly Alert[], intervals: readonly Interval[], stream: EventColumns['stream']): Score {
  const within = (alert: Alert, { stream: own, from, to }: Interval) => (own === null || own === alert.stream) && alert.fired >= from && alert.fired < to;
  const hits: Alert[] = [];
  const falseAlarms: Alert[] = [];
  const first = new Map<Interval, Alert>();
  for (const alert of alerts) {
    const inside = intervals.filter((interval) => within(alert, interval));
    (inside.length > 0 ? hits : falseAlarms).push(alert);
    for (const interval of inside) {
      const earlier = first.get(interval);
      if (!earlier || alert.fired < earlier.fired) first.set(interval, alert);
    }
  }
  const found = intervals.filter((interval) => first.has(interval));
  const delays = found.map((interval) => ownEvents(stream, first.get(interval)!.stream, interval.from, first.get(interval)!.fired));
  const precision = hits.length / alerts.length;
  const recall = found.length / intervals.length;
  return {
    hits, falseAlarms, found, missed: intervals.filter((interval) => !first.has(interval)), precision, recall,
    f1: found.length > 0 ? (2 * precision * recall) / (precision + recall) : intervals.length > 0 ? 0 : Number.NaN,
    delays, medianDelay: median(delays),
  };
}

/** Events of a stream in [from, to]. */
function ownEvents(stream: EventColumns['stream'], own: StreamIndex, from: EventIndex, to: EventIndex): number {
  let count = 0;
  for (let i = from; i <= to; i++) if (stream[i] === own) count++;
  return count;
}

/** The labelled stretches of each stream: runs of its own events with the same label. */
export function labelledIntervals(label: DictionaryColumn | null, events: Pick<EventColumns, 'n' | 'stream' | 'row' | 'streams'>): Interval[] {
  if (!label) return [];
  const open: { code: number; from: number; last: number }[] = events.streams.map(() => ({ code: -1, from: 0, last: 0 }));
  const intervals: Interval[] = [];
  const close = (s: number) => {
    const { code, from, last } = open[s];
    if (code >= 0) intervals.push({ stream: s, from, to: last + 1, label: label.values[code] });
  };
  for (let i = 0; i < events.n; i++) {
    const s = events.stream[i];
    const code = label.codes[events.row[i]];
    if (code !== open[s].code) {
      close(s);
      open[s] = { code, from: i, last: i };
    }
    open[s].last = i;
  }
  events.streams.forEach((_, s) => close(s));
  return intervals.sort((a, b) => a.from - b.from || a.stream! - b.stream!);
}
