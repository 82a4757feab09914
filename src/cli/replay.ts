import { formatNumber } from '../core/format.ts';
import { alertsToJson } from '../detection/alertJson.ts';
import type { AlertJson } from '../detection/files/results.ts';
import { replayDifference } from '../detection/lab/replay.ts';
import { readBundleFile } from './baselineFile.ts';
import { readOptions, refused, requireLedgers } from './options.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { countLine } from './part.ts';
import { print } from './print.ts';
import { openSession } from './session.ts';
import { counted } from './text.ts';

/**
 * `tautline replay`: runs a bundle over a ledger with its own projection, reference and calibration.
 * @returns the exit status: 1 where the alerts on the bundle's own ledger are not those expected
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
  const { ledger, analysis } = await openSession(ledgers, bundle.parameters, {
    embedderReference: bundle.ledger.embedderReference,
    ...opening,
    async baseline(opened) {
      const fitted = await file.forLedger(opened, (sentence) => print(`note: ${sentence}`));
      ({ original } = fitted);
      return fitted;
    },
  });
  const alerts = alertsToJson(analysis.decisions.alerts, analysis.events.streams);
  for (const alert of alerts) print(lineOf(alert));
  const all = `${countLine(ledger.report, analysis.events.n)}, ${counted(alerts.length, 'alert')}`;
  if (!original) {
    print(`${all}; another ledger than the bundle's, so none are expected and none compared`);
    return 0;
  }
  const difference = replayDifference(bundle.alerts, alerts);
  if (!difference) {
    print(`${all}, exactly those expected`);
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
