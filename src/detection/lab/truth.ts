import type * as v from 'valibot';
import type { EventColumns } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import { shown } from '../../core/printable.ts';
import { distribution, proportion, rate, type Interval, type Proportion, type Rate } from '../../core/statistics.ts';
import type { EventIndex, Seq } from '../../core/units.ts';
import { readPlain } from '../files/file.ts';
import type { FileSchema } from '../files/schema.ts';
import { truthSchema } from '../files/truth.ts';
import type { ChannelAlarms, ComparedChannel } from './channels.ts';
import { ownEvents } from './intervals.ts';

/** What happens in a ledger, as a file says. */
export type Truth = v.InferOutput<typeof truthSchema>[number];

const WORDS = {
  what: 'the truth',
  advice:
    'Write a list of {"name", "kind", "wander", "reference", "onset_event", "onset_seq", "stream"}, one per ledger',
};

/** @throws TautlineFailure of kind file that names the field */
export const readTruth = (text: string, file: string): Truth[] =>
  readPlain(WORDS, truthSchema as FileSchema<Truth[]>, text, file);

/**
 * What is said of a ledger.
 * @param ledger the name of its file
 * @throws TautlineFailure of kind file where nothing is
 */
export function truthOf(truth: readonly Truth[], ledger: string, file: string): Truth {
  const stems = [ledger];
  for (let at = ledger.lastIndexOf('.'); at > 0; at = ledger.lastIndexOf('.', at - 1)) stems.push(ledger.slice(0, at));
  const names = stems.flatMap((stem) => [stem, `${stem}.parquet`]);
  const found = truth.find(({ name }) => names.includes(name));
  if (found) return found;
  const known = truth.slice(0, 3).map(({ name }) => shown(name));
  throw new TautlineFailure({
    kind: 'file',
    file,
    problem: `it says nothing of the ledger ${shown(ledger)}`,
    advice:
      `It has ${known.join(', ')}${truth.length > known.length ? ` and ${truth.length - known.length} more` : ''}: ` +
      'add the ledger, or leave it out of the command',
  });
}

/** @throws TautlineFailure of kind file where a ledger cannot be as the file says */
export function checkTruth(
  { name, reference, onset_event: onset, onset_seq: seq, stream }: Truth,
  events: Pick<EventColumns, 'n' | 'streams' | 'stream'>,
  file: string,
): void {
  const refuse = (problem: string): never => {
    throw new TautlineFailure({
      kind: 'file',
      file,
      problem: `${shown(name)} is not as it says: ${problem}`,
      advice: 'Mend the entry, or give the ledger that it was written for',
    });
  };
  if (reference >= events.n) refuse(`the reference has ${reference} events, the ledger ${events.n}`);
  if (onset === null) return;
  if (onset >= events.n) refuse(`the change is at event ${onset}, the ledger has ${events.n}`);
  const there = events.streams[events.stream[onset]];
  if (there !== stream) refuse(`event ${onset} is of the stream ${shown(there)}, not of ${shown(stream)}`);
  const own = ownEvents(events)[events.stream[onset]].indexOf(onset) + 1;
  if (typeof seq === 'number' && own !== seq) refuse(`event ${onset} is number ${own} of its stream, not ${seq}`);
}

/** What a channel made of a ledger. */
interface ChannelOutcome {
  readonly channel: ComparedChannel;
  /**
   * The first alarm of the changed stream from the change on, in its own events, 1 for the first changed one; null:
   * missed, or nothing to find.
   */
  readonly delay: Seq | null;
  /** Every other alarm. */
  readonly falseAlarms: readonly { readonly stream: string; readonly fired: EventIndex }[];
  /** Why the channel has no say here, or what it left out; null if neither. */
  readonly note: string | null;
}

export interface LedgerOutcome {
  readonly ledger: string;
  readonly kind: string;
  readonly wander: boolean;
  readonly reference: number;
  readonly hasChange: boolean;
  /** Events past the reference outside the changed stretch. */
  readonly healthy: number;
  readonly channels: readonly ChannelOutcome[];
}

/** Alarms of every channel against what happens in a ledger. */
export function judgeByTruth(
  ledger: string,
  { kind, wander, reference, onset_event: onset, stream }: Truth,
  events: Pick<EventColumns, 'n' | 'streams' | 'stream'>,
  channels: readonly ChannelAlarms[],
): LedgerOutcome {
  const changed = stream === null ? -1 : events.streams.indexOf(stream);
  const isChanged = (of: number, at: EventIndex): boolean => onset !== null && of === changed && at >= onset;
  let before = 0;
  if (onset !== null) for (let i = 0; i < onset; i++) if (events.stream[i] === changed) before++;
  let healthy = 0;
  for (let i = reference; i < events.n; i++) if (!isChanged(events.stream[i], i)) healthy++;
  return {
    ledger,
    kind,
    wander,
    reference,
    hasChange: onset !== null,
    healthy,
    channels: channels.map(({ channel, alarms, note }) => {
      const found = alarms.filter((alarm) => isChanged(alarm.stream, alarm.fired)).map(({ firedSeq }) => firedSeq);
      return {
        channel,
        delay: found.length === 0 ? null : Math.min(...found) - before,
        falseAlarms: alarms
          .filter((alarm) => !isChanged(alarm.stream, alarm.fired))
          .map((alarm) => ({ stream: events.streams[alarm.stream], fired: alarm.fired })),
        note,
      };
    }),
  };
}

/** What ledgers are counted by; null: all of them. */
export interface LedgerGroup {
  /** A kind, or what kinds have before a dash: "swap" is "swap-same" and "swap-other". */
  readonly kind: string | null;
  readonly wander: boolean | null;
  readonly reference: number | null;
}

/** What a channel, or two together, made of a group of ledgers. */
export interface GroupCount {
  readonly channel: ComparedChannel | typeof EITHER;
  readonly group: LedgerGroup;
  readonly ledgers: number;
  /** Of the ledgers with a change. */
  readonly found: Proportion;
  /** Own events to the alarm, over the changes found; interval of the median. NaN of none. */
  readonly delay: { readonly median: number; readonly interval: Interval };
  /** Over healthy events. */
  readonly falseAlarms: Rate;
  /** What the budget allows. */
  readonly allowed: number;
}

/** What speaks and what is spoken of, together: each has the budget for itself. */
export const EITHER = 'style or meaning';
const OF_EITHER: readonly ComparedChannel[] = ['style', 'meaning'];

/** Counts by channel: all ledgers, by kind, and by kind, topics and reference. */
export function countOutcomes(
  outcomes: readonly LedgerOutcome[],
  channels: readonly ComparedChannel[],
  budget: number,
): GroupCount[] {
  const groups = groupsOf(outcomes);
  const together: readonly (readonly [GroupCount['channel'], readonly ComparedChannel[]])[] = [
    ...channels.map((channel) => [channel, [channel]] as const),
    ...(OF_EITHER.every((channel) => channels.includes(channel)) ? [[EITHER, OF_EITHER] as const] : []),
  ];
  return together.flatMap(([channel, parts]) =>
    groups.map(({ group, members }): GroupCount => {
      const own = members.map(({ channels: all, ...ledger }) => ({
        ...ledger,
        parts: all.filter((one) => parts.includes(one.channel)),
      }));
      const changed = own.filter(({ hasChange }) => hasChange);
      const delays = changed
        .map((ledger) => ledger.parts.map(({ delay }) => delay).filter((delay) => delay !== null))
        .filter((of) => of.length > 0)
        .map((of) => Math.min(...of));
      const { median, medianInterval: interval } = distribution(delays);
      const healthy = own.reduce((sum, ledger) => sum + ledger.healthy, 0);
      const alarms = own.reduce(
        (sum, ledger) => sum + ledger.parts.reduce((part, { falseAlarms }) => part + falseAlarms.length, 0),
        0,
      );
      return {
        channel,
        group,
        ledgers: own.length,
        found: proportion(delays.length, changed.length),
        delay: { median, interval },
        falseAlarms: rate(alarms, healthy),
        allowed: (parts.length * healthy) / budget,
      };
    }),
  );
}

interface Members {
  readonly group: LedgerGroup;
  readonly members: readonly LedgerOutcome[];
}

function groupsOf(outcomes: readonly LedgerOutcome[]): Members[] {
  const ofKind = (kind: string) => outcomes.filter((one) => one.kind === kind || familyOf(one.kind) === kind);
  const kinds = [...new Set(outcomes.map(({ kind }) => kind))].sort();
  const families = [...new Set(kinds.map(familyOf))].filter(
    (family) => kinds.filter((k) => familyOf(k) === family).length > 1,
  );
  const references = [...new Set(outcomes.map(({ reference }) => reference))].sort((a, b) => a - b);
  const cells = kinds.flatMap((kind) =>
    [false, true].flatMap((wander) => references.map((reference) => ({ kind, wander, reference }))),
  );
  return [
    { group: { kind: null, wander: null, reference: null }, members: outcomes },
    ...[...new Set([...families, ...kinds])]
      .sort()
      .map((kind) => ({ group: { kind, wander: null, reference: null }, members: ofKind(kind) })),
    ...cells.map((group) => ({
      group,
      members: outcomes.filter(
        ({ kind, wander, reference }) =>
          kind === group.kind && wander === group.wander && reference === group.reference,
      ),
    })),
  ].filter(({ members }) => members.length > 0);
}

const familyOf = (kind: string): string => kind.split('-', 1)[0];
