import { counted } from '../core/format.ts';
import { resolveDuplicates, type RowFiles } from './duplicates.ts';
import { areUnique, canonicalOrder, expectedLength, isAscending } from './order.ts';
import type { Scan } from './scan.ts';
import type { ColumnMapping, LeftOut } from './types.ts';

const EXAMPLES = 20;

/** Which file rows are events, and in which order. */
export interface RowSelection {
  /** File row of each event, in canonical order. */
  readonly order: Int32Array;
  /** Canonical row of each file row, -1 if it is left out. */
  readonly rowOf: Int32Array;
  readonly hasTime: boolean;
  /** True if events are numbered in their order, for want of ids that tell all of them apart. */
  readonly numbered: boolean;
  /** Two rows that say that the files are several ledgers. */
  readonly several: readonly [row: number, other: number] | null;
  /** Length of the vectors that are used; 0 where there are none. */
  readonly dimension: number;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

/**
 * Leaves out the rows that cannot be used, each for the first reason that holds, and orders the rest by (ts, event_id).
 * @param files that the rows are of; their `nameRow` names a row where it has no event_id
 */
export function chooseRows(scan: Scan, mapping: ColumnMapping, files: RowFiles): RowSelection {
  const { nameRow } = files;
  const notes: string[] = [];
  const reasons = new Map<string, number[]>();
  const leave = (row: number, reason: string): void => {
    const rows = reasons.get(reason);
    if (rows) rows.push(row);
    else reasons.set(reason, [row]);
  };
  let hasTime = false;
  for (let row = 0; row < scan.rows && !hasTime; row++)
    hasTime = !Number.isNaN(scan.time[row]) && !scan.faults.has(row);
  const dimension = expectedLength(scan.vectorLength);
  const usable = new Int32Array(scan.rows);
  let used = 0;
  for (let row = 0; row < scan.rows; row++) {
    const fault = scan.faults.get(row);
    const length = scan.vectorLength[row];
    if (fault !== undefined) leave(row, fault);
    else if (scan.missingId?.[row]) leave(row, 'event_id is missing');
    else if (hasTime && Number.isNaN(scan.time[row]))
      leave(row, 'ts is missing, so the event has no place in the order');
    else if (hasTime && !Number.isFinite(scan.time[row])) leave(row, 'ts is infinite');
    else if (length === 0 || (length > 0 && length !== dimension)) leave(row, wrongLength(length, dimension));
    else if (scan.notFinite[row]) leave(row, 'embedding has NaN or infinite values, or ones beyond float32');
    else usable[used++] = row;
  }
  const rows = usable.subarray(0, used);
  // Without times, ids of text say nothing of the order.
  const isFileOrder = scan.textIds !== null && !hasTime;
  let numbered = scan.textIds !== null;
  let several: RowSelection['several'] = null;
  let order = isFileOrder ? rows : canonicalOrder(rows, scan.eventId, hasTime ? scan.time : null);
  if (mapping.event_id !== undefined && !isAscending(order, scan.eventId) && !areUnique(rows, scan.eventId)) {
    const found = resolveDuplicates(rows, scan, hasTime, files);
    ({ numbered, several } = found);
    notes.push(...found.notes);
    for (const row of found.doubles) leave(row, 'event_id is there twice: the first in file order is kept');
    for (const row of found.clashes) leave(row, OTHER_EVENT);
    order = order.filter((row) => !found.doubles.has(row) && !found.clashes.has(row));
  }
  if (files.together && mapping.event_id !== undefined && !numbered && !areUnique(order, scan.eventId)) {
    numbered = true;
    notes.push('Ledgers have events of one id: events are numbered in their order, and their ids are kept.');
  }
  const rowOf = new Int32Array(scan.rows).fill(-1);
  for (let i = 0; i < order.length; i++) rowOf[order[i]] = i;

  if (mapping.event_id === undefined) notes.push('No event_id: the position in the file is used.');
  if (scan.textIds) notes.push('event_id is text: it is kept, and events are numbered in their order.');
  if (isFileOrder) notes.push('No timestamps: events are in the order of the file.');
  else if (!hasTime)
    notes.push(
      mapping.ts === undefined
        ? 'No timestamps: events are in the order of event_id.'
        : 'ts is null throughout: events are in the order of event_id.',
    );
  else if (scan.disordered)
    notes.push('Events were not in the order of ts in the file: they were sorted by (ts, event_id).');
  const leftOut = [...reasons].map(([reason, left]): LeftOut => ({
    reason,
    count: left.length,
    examples: left
      .slice(0, EXAMPLES)
      .map((row) =>
        mapping.event_id === undefined || scan.missingId?.[row] || scan.faults.has(row)
          ? nameRow(row)
          : (scan.textIds?.at(row) ?? String(scan.eventId[row])),
      ),
  }));
  return { order, rowOf, hasTime, numbered, several, dimension, leftOut, notes };
}

const OTHER_EVENT = 'event_id is that of another event of the file: the first in file order is kept';

const wrongLength = (length: number, dimension: number): string =>
  length === 0
    ? `embedding is an empty list, ${dimension > 0 ? `${dimension} values` : 'values'} expected (a pause is NULL)`
    : `embedding has ${length} value${length === 1 ? '' : 's'}, ${dimension} expected`;

/** "3 of 50,000 events left out: embedding has 63 values, 64 expected (event 17, ...)". */
export function describeLeftOut(leftOut: readonly LeftOut[], rows: number): string[] {
  return leftOut.map(({ reason, count, examples }) => {
    const shown = examples
      .slice(0, 5)
      .map((example) => (/^-?\d+$/.test(example) ? `event ${example}` : example))
      .join(', ');
    const share = `${count.toLocaleString('en-US')} of ${counted(rows, 'event')}`;
    return `${share} left out: ${reason} (${shown}${count > 5 ? ', ...' : ''})`;
  });
}
