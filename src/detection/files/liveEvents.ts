import * as v from 'valibot';
import { controlSchema, liveAlertSchema } from './commit.ts';
import { headOf } from './file.ts';
import { choice, integer, text } from './schema.ts';

/** What is told of a live ledger outside it: the data of CloudEvents (docs/live.md). */

const headed = (format: string, what: string) =>
  headOf({
    format,
    what,
    otherwise: `it is not ${what}`,
    advice: 'Read it with the version that wrote it.',
    upgrades: [],
  });

const place = {
  group: v.pipe(text, v.description('Group of coupled streams')),
  commit: v.pipe(integer(0), v.description('Number of the commit that says so')),
};

export const alertEventSchema = v.object({
  ...headed('tautline-alert-event', 'the event of an alert'),
  ...place,
  change: v.pipe(
    choice(['opened', 'closed', 'ended']),
    v.description('ended: another bundle came into force while it was open, and nobody closes it any more'),
  ),
  bundle: v.pipe(v.nullable(text), v.description('SHA-256 of the bundle in force after the commit')),
  alert: v.pipe(liveAlertSchema, v.description('Positions are event_id of the ledger; as far as it is known then')),
});

export const controlEventSchema = v.object({
  ...headed('tautline-control-event', 'the event of a decision'),
  ...place,
  event: v.pipe(integer(0), v.description('event_id that it holds from')),
  ...controlSchema.entries,
  kind: v.pipe(
    choice(['fitted', ...controlSchema.entries.kind.options]),
    v.description('fitted: the first bundle, which nobody gave'),
  ),
  figures: v.pipe(
    v.nullable(v.record(text, v.unknown())),
    v.description('What the decision rests on: alerts of both and of one alone, rates, delay; null: nothing'),
  ),
});

export type AlertEvent = v.InferOutput<typeof alertEventSchema>;
export type ControlEvent = v.InferOutput<typeof controlEventSchema>;
