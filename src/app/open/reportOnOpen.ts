import { useEffect, useRef } from 'react';
import { LEDGER_COLUMNS, type ColumnMapping, type LedgerColumnName, type OpenReport } from '../../ledger/types.ts';
import { useTautline } from '../../state/store.ts';
import { showSheet, useUi } from '../ui.ts';

/** Ledger columns read from a file column of another name: the guesses worth a look. */
export function guessedColumns(mapping: ColumnMapping): readonly LedgerColumnName[] {
  return LEDGER_COLUMNS.filter((column) => mapping[column] !== undefined && mapping[column] !== column);
}

/**
 * Opens the report by itself after a ledger opened with rows left out, columns guessed, or of traces; what the user
 * has chosen is no guess.
 */
export function useReportOnOpen(): void {
  const ledger = useTautline((state) => state.ledger);
  const guessing = useTautline((state) => state.view.mapping === null);
  const allKinds = useTautline((state) => state.view.events === null);
  const seen = useRef<OpenReport | null>(null);
  useEffect(() => {
    if (ledger.phase !== 'open') {
      if (useUi.getState().sheet === 'report') showSheet(null);
      return;
    }
    if (seen.current === ledger.report) return;
    seen.current = ledger.report;
    const { leftOut, mapping, kinds } = ledger.report;
    const doubtful =
      leftOut.length > 0 || (guessing && guessedColumns(mapping).length > 0) || (allKinds && kinds !== null);
    if (doubtful) showSheet('report');
  }, [ledger, guessing, allKinds]);
}
