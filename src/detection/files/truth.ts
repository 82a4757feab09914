import * as v from 'valibot';
import { flag, integer, list, must, relations, text } from './schema.ts';

/** Files that say of ledgers what happens in them, and when: what a comparison of channels is judged by. */

const name = v.pipe(text, v.nonEmpty(must('a text that is not empty')));

/** One ledger. Other fields are the file's own. */
export const truthEntrySchema = v.object({
  name: v.pipe(name, v.description('Name of the ledger, with or without the ending of its file')),
  kind: v.pipe(name, v.description('What happens in it: results are counted by it')),
  wander: v.pipe(flag, v.description('true: topics come one after the other; false: they are mixed')),
  reference: v.pipe(integer(1), v.description('Events of the reference period, the first of the ledger')),
  onset_event: v.pipe(
    v.nullable(integer(0)),
    v.description('First changed event, counted from 0 over all streams; null: nothing changes'),
  ),
  onset_seq: v.nullish(v.pipe(integer(1), v.description('The same, counted from 1 over the events of its stream'))),
  stream: v.pipe(v.nullable(name), v.description('The stream that changes; null: none does')),
});

export const truthSchema = v.pipe(
  list(truthEntrySchema),
  relations((entries, refuseUnless) => {
    const names = new Set<string>();
    entries.forEach((entry, i) => {
      const { onset_event: onset, stream, reference } = entry;
      refuseUnless(!names.has(entry.name), [i, 'name'], 'the name of one ledger only');
      names.add(entry.name);
      refuseUnless(onset === null || onset >= reference, [i, 'onset_event'], `past the reference (${reference})`);
      refuseUnless(
        (onset === null) === (stream === null),
        [i, 'stream'],
        'null where "onset_event" is, and only there',
      );
    });
  }),
);
