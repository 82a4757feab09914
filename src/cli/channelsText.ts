import { counted, formatCount, formatNumber } from '../core/format.ts';
import type { Interval, Rate } from '../core/statistics.ts';
import { CHANNEL_NAMES, COMPARED_CHANNELS, type ChannelStream } from '../detection/lab/channels.ts';
import { EITHER, type GroupCount, type LedgerGroup } from '../detection/lab/truth.ts';
import type { BudgetComparison, LedgerComparison } from './channelsComparison.ts';
import { tableLines } from './print.ts';

/** Tables of `tautline channels`. */

const NONE = '–';

export const labelLines = (one: BudgetComparison): string[] => [
  ...one.ledgers.flatMap((ledger) => ledgerTable(ledger)),
  ...labelSummary(one),
];

function ledgerTable({ ledger, events, leftOut, channels }: LedgerComparison): string[] {
  const reports = channels ?? [];
  const rows = reports.flatMap(({ channel, streams, note }) =>
    note !== null && streams.length === 0
      ? [[channel, '', '', '', '', note]]
      : streams.map((s) => [
          channel,
          s.stream,
          formatNumber(s.limit),
          s.firstAlarm === null ? NONE : String(s.firstAlarm),
          changesOf(s),
          `${s.falseAlarms} in ${formatCount(s.unlabelled)}`,
        ]),
  );
  return [
    '',
    ...leftOut.map((left) => `left out of the labels for ${ledger}: ${left}`),
    `${ledger} (${counted(events, 'event')})`,
    ...tableLines([['channel', 'stream', 'limit', 'first alarm', 'change', 'false alarms'], ...rows]),
    ...reports
      .filter(({ note, streams }) => note !== null && streams.length > 0)
      .map(({ channel, note }) => `note: ${channel}: ${note}`),
  ];
}

const changesOf = ({ changes, absorbing }: ChannelStream): string =>
  [
    ...changes.map(
      ({ label, fromSeq, delay, open }) =>
        `${label} at ${fromSeq}: ${delay !== null ? `found after ${delay}` : open ? 'alarming before' : 'missed'}`,
    ),
    ...absorbing.map(
      ({ label, fromSeq, absorbed }) => `${label} at ${fromSeq}: ${absorbed ? 'absorbed' : 'false alarm'}`,
    ),
  ].join('; ') || NONE;

/** Over all ledgers: changes found, and false alarms beside what the budget allows. */
function labelSummary({ ledgers, budget }: BudgetComparison): string[] {
  const rows = COMPARED_CHANNELS.map((channel) => {
    const streams = ledgers.flatMap(({ channels }) =>
      (channels ?? []).filter((c) => c.channel === channel).flatMap((c) => c.streams),
    );
    const changes = streams.flatMap((s) => s.changes);
    const delays = changes.map((c) => c.delay).filter((d) => d !== null);
    const falseAlarms = streams.reduce((sum, s) => sum + s.falseAlarms, 0);
    const unlabelled = streams.reduce((sum, s) => sum + s.unlabelled, 0);
    return [
      CHANNEL_NAMES[channel],
      `${delays.length} of ${changes.length}`,
      delays.join(', ') || NONE,
      `${falseAlarms} on ${streams.filter((s) => s.falseAlarms > 0).length} of ${counted(streams.length, 'stream')}`,
      formatNumber(unlabelled / budget),
    ];
  });
  return [
    '',
    `All ledgers, one false alarm allowed in ${formatCount(budget)} events`,
    ...tableLines([['channel', 'found', 'after events of the stream', 'false alarms', 'allowed'], ...rows]),
  ];
}

const HEAD = [
  'channel',
  'change',
  'topics',
  'reference',
  'ledgers',
  'found',
  '(95 %)',
  'after',
  '(95 %)',
  'false alarms',
  'in healthy events',
  'one in (95 %)',
  'allowed',
];
const TEXT_COLUMNS = 3;
/** Of fewer values no two enclose the median with 95 %. */
const FEWEST = 6;

/** What each channel finds and raises, over all ledgers, by kind of change, and by kind, topics and reference. */
export function truthLines({ budget, ledgers }: BudgetComparison, groups: readonly GroupCount[]): string[] {
  const rows = groups.map(({ channel, group, ledgers: members, found, delay, falseAlarms, allowed }) => [
    channel,
    ...groupCells(group),
    formatCount(members),
    found.of === 0 ? NONE : `${found.count} of ${found.of}`,
    found.of === 0 ? '' : `${percent(found.interval[0])} to ${percent(found.interval[1])} %`,
    found.count === 0 ? NONE : formatNumber(delay.median),
    found.count < FEWEST ? '' : range(delay.interval),
    formatCount(falseAlarms.count),
    formatCount(falseAlarms.exposure),
    everyOf(falseAlarms),
    formatNumber(allowed),
  ]);
  const silent = new Map<string, number>();
  for (const { outcome } of ledgers)
    for (const { channel, note } of outcome?.channels ?? [])
      if (note !== null) silent.set(`${channel}: ${note}`, (silent.get(`${channel}: ${note}`) ?? 0) + 1);
  return [
    '',
    `One false alarm allowed in ${formatCount(budget)} events, ${counted(ledgers.length, 'ledger')}`,
    'found: an alarm of the changed stream, at the change or later; after: events of that stream to it, median; ' +
      'every other alarm is false; healthy: events past the reference outside the changed stretch',
    ...tableLines([HEAD, ...rows], (column) => column > TEXT_COLUMNS - 1),
    ...[...silent].map(([words, of]) => `note: ${words} (${counted(of, 'ledger')})`),
    ...(groups.some(({ channel }) => channel === EITHER)
      ? [`"${EITHER}": what either of them finds and raises; each has the budget for itself`]
      : []),
  ];
}

const groupCells = ({ kind, wander, reference }: LedgerGroup): string[] => [
  kind ?? 'all',
  wander === null ? '' : wander ? 'wandering' : 'mixed',
  reference === null ? '' : formatCount(reference),
];

const percent = (share: number): string => String(Math.round(100 * share));

const range = ([low, high]: Interval): string => `${formatNumber(low)} to ${formatNumber(high)}`;

/** "3,590 (2,055 to 6,948)"; without an alarm only the least that it can be is known. */
function everyOf({ count, exposure, interval: [low, high] }: Rate): string {
  if (exposure === 0) return NONE;
  const events = (perEvent: number): string => formatCount(Math.round(1 / perEvent));
  return count === 0 ? `over ${events(high)}` : `${events(count / exposure)} (${events(high)} to ${events(low)})`;
}
