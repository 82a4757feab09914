import type { EventColumns, IndexRange } from '../../../core/columns.ts';
import { TautlineFailure } from '../../../core/errors.ts';
import { formatCount } from '../../../core/format.ts';
import type { EventIndex } from '../../../core/units.ts';
import { changeChannelOf } from '../../channels/table.ts';
import type { Alert } from '../../types.ts';
import type { InvestigationWindows } from '../types.ts';

/** A side with fewer events is not compared. */
export const MIN_VALUES = 8;
/** Events of the stream in the window of an alert, at least and at most. */
const MIN_WINDOW = 24;
export const MAX_WINDOW = 128;
/** Events of the stream in the baseline, at least and at most. */
const MIN_BASELINE = 48;
export const MAX_BASELINE = 512;

/**
 * Where an investigation looks: at the stream's events of the episode from its onset on (at least 24, at most 128),
 * against its last 512 before the onset; against its reference period where there are fewer than 48 of those, and where
 * the alert is of lasting change, which compares with it.
 * @throws TautlineFailure of kind ledger where there are too few events to compare
 */
export function investigationWindows(events: EventColumns, alert: Alert, reference: IndexRange): InvestigationWindows {
  const own: EventIndex[] = [];
  for (let i = 0; i < events.n; i++) if (events.stream[i] === alert.stream) own.push(i);
  const start = firstAtOrAfter(own, alert.onset);
  const fired = firstAtOrAfter(own, alert.fired);
  const resolved = alert.resolved === null ? own.length : firstAtOrAfter(own, alert.resolved);
  const end = Math.min(
    own.length,
    Math.max(start + MIN_WINDOW, Math.min(start + MAX_WINDOW, resolved), Math.min(fired + 1, start + 2 * MAX_WINDOW)),
  );
  const window = rangeOf(own, start, end);
  const onward = `The ${formatCount(end - start)} events of ${events.streams[alert.stream]} from the onset on`;
  const within = own.filter((i) => i >= reference.from && i < Math.min(reference.to, alert.onset));
  if (changeChannelOf(alert.kind) !== null && within.length >= MIN_BASELINE) {
    const known = within.slice(-MAX_BASELINE);
    return {
      window,
      baseline: rangeOf(known, 0, known.length),
      note: `${onward} (an estimate), against its last ${formatCount(known.length)} in the reference.`,
    };
  }
  const before = own.slice(Math.max(0, start - MAX_BASELINE), start);
  if (before.length >= MIN_BASELINE) {
    return {
      window,
      baseline: rangeOf(before, 0, before.length),
      note: `${onward}, against its last ${formatCount(before.length)} before it.`,
    };
  }
  if (end - start < 2 || within.length < MIN_VALUES) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the alert at event ${formatCount(alert.fired)} has too few events of its stream around it to compare`,
      advice: 'Investigate a later alert, or one of a busier stream.',
    });
  }
  return {
    window,
    baseline: rangeOf(within, 0, within.length),
    note:
      `${onward}, against its ${formatCount(within.length)} in the reference: ` +
      'there are too few just before the onset.',
  };
}

export const rangeOf = (own: readonly EventIndex[], from: number, to: number): IndexRange => ({
  from: own[from],
  to: own[to - 1] + 1,
});

/** Position of the first of ascending events that is not before `index`. */
export function firstAtOrAfter(own: readonly EventIndex[], index: EventIndex): number {
  let from = 0;
  let to = own.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (own[middle] < index) from = middle + 1;
    else to = middle;
  }
  return from;
}
