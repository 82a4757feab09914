import { columnFailure, ledgerFailure } from './failures.ts';
import { mendable, type LookedThrough } from './lookThrough.ts';
import { chooseRows, describeLeftOut, type RowSelection } from './rowSelection.ts';
import type { LedgerFile, Scan } from './scan.ts';
import { refuseSeveral, rowFiles, rowsOfEach } from './severalRows.ts';
import { datesFailure } from './statedUnits.ts';
import { areDatesAlone, mixedForms, mixedInFiles } from './times.ts';
import { fileAt } from './streamColumns.ts';

/**
 * The rows of a ledger that are events.
 * @throws TautlineFailure where there are none, where times cannot be those of one clock, or for several ledgers
 */
export function chosenRows(ledger: LookedThrough, scan: Scan): RowSelection {
  const { files, mapping, has, resolved } = ledger;
  const name = (row: number): string => nameRow(files, row);
  const mixed = ledger.together ? mixedInFiles(scan.timeFormsByFile, name) : mixedForms(scan.timeForms, name);
  if (mixed !== null) {
    return mendable(has, ['column'], () => {
      throw columnFailure(
        files[0].reader.path,
        mapping.ts!,
        mixed,
        'times of one kind',
        'Write all of them in one unit, or as TIMESTAMP',
      );
    });
  }
  const unit = files[0].reader.units?.ts;
  if (unit && areDatesAlone(scan.timeForms)) {
    return mendable(has, ['column'], () => {
      throw datesFailure(files[0].reader.path, mapping.ts!, 'dates');
    });
  }
  const at = (row: number): number => fileAt(files, row);
  const selection = mendable(has, ['ledger'], () => chooseRows(scan, mapping, rowFiles(ledger, at, name)));
  refuseSeveral(ledger, scan, selection, at, name);
  if (selection.order.length > 0)
    return ledger.together
      ? { ...selection, notes: [rowsOfEach(ledger, scan, selection), ...selection.notes] }
      : selection;
  return mendable(has, ['ledger'], () => {
    throw ledgerFailure(
      `No event can be used in ${resolved.name}. ${describeLeftOut(selection.leftOut, scan.rows).join('. ')}`,
      'Mend the file, or map other columns',
    );
  });
}

function nameRow(files: readonly LedgerFile[], row: number): string {
  const file = files[fileAt(files, row)];
  const at = row - file.base;
  return `row ${(file.reader.fileRow?.(at) ?? at) + 1} of ${file.reader.path}`;
}
