import { counted, formatBytes, formatPercent } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import { convertLedger } from '../ledger/convert.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { leftOutLines } from './leftOut.ts';
import { readOptions, refused, requireLedgers } from './options.ts';
import { intoEmptyFolder } from './output.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { countLine } from './part.ts';
import { print, printProgress } from './print.ts';
import { sourceOf } from './session.ts';

/**
 * `tautline convert`: any ledger as Parquet that opens to the same analysis.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    out: { type: 'string' },
    partition: { type: 'boolean', default: false },
    ...OPENING_OPTIONS,
  });
  const ledgers = requireLedgers(positionals);
  const opening = await readOpening(values);
  const { out, partition } = values;
  if (out === undefined) throw refused('--out DIR', 'is missing', 'Say where the Parquet files go');
  const platform = nodePlatform();
  const onProgress: OnProgress = ({ phase, fraction }) => printProgress(`${phase}: ${formatPercent(fraction)} `, false);
  const { report, converted } = await intoEmptyFolder(out, async (output) => {
    const ledger = await openLedger(await sourceOf(ledgers, opening), null, {
      platform,
      stated: opening.stated,
      onProgress,
    });
    const done = await convertLedger(ledger, (path, bytes) => output.write(path, bytes), {
      platform,
      partition,
      onProgress,
    });
    printProgress('Written', true);
    return { report: ledger.report, converted: done };
  });
  for (const line of leftOutLines(report)) print(line);
  for (const note of [...report.notes, ...converted.notes]) print(`note: ${note}`);
  const { files, bytes } = converted;
  print(`${countLine(report, report.events)} as ${counted(files, 'Parquet file')}, ${formatBytes(bytes)}, in ${out}`);
  return 0;
}
