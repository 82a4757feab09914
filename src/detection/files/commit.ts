import * as v from 'valibot';
import { alertSchema } from './results.ts';
import { choice, flag, integer, list, number, text } from './schema.ts';
import { headOf, readText, type FileFormat } from './file.ts';

/** A commit of a live ledger: `_log/<20 digits>.json` (docs/live.md). What no commit names is no part of the ledger. */
const COMMIT = {
  format: 'tautline-commit',
  what: 'the commit',
  otherwise: 'it is not a commit of a live ledger',
  advice: 'Restore the file from the machine that wrote it.',
  upgrades: [],
} as const;

const fileSchema = v.object({
  path: v.pipe(text, v.description('Relative to the ledger')),
  rows: integer(1),
  bytes: integer(1),
  sha256: text,
});

export const liveAlertSchema = v.object({
  ...alertSchema.entries,
  id: v.pipe(text, v.description('group/kind/stream/onset/fired: the same events raise the same id')),
});

export const STAGES = ['none', 'shadow', 'canary', 'full'] as const;

export const controlSchema = v.object({
  kind: choice(['deployed', 'candidate', 'promoted', 'stepped-back']),
  bundle: v.pipe(text, v.description('SHA-256 of the bundle that it is about')),
  stage: v.pipe(choice(STAGES), v.description('Of the bundle from here on; full: in force; none: taken away')),
  who: text,
  at: v.pipe(text, v.description('When it was decided, ISO 8601')),
  reason: text,
  figures: v.pipe(text, v.description('What the decision rests on, as JSON; empty: nothing')),
});

export const commitSchema = v.object({
  ...headOf(COMMIT),
  number: integer(0),
  kind: v.pipe(
    choice(['claim', 'unit', 'bundle', 'control', 'compaction']),
    v.description(
      'claim: an owner begins, and every earlier one is fenced; bundle: one is in force from here on; ' +
        'control: something else was decided; compaction: rows that were there stand in other files from here on',
    ),
  ),
  owner: text,
  written: v.pipe(text, v.description('ISO 8601, by the clock of the owner')),
  source: v.pipe(
    v.object({
      topic: text,
      topicId: text,
      partition: integer(0),
      from: integer(0),
      to: v.pipe(integer(0), v.description('Offset that reading goes on from')),
      held: v.pipe(list(integer(0)), v.description('Offsets below `to` that wait in the reorder buffer')),
    }),
    v.description('Offsets of the log that it stands for'),
  ),
  events: v.pipe(v.object({ from: integer(0), to: integer(0) }), v.description('event_id of its rows: [from, to)')),
  add: list(fileSchema),
  remove: v.pipe(v.optional(list(text), []), v.description('Paths of files that are no part of the ledger any more')),
  compacted: v.pipe(
    v.optional(v.nullable(v.object({ from: integer(0), to: integer(0) })), null),
    v.description('event_id of the rows that `add` holds in the place of `remove`: [from, to); null: no compaction'),
  ),
  opened: list(liveAlertSchema),
  closed: list(liveAlertSchema),
  late: v.pipe(integer(0), v.description('Rows whose time is not their own, because later ones were stored before')),
  doubles: v.pipe(integer(0), v.description('Records left out because their uid was there already')),
  refused: v.pipe(integer(0), v.description('Records that are no events of this ledger')),
  dropped: v.pipe(
    v.optional(integer(0), 0),
    v.description('Events that producers left out, by gaps in their sequences'),
  ),
  untracked: v.pipe(integer(0), v.description('Rows of streams that the bundle does not know: stored, not judged')),
  through: v.pipe(v.nullable(number), v.description('ts of the last row, epoch ms; null: none yet')),
  bundle: v.pipe(v.nullable(text), v.description('SHA-256 of the bundle in force; null: none yet')),
  control: v.pipe(
    v.optional(v.nullable(controlSchema), null),
    v.description(
      'What was decided by a record of the log; the bundle, where it is one, is in force from this commit on',
    ),
  ),
  beside: v.pipe(
    v.optional(
      v.nullable(
        v.object({
          bundle: text,
          stage: v.pipe(
            choice(STAGES),
            v.description('Of the candidate; full: it is in force, and this is the former'),
          ),
          opened: list(liveAlertSchema),
          closed: list(liveAlertSchema),
        }),
      ),
      null,
    ),
    v.description('The bundle that runs beside the one in force, and what it raises; null: none'),
  ),
  taken: v.pipe(v.optional(integer(0), 0), v.description('Rows of the shadow lane')),
  ended: v.pipe(
    v.optional(list(text), []),
    v.description('Ids of alerts that were open when another bundle came into force: nobody closes them any more'),
  ),
  hasState: v.pipe(flag, v.description('Whether _log/state-<number>.json is there')),
});

export type Commit = Readonly<v.InferOutput<typeof commitSchema>>;
export type CommittedFile = Commit['add'][number];
export type CommittedControl = NonNullable<Commit['control']>;
export type LiveAlert = Commit['opened'][number];

const COMMIT_FORMAT: FileFormat<Commit> = { ...COMMIT, schema: commitSchema };

/** Reads a commit. @throws TautlineFailure of kind file that names the field */
export const readCommit = (content: string, file: string): Commit => readText(COMMIT_FORMAT, content, file);
