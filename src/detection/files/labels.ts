import * as v from 'valibot';
import { shown } from '../../core/printable.ts';
import { isIsoText } from '../../core/iso.ts';

/** Files of labelled stretches. Messages are predicates, to which `lab/labels.ts` adds the entry. */

const isNot =
  (needed: string) =>
  ({ input }: { readonly input: unknown }): string =>
    `is ${shown(input)}, not ${needed}`;

const textOrNone = v.nullish(v.string(isNot('a text')));

/** An end is an event id or a time, which the ledger's events tell from each other. */
const end = v.pipe(v.unknown(), v.metadata({ type: ['integer', 'string'] }));

/** One stretch; both ends belong to it, and one without `to` is a point. */
export const labelSchema = v.strictObject(
  {
    from: v.pipe(end, v.description('First event: its event_id, or a time (ISO 8601, UTC where no zone is given)')),
    to: v.optional(
      v.pipe(end, v.metadata({ type: ['integer', 'string', 'null'], description: 'Last event, likewise' })),
    ),
    stream: v.pipe(textOrNone, v.description('Absent, null or "": all streams')),
    label: v.pipe(textOrNone, v.description('Absent, null or "": anomaly')),
    note: v.pipe(textOrNone, v.description('What a person wrote beside it; nothing is computed from it')),
    expect: v.pipe(
      v.nullish(v.picklist(['alert', 'none', ''], isNot('"alert" or "none"'))),
      v.description(
        'none: no alert is expected, the detectors have to absorb it; alert: it is to be found. ' +
          'Absent, null or "": none where the label is transient, backoff or begins with "ok:"',
      ),
    ),
  },
  ({ input, expected, received }) =>
    expected === 'never'
      ? 'is not a field'
      : received === 'undefined'
        ? 'is missing'
        : isNot('a stretch with "from" and "to"')({ input }),
);

export const NOT_A_TIME = 'is not a time';
const time = v.pipe(v.string(NOT_A_TIME), v.trim(), v.check(isIsoText, NOT_A_TIME));

/** Windows [start, end] or points of one name, as NAB has them (Lavin & Ahmad 2015). */
export const windowsSchema = v.array(
  v.union([time, v.strictTuple([time, time])], isNot('a pair of times')),
  isNot('a list of windows'),
);

/** A file of labels: a list of stretches, or windows by the name of a ledger or stream. */
export const labelsSchema = v.union([v.array(labelSchema), v.record(v.string(), windowsSchema)]);
