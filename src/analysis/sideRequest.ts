import type { EventColumns, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import type { EventIndex } from '../core/units.ts';

/** A stretch of a stream that is set beside another. */
export interface SideRequest {
  readonly stream: string;
  readonly range: IndexRange;
}

/** Events of a stream in a range. @throws TautlineFailure of kind ledger where no such stream is tracked */
export function ownEvents(events: EventColumns, name: string, { from, to }: IndexRange): EventIndex[] {
  const stream = events.streams.indexOf(name);
  if (stream < 0)
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `no stream "${name}" is tracked with these parameters (there are ${formatCount(events.streams.length)})`,
      advice: 'Choose one of the streams that are listed.',
    });
  const own: EventIndex[] = [];
  for (let i = from; i < Math.min(to, events.n); i += 1) if (events.stream[i] === stream) own.push(i);
  return own;
}
