import { basename } from 'node:path';
import { formatCount, formatNumber } from '../core/format.ts';
import {
  CHANNEL_NAMES,
  CHANNELS,
  channelReports,
  type Channel,
  type ChannelReport,
  type ChannelStream,
} from '../detection/lab/channels.ts';
import { labelledIntervals, readLabels } from '../detection/lab/labels.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { readText } from './files.ts';
import { MAP_OPTIONS, readMapping } from './mapping.ts';
import { decimal, readOptions, refused, requireLedgers } from './options.ts';
import { intoFile } from './output.ts';
import { readParameters } from './parameters.ts';
import { print, tableLines } from './print.ts';
import { openSession } from './session.ts';
import { counted } from './text.ts';

interface LedgerChannels {
  readonly ledger: string;
  readonly events: number;
  readonly channels: readonly ChannelReport[];
}

/**
 * `tautline channels`: which labelled changes each channel finds, and what it raises without one, with the limits that
 * a false-alarm budget gives it.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    budget: { type: 'string' },
    params: { type: 'string' },
    labels: { type: 'string' },
    set: { type: 'string', multiple: true },
    out: { type: 'string' },
    ...MAP_OPTIONS,
  });
  const stated = await readMapping(values);
  const paths = requireLedgers(positionals, 'Give one or more files; each is a ledger of its own');
  const parameters = await readParameters(values.params, {
    ...settings(values.set ?? []),
    ...(values.budget === undefined ? {} : { false_alarm_budget: numberOrText(values.budget) }),
  });
  const budget = parameters.false_alarm_budget;
  const kernels = await loadKernels();
  const labels = values.labels === undefined ? null : await readText(values.labels);
  const results: LedgerChannels[] = [];
  const inputs = [...paths, values.params, values.labels, values.mapping].filter((path) => path !== undefined);
  await intoFile(values.out, inputs, async (write) => {
    for (const path of paths) {
      const { ledger, analysis } = await openSession([path], parameters, { stated });
      const { events, reference } = analysis;
      const name = basename(path);
      const read = labels === null ? null : readLabels(labels, values.labels!, events, { ledger: name });
      for (const left of read?.leftOut ?? []) print(`left out of the labels for ${name}: ${left}`);
      const channels = channelReports(
        kernels,
        {
          events,
          reference,
          coordinates: analysis.coordinates,
          textLength: ledger.textLength,
          intervals: read?.intervals ?? labelledIntervals(ledger.columns.label, events),
        },
        parameters,
        budget,
      );
      results.push({ ledger: name, events: events.n, channels });
      for (const line of ledgerTable(results[results.length - 1])) print(line);
    }
    for (const line of summary(results, budget)) print(line);
    await write(`${JSON.stringify({ parameters, budget, ledgers: results }, null, 1)}\n`);
  });
  return 0;
}

/** name=value pairs as a parameter object; numbers and true, false are read as such. */
function settings(pairs: readonly string[]): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw refused('--set', `is "${pair}"`, 'Give it as name=value, such as k=32');
    const name = pair.slice(0, at);
    if (values.has(name)) throw refused('--set', `names "${name}" twice`, 'Give each parameter once');
    const text = pair.slice(at + 1);
    values.set(name, text === 'true' ? true : text === 'false' ? false : numberOrText(text));
  }
  return Object.fromEntries(values);
}

const numberOrText = (text: string): number | string => (Number.isNaN(decimal(text)) ? text : decimal(text));

function ledgerTable({ ledger, events, channels }: LedgerChannels): string[] {
  const rows = channels.flatMap(({ channel, streams, note }) =>
    note !== null && streams.length === 0
      ? [[channel, '', '', '', '', note]]
      : streams.map((s) => [
          channel,
          s.stream,
          formatNumber(s.limit),
          s.firstAlarm === null ? '–' : String(s.firstAlarm),
          changesOf(s),
          `${s.falseAlarms} in ${formatCount(s.unlabelled)}`,
        ]),
  );
  const notes = channels
    .filter(({ note, streams }) => note !== null && streams.length > 0)
    .map(({ channel, note }) => `note: ${channel}: ${note}`);
  return [
    '',
    `${ledger} (${counted(events, 'event')})`,
    ...tableLines([['channel', 'stream', 'limit', 'first alarm', 'change', 'false alarms'], ...rows]),
    ...notes,
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
  ].join('; ') || '–';

/** Over all ledgers: changes found, and false alarms beside what the budget allows. */
function summary(results: readonly LedgerChannels[], budget: number): string[] {
  const rows = CHANNELS.map((channel: Channel) => {
    const streams = results.flatMap(({ channels }) =>
      channels.filter((c) => c.channel === channel).flatMap((c) => c.streams),
    );
    const changes = streams.flatMap((s) => s.changes);
    const delays = changes.map((c) => c.delay).filter((d) => d !== null);
    const falseAlarms = streams.reduce((sum, s) => sum + s.falseAlarms, 0);
    const unlabelled = streams.reduce((sum, s) => sum + s.unlabelled, 0);
    return [
      CHANNEL_NAMES[channel],
      `${delays.length} of ${changes.length}`,
      delays.join(', ') || '–',
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
