import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { TautlineFailure } from '../core/errors.ts';
import { formatBytes, formatCount, formatNumber, formatPercent } from '../core/format.ts';
import { operatingCharacteristics } from '../detection/lab/arl.ts';
import { bundleToJson, characteristicsOf, type Bundle } from '../detection/lab/bundle.ts';
import { inControlOf } from '../detection/lab/inControl.ts';
import { ROLLOUT_TEXT } from '../detection/lab/rollout.ts';
import { makeBundle } from '../analysis/bundle.ts';
import { readParameters } from './parameters.ts';
import { countLine, PART_OPTIONS, readChoice } from './part.ts';
import { openSession } from './session.ts';
import { counted } from './text.ts';

/**
 * `tautline bundle`: analyses a ledger and writes what a consumer needs to raise the same alerts.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      params: { type: 'string' },
      against: { type: 'string' },
      stream: { type: 'string' },
      out: { type: 'string' },
      ...PART_OPTIONS,
    },
  });
  if (positionals.length === 0)
    throw new TautlineFailure({
      kind: 'parameter',
      name: 'LEDGER',
      problem: 'is missing',
      advice: 'Give one or more files, or a folder of hive partitions',
    });
  const { out } = values;
  if (out === undefined || !/\.(json|pb)$/.test(out)) {
    throw new TautlineFailure({
      kind: 'parameter',
      name: '--out FILE',
      problem: out === undefined ? 'is missing' : `is "${out}"`,
      advice: 'Name a file that ends in .json, or in .pb for protobuf',
    });
  }
  const parameters = await readParameters(values.params, { stream: values.stream });
  const comparedWith = values.against === undefined ? null : await readParameters(values.against);
  const { kernels, ledger, stages, analysis } = await openSession(positionals, parameters, {
    comparedWith,
    ...readChoice(values),
  });

  const { events, signals, decisions, reference } = analysis;
  const inControl = inControlOf(
    { events, signals, calibration: decisions.calibration, reference, parameters, alerts: [] },
    'reference',
  );
  const bundle = makeBundle(ledger.report, analysis, stages.detector, {
    comparedWith,
    embedderReference: parameters.reference_events,
    characteristics: characteristicsOf(operatingCharacteristics(kernels, inControl, parameters)),
  });
  const bytes = out.endsWith('.pb')
    ? (await import('../detection/lab/bundleProtobuf.ts')).bundleToProtobuf(bundle)
    : new TextEncoder().encode(`${bundleToJson(bundle)}\n`);
  await writeFile(out, bytes);
  if (ledger.report.part) console.log(countLine(ledger.report, ledger.report.rowsRead));
  for (const line of summary(bundle)) console.log(line);
  console.log(`${out}: ${formatBytes(bytes.length)}`);
  return 0;
}

function summary({ ledger, alerts, rollout, operatingCharacteristics: oc }: Bundle): string[] {
  const reference = `${formatCount(ledger.reference.from)} to ${formatCount(ledger.reference.to)}`;
  const changes = `${rollout.added} added, ${rollout.removed} removed, ${rollout.moved} moved`;
  const lines = [
    `${ledger.name}: ${counted(ledger.events, 'event')}, reference ${reference}, ${counted(alerts.length, 'alert')}`,
    `rollout: ${formatPercent(rollout.share)} of the alerts change (${changes}): ${ROLLOUT_TEXT[rollout.advice]}`,
  ];
  if (oc) {
    const [low, high] = oc.arl0Interval;
    const known =
      Number.isNaN(oc.arl0) || Number.isNaN(high)
        ? 'too few false alarms to tell'
        : `${formatNumber(oc.arl0)} events (95 %: ${formatNumber(low)} to ${formatNumber(high)}), ${oc.arl0Method}`;
    const rate =
      Number.isNaN(oc.falseAlertsPerDay) || Number.isNaN(high)
        ? ''
        : `; ${formatNumber(oc.falseAlertsPerDay)} per day at the ledger's rate`;
    lines.push(`a false [DRIFT] in: ${known}${rate}`);
  }
  return lines;
}
