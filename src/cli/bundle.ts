import { counted, formatBytes, formatCount, formatNumber, formatPercent } from '../core/format.ts';
import { operatingCharacteristics } from '../detection/lab/arl.ts';
import { bundleToJson, characteristicsOf, type Bundle } from '../detection/lab/bundle.ts';
import { inControlOf } from '../detection/lab/inControl.ts';
import { ROLLOUT_TEXT } from '../detection/lab/rollout.ts';
import type { Parameters } from '../detection/parameters.ts';
import { makeBundle, type BundleOptions } from '../analysis/bundle.ts';
import { readOptions, refused, requireLedgers } from './options.ts';
import { labelsOf } from './labels.ts';
import { intoFile } from './output.ts';
import { readParameters } from './parameters.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { countLine } from './part.ts';
import { print } from './print.ts';
import { openSession, type Session } from './session.ts';

/**
 * `tautline bundle`: analyses a ledger and writes what a consumer needs to raise the same alerts.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    params: { type: 'string' },
    against: { type: 'string' },
    labels: { type: 'string' },
    stream: { type: 'string' },
    out: { type: 'string' },
    ...OPENING_OPTIONS,
  });
  const ledgers = requireLedgers(positionals);
  const opening = await readOpening(values);
  const { out } = values;
  if (out === undefined || !/\.(json|pb)$/.test(out)) {
    const problem = out === undefined ? 'is missing' : `is "${out}"`;
    throw refused('--out FILE', problem, 'Name a file that ends in .json, or in .pb for protobuf');
  }
  const parameters = await readParameters(values.params, { stream: values.stream });
  const comparedWith = values.against === undefined ? null : await readParameters(values.against);
  const inputs = [...ledgers, values.params, values.against, values.labels, values.mapping].filter(
    (path) => path !== undefined,
  );
  const { report, bundle, bytes } = await intoFile(out, inputs, async (write) => {
    const session = await openSession(ledgers, parameters, { comparedWith, ...opening });
    const { ledger, analysis } = session;
    const { intervals } = await labelsOf(values.labels, ledger, analysis.events);
    const made = await bundleOf(session, parameters, { comparedWith, labels: intervals });
    const written = out.endsWith('.pb')
      ? (await import('../detection/lab/bundleProtobuf.ts')).bundleToProtobuf(made)
      : new TextEncoder().encode(`${bundleToJson(made)}\n`);
    await write(written);
    return { report: session.ledger.report, bundle: made, bytes: written.length };
  });
  if (report.part) print(countLine(report, report.rowsRead));
  for (const line of summary(bundle)) print(line);
  print(`${out}: ${formatBytes(bytes)}`);
  return 0;
}

function bundleOf(
  { kernels, ledger, stages, analysis }: Session,
  parameters: Parameters,
  { comparedWith, labels }: Pick<BundleOptions, 'comparedWith' | 'labels'>,
): Promise<Bundle> {
  const { events, signals, decisions, reference } = analysis;
  const inControl = inControlOf(
    { events, signals, calibration: decisions.calibration, reference, parameters, alerts: [] },
    'reference',
  );
  return makeBundle(ledger, analysis, stages.detector, {
    comparedWith,
    labels,
    embedderReference: parameters.reference_events,
    characteristics: characteristicsOf(operatingCharacteristics(kernels, inControl, parameters)),
  });
}

function summary({ ledger, alerts, rollout, operatingCharacteristics: oc }: Bundle): string[] {
  const reference = `${formatCount(ledger.reference.from)} to ${formatCount(ledger.reference.to)}`;
  const changes = `${rollout.added} added, ${rollout.removed} removed, ${rollout.moved} moved`;
  const { labelled } = rollout;
  const lines = [
    `${ledger.name}: ${counted(ledger.events, 'event')}, reference ${reference}, ${counted(alerts.length, 'alert')}`,
    `rollout: ${formatPercent(rollout.share)} of the alerts change (${changes}): ${ROLLOUT_TEXT[rollout.advice]}`,
    ...(labelled
      ? [`labels: ${formatCount(labelled.found)} of ${counted(labelled.changes, 'labelled change')} found`]
      : []),
  ];
  if (oc) {
    const [low, high] = oc.arl0Interval;
    const range = Number.isNaN(high) ? '' : ` (95 %: ${formatNumber(low)} to ${formatNumber(high)})`;
    const known = Number.isNaN(oc.arl0)
      ? 'too few false alarms to tell'
      : `${formatNumber(oc.arl0)} events${range}, ${oc.arl0Method}`;
    const rate = Number.isNaN(oc.falseAlertsPerDay)
      ? ''
      : `; ${formatNumber(oc.falseAlertsPerDay)} per day at the ledger's rate`;
    lines.push(`a false [DRIFT] in: ${known}${rate}`);
  }
  return lines;
}
