import { counted, formatNumber, formatPercent } from '../core/format.ts';
import { alertsToJson } from '../detection/alertJson.ts';
import type { AlertJson } from '../detection/files/results.ts';
import { coordinatesOn, readSaid } from '../analysis/replayed.ts';
import { runConsumer } from '../detection/lab/consumer.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { replayDifference } from '../detection/lab/replay.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Analysis, LoadedBaseline } from '../analysis/stages.ts';
import type { Bundle } from '../detection/lab/bundle.ts';
import { readBundleFile } from './baselineFile.ts';
import { readOptions, refused, requireLedgers } from './options.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { countLine } from './part.ts';
import { print, printProgress } from './print.ts';
import { openSession } from './session.ts';

/**
 * `tautline replay`: runs a bundle over a ledger with its own projection, reference and calibration, at once and as a
 * consumer does, one event at a time.
 * @returns the exit status: 1 where the consumer says anything else than the analysis, or where the alerts on the
 * bundle's own ledger are not those expected
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, { bundle: { type: 'string' }, ...OPENING_OPTIONS });
  const ledgers = requireLedgers(positionals);
  const opening = await readOpening(values);
  if (values.bundle === undefined)
    throw refused('--bundle FILE', 'is missing', 'Say which bundle to run; "tautline bundle" writes one');
  const file = await readBundleFile(values.bundle);
  const { bundle } = file;
  let original = false;
  let loaded: LoadedBaseline | null = null;
  const { kernels, ledger, analysis } = await openSession(ledgers, bundle.parameters, {
    embedderReference: bundle.ledger.embedderReference,
    ...opening,
    async baseline(opened) {
      const fitted = await file.forLedger(opened, (sentence) => print(`note: ${sentence}`));
      ({ original } = fitted);
      return (loaded = fitted);
    },
  });
  const consumer = await feed(kernels, loaded!, bundle.parameters, ledger, analysis);
  if (consumer.told !== null) print(`note: ${consumer.told}`);
  const alerts = alertsToJson(consumer.alerts, analysis.events.streams);
  for (const alert of alerts) print(lineOf(alert));
  const all = `${countLine(ledger.report, analysis.events.n)}, ${counted(alerts.length, 'alert')}`;
  if (consumer.difference !== null) {
    print(`a consumer differs: ${consumer.difference}`);
    print(`${all}; fed one event at a time a consumer does NOT raise what the analysis of the whole ledger raises`);
    return 1;
  }
  if (!original) {
    print(`${all}; another ledger than the bundle's, so none are expected and none compared`);
    print(proof(analysis));
    return 0;
  }
  return compared(bundle, alerts, all, analysis);
}

async function feed(
  kernels: KernelModule,
  { baseline }: LoadedBaseline,
  parameters: Bundle['parameters'],
  ledger: OpenedLedger,
  analysis: Analysis,
) {
  const { events, reference, signals, decisions } = analysis;
  const coordinates = await coordinatesOn(kernels, baseline.projection, ledger, events);
  return runConsumer(
    kernels,
    baseline,
    parameters,
    { events, reference, signals, decisions, coordinates },
    {
      said: readSaid(ledger, events, baseline),
      onProgress: ({ phase, fraction }) => printProgress(`${phase}: ${formatPercent(fraction, 2)}`, fraction === 1),
    },
  );
}

const proof = ({ events, decisions }: Analysis): string =>
  `fed one event at a time (${counted(events.n, 'event')}), every signal, state and alert is the same to the last ` +
  'bit: ' +
  `this proves that a consumer raises ${decisions.alerts.length > 0 ? 'exactly these alerts' : 'no alert either'}`;

/** Compares with the alerts that the bundle expects. */
function compared(bundle: Bundle, alerts: readonly AlertJson[], all: string, analysis: Analysis): number {
  const weights = weightDifferences(bundle, analysis);
  const difference = replayDifference(bundle.alerts, alerts);
  if (!difference && weights.length > 0) {
    for (const sentence of weights) print(`differs: ${sentence}`);
    print(`${all}, those expected, but NOT the governance weights`);
    return 1;
  }
  if (!difference) {
    print(`${all}, exactly those expected`);
    print(proof(analysis));
    return 0;
  }
  for (const alert of difference.missing) print(`missing: ${lineOf(alert)}`);
  for (const alert of difference.unexpected) print(`not expected: ${lineOf(alert)}`);
  for (const sentence of difference.differing) print(`differs: ${sentence}`);
  const { missing, unexpected, differing } = difference;
  const parted = [
    `${missing.length} of ${bundle.alerts.length} missing`,
    `${unexpected.length} not expected`,
    `${differing.length} different`,
  ];
  print(`${all}, NOT those expected: ${parted.join(', ')}`);
  return 1;
}

function lineOf({ kind, stream, onset, fired, cleared, peak }: AlertJson): string {
  const end = cleared === null ? 'still open' : `resolved ${cleared}`;
  return `${kind} ${stream}: fired at event ${fired}, onset ${onset}, ${end}, peak ${formatNumber(peak)}`;
}

/** Governance weights at the end that are not those of the bundle, where it states them. */
function weightDifferences({ governanceWeight, baseline }: Bundle, { events, decisions }: Analysis): string[] {
  return baseline.reference.streams.flatMap((name, s) => {
    const [expected, own] = [governanceWeight[s], decisions.governanceWeight[events.streams.indexOf(name)]];
    const agree = expected === undefined || Math.abs(own - expected) <= 1e-5 + 1e-4 * Math.abs(expected);
    return agree ? [] : [`governance weight J of ${name}: ${formatNumber(own)} instead of ${formatNumber(expected)}`];
  });
}
