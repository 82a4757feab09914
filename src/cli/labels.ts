import { basename } from 'node:path';
import type { EventColumns } from '../core/columns.ts';
import type { Interval } from '../detection/lab/intervals.ts';
import { labelledIntervals, readLabels } from '../detection/lab/labels.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { readText } from './files.ts';

/** The labelled stretches of a file, or of the ledger's own column; none where it has no such column. */
export async function labelsOf(
  file: string | undefined,
  { report, columns }: OpenedLedger,
  events: EventColumns,
  pointWidth?: number,
): Promise<{ readonly intervals: readonly Interval[]; readonly leftOut: readonly string[] }> {
  if (file === undefined) return { intervals: labelledIntervals(columns.label, events, pointWidth), leftOut: [] };
  return readLabels(await readText(file), basename(file), events, { ledger: report.name, pointWidth });
}
