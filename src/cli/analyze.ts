import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TautlineFailure } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import { alertsToJson } from '../detection/alertJson.ts';
import { calibrationToJson } from '../detection/export.ts';
import { ALERT_KINDS } from '../detection/types.ts';
import { signalsToParquet } from '../analysis/signalsTable.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { readBaselineFile } from './baselineFile.ts';
import { countLine, PART_OPTIONS, readChoice } from './part.ts';
import { readParameters } from './parameters.ts';
import { openSession } from './session.ts';
import { counted } from './text.ts';

const LISTED = 5;

/**
 * `tautline analyze`: the pipeline over a ledger; writes signals.parquet, alerts.json and calibration.json into a
 * folder.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      params: { type: 'string' },
      stream: { type: 'string' },
      baseline: { type: 'string' },
      out: { type: 'string' },
      ...PART_OPTIONS,
    },
  });
  if (positionals.length === 0)
    throw needs('No ledger was given', 'Give one or more files, or a folder of hive partitions');
  if (values.out === undefined)
    throw needs(
      'No folder to write to was given',
      'Say with --out DIR where signals.parquet, alerts.json and calibration.json go',
    );
  const file = values.baseline === undefined ? null : await readBaselineFile(values.baseline);
  const given = file?.bundle ?? null;
  // A bundle's calibration is that of its parameters.
  const parameters = await readParameters(values.params, {
    ...(values.params === undefined ? given?.parameters : {}),
    ...(values.stream === undefined ? {} : { stream: values.stream }),
  });
  const warnings: string[] = [];
  const { ledger, analysis } = await openSession(positionals, parameters, {
    baseline: file && ((report) => file.forLedger(report, (sentence) => warnings.push(sentence))),
    embedderReference: given?.ledger.embedderReference,
    ...readChoice(values),
  });

  await mkdir(values.out, { recursive: true });
  const { events, signals, decisions } = analysis;
  await writeFile(
    join(values.out, 'signals.parquet'),
    await signalsToParquet(nodePlatform(), events, signals, decisions),
  );
  await writeFile(join(values.out, 'alerts.json'), json(alertsToJson(decisions.alerts, events.streams)));
  await writeFile(join(values.out, 'calibration.json'), json(calibrationToJson(analysis)));

  const { report } = ledger;
  const reference = counted(decisions.calibration.ref, 'event');
  const of = values.baseline === undefined ? '' : ` of ${values.baseline}`;
  const streams = counted(events.streams.length, 'stream');
  console.log(`${countLine(report, events.n)} in ${streams}, reference ${reference}${of}`);
  for (const { reason, count, examples } of report.leftOut) {
    const rows = `${formatCount(count)} of ${counted(report.rowsRead, 'row')}`;
    console.log(`left out: ${rows}: ${reason} (${few(examples, count)})`);
  }
  const { leftOut } = analysis;
  if (leftOut.length > 0) {
    const beyond = `${counted(leftOut.length, 'stream')} beyond the busiest ${events.streams.length}`;
    const names = leftOut.map((stream) => stream.name);
    console.log(`left out: ${beyond}: ${few(names, names.length)}`);
  }
  for (const note of [...warnings, ...report.notes]) console.log(`note: ${note}`);
  if (analysis.retrospective)
    console.log('note: fewer than 200 events: the whole ledger is the reference, so nothing is alerted on');
  const counts = ALERT_KINDS.map(
    (kind) => [kind, decisions.alerts.filter((alert) => alert.kind === kind).length] as const,
  ).filter(([, count]) => count > 0);
  console.log(`alerts: ${counts.length === 0 ? 'none' : counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  return 0;
}

/** The first of `count`. */
const few = (examples: readonly unknown[], count: number): string =>
  `${examples.slice(0, LISTED).join(', ')}${count > LISTED ? ', …' : ''}`;

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

const needs = (problem: string, advice: string) => new TautlineFailure({ kind: 'ledger', problem, advice });
