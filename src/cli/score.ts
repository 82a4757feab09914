import type { EventColumns } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { counted, formatCount, formatNumber } from '../core/format.ts';
import { POINT_WIDTH } from '../detection/lab/labels.ts';
import type { Interval } from '../detection/lab/intervals.ts';
import { TOLERANCE, type Episode } from '../detection/lab/score.ts';
import { scoreAnalysis, type ScoreReport, type ScoreRow } from '../detection/lab/scoreReport.ts';
import { lengthOnly } from '../analysis/lengthOnly.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { labelsOf } from './labels.ts';
import { readOptions, refused, requireLedgers, wholeNumber } from './options.ts';
import { intoFile } from './output.ts';
import { readParameters } from './parameters.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { countLine } from './part.ts';
import { print, tableLines } from './print.ts';
import { openSession } from './session.ts';

const LISTED = 10;

/**
 * `tautline score`: alerts against labelled stretches, beside the baselines.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    labels: { type: 'string' },
    label: { type: 'string', multiple: true },
    params: { type: 'string' },
    stream: { type: 'string' },
    tolerance: { type: 'string' },
    'point-width': { type: 'string' },
    out: { type: 'string' },
    ...OPENING_OPTIONS,
  });
  const ledgers = requireLedgers(positionals);
  const tolerance = wholeNumber('--tolerance', values.tolerance, 0) ?? TOLERANCE;
  const pointWidth = wholeNumber('--point-width', values['point-width'], 1) ?? POINT_WIDTH;
  const parameters = await readParameters(values.params, { stream: values.stream });
  const opening = await readOpening(values);
  const inputs = [...ledgers, values.labels, values.params, values.mapping].filter((path) => path !== undefined);
  await intoFile(values.out, inputs, async (write) => {
    const session = await openSession(ledgers, parameters, opening);
    const { ledger, analysis } = session;
    const { events, decisions, reference } = analysis;

    if (values.labels === undefined && !ledger.columns.label) {
      throw new TautlineFailure({
        kind: 'ledger',
        problem: 'The ledger has no column "label"',
        advice: 'Give the labelled stretches with --labels FILE',
      });
    }
    const { intervals: labelled, leftOut } = await labelsOf(values.labels, ledger, events, pointWidth);
    const intervals = chosen(labelled, values.label);
    const report = scoreAnalysis({
      events,
      alerts: decisions.alerts,
      intervals,
      reference,
      lengthOnly: await lengthOnly(session, analysis),
      tolerance,
    });

    for (const line of linesOf(report, {
      ledger,
      events,
      from: reference.to,
      leftOut,
      labels: values.labels,
      tolerance,
      pointWidth,
    }))
      print(line);
    const { name, part: opened, fingerprint } = ledger.report;
    const head = { ledger: name, part: opened, fingerprint, parameters, pointWidth, labelsLeftOut: leftOut };
    await write(`${JSON.stringify({ ...head, ...report }, null, 1)}\n`);
  });
  return 0;
}

interface Scored {
  readonly ledger: OpenedLedger;
  readonly events: EventColumns;
  /** First event that is scored. */
  readonly from: number;
  readonly leftOut: readonly string[];
  readonly labels: string | undefined;
  readonly tolerance: number;
  readonly pointWidth: number;
}

function linesOf(
  report: ScoreReport,
  { ledger, events, from, leftOut, labels, tolerance, pointWidth }: Scored,
): string[] {
  const toAbsorb = report.toAbsorb.length;
  const stretches =
    counted(report.intervals.length, 'labelled stretch', 'labelled stretches') +
    (toAbsorb > 0 ? ` to be found, ${formatCount(toAbsorb)} to be absorbed` : '');
  const unscored = report.leftOut.map(({ interval, reason }) => `${place(interval, events)}: ${reason}`);
  return [
    `${countLine(ledger.report, events.n)}, scored from event ${formatCount(from)} on; ` +
      `${stretches} (${labels ?? 'label column'})`,
    `an alert, from its onset to its firing, matches a stretch within ${counted(tolerance, 'event')} of its ` +
      `stream; a label on one event stands for ${pointWidth}; delay in events of the stream, 1 = the first`,
    ...few('left out', [...leftOut, ...unscored], (sentence) => sentence),
    ...report.notes.map((note) => `note: ${note}`),
    ...table(report),
    ...lists(report, events),
  ];
}

function chosen(intervals: readonly Interval[], labels: readonly string[] | undefined): readonly Interval[] {
  if (!labels) return intervals;
  const known = [...new Set(intervals.map((i) => i.label))];
  const unknown = labels.find((label) => !known.includes(label));
  if (unknown !== undefined)
    throw refused('--label', `is "${unknown}"`, `There are ${known.map((l) => `"${l}"`).join(', ') || 'no labels'}`);
  return intervals.filter((i) => labels.includes(i.label));
}

const HEAD = [
  'detector',
  'alerts',
  'hits',
  'found',
  'precision',
  'recall',
  'F1',
  'delay',
  '(5 to 95 %)',
  'F1 by chance',
  '(95 %)',
];

function table({ all, kinds, lengthOnly, alwaysFire, intervals }: ScoreReport): string[] {
  const rows = [
    all,
    ...kinds.filter((row) => row.score.episodes > 0),
    ...(lengthOnly ? [lengthOnly] : []),
    alwaysFire,
  ].map(({ detector, score, chance }: ScoreRow) => [
    detector,
    formatCount(score.episodes),
    formatCount(score.hits),
    `${score.found} of ${intervals.length}`,
    share(score.precision),
    share(score.recall),
    share(score.f1),
    formatNumber(score.delay.median),
    score.delay.count === 0 ? '' : `${formatNumber(score.delay.q05)} to ${formatNumber(score.delay.q95)}`,
    chance ? share(chance.f1.mean) : '',
    chance && !Number.isNaN(chance.f1.mean) ? `${share(chance.f1.interval[0])} to ${share(chance.f1.interval[1])}` : '',
  ]);
  return tableLines([HEAD, ...rows], (column) => column > 0);
}

const share = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(3));

const place = ({ stream, from, to, label }: Interval, { eventId }: EventColumns): string =>
  `${label} in ${stream ?? 'all streams'}, events ${from} to ${to - 1} ` +
  `(event_id ${eventId[from]} to ${eventId[to - 1]})`;

function lists({ all, intervals }: ScoreReport, events: EventColumns): string[] {
  const { byLabel, missed, falseEpisodes, absorbedByLabel, notAbsorbed } = all.score;
  return [
    ...(intervals.length > 0
      ? [`found by label: ${byLabel.map(({ label, found, intervals: of }) => `${label} ${found} of ${of}`).join(', ')}`]
      : []),
    ...few('missed', missed, (interval) => place(interval, events)),
    ...(absorbedByLabel.length > 0
      ? [
          `absorbed by label: ${absorbedByLabel.map((l) => `${l.label} ${l.absorbed} of ${l.intervals}`).join(', ')}`,
          ...few('not absorbed', notAbsorbed, (interval) => place(interval, events)),
        ]
      : []),
    ...few(
      'false',
      falseEpisodes,
      ({ kind, stream, fired, onset }: Episode) =>
        `${kind} ${events.streams[stream]}: ` +
        `fired at event ${fired} (event_id ${events.eventId[fired]}), onset ${onset}`,
    ),
  ];
}

/** How many there are, and the first of them. */
function few<T>(what: string, items: readonly T[], line: (item: T) => string): string[] {
  return [
    `${what}: ${items.length === 0 ? 'none' : formatCount(items.length)}`,
    ...items.slice(0, LISTED).map((item) => `  ${line(item)}`),
    ...(items.length > LISTED ? [`  and ${items.length - LISTED} more; --out lists all`] : []),
  ];
}
