import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { LEDGER_COLUMNS } from '../../core/ledgerSchema.ts';
import type { LedgerRow } from '../../core/units.ts';
import type { EmbeddingMap } from '../../workers/drilldown.ts';
import { useSql } from '../queries.ts';
import { session, useTautline } from '../store.ts';
import { classOfColumn, useStoredColumns, type StoredColumn } from '../storedColumns.ts';
import { codesSql, readScale, readValues, scaleSql, valuesSql, type ColumnCoding } from './columnCodes.ts';
import { fieldsSql } from './sql.ts';

/** The code of every point of a map, and what codes stand for. */
export interface CodedPoints {
  readonly coding: ColumnCoding;
  readonly codes: Uint8Array;
}

async function codePoints(column: StoredColumn, index: Int32Array, rowsAreEvents: boolean): Promise<CodedPoints> {
  const { tables, engine } = session;
  const scale = scaleSql(column);
  const coding =
    (scale === null ? null : readScale(column, await tables.query(scale))) ??
    readValues(column, await tables.query(valuesSql(column)));
  const all = await tables.queryInts(codesSql(column, coding));
  const rows = rowsAreEvents ? index : await engine.rowsOf([...index]);
  return { coding, codes: Uint8Array.from(rows, (row) => all[row]) };
}

/** Codes by the values of a column; asks nothing where it is null. */
export function useColumnCodes(column: StoredColumn | null, map: EmbeddingMap): UseQueryResult<CodedPoints> {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.fingerprint : null));
  const report = useTautline((state) => state.analysis.report);
  const same = report?.streamsLeftOut.length === 0;
  return useQuery({
    queryKey: ['column codes', ledger, column?.name, report?.streamKey, map.index.length, map.total],
    queryFn: () => codePoints(column!, map.index, same),
    enabled: column !== null && report !== null,
    gcTime: 5000,
  });
}

const KNOWN: readonly string[] = LEDGER_COLUMNS;

/** The columns that events can be coloured by: those that the file has but its messages; null until they are known. */
export function useColoringColumns(): readonly StoredColumn[] | null {
  const mapping = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.mapping : null));
  const columns = useStoredColumns();
  return (
    columns?.filter(
      (column) =>
        column.name !== 'text' &&
        !column.type.endsWith('[]') &&
        (!KNOWN.includes(column.name) || Object.hasOwn(mapping ?? {}, column.name)) &&
        !(column.name === 'event_id' && classOfColumn(column) === 'number'),
    ) ?? null
  );
}

/** A column's value in a row of the ledger; null until it is there. */
export function useColumnValue(column: StoredColumn | null, row: LedgerRow | null): { readonly value: unknown } | null {
  const { data } = useSql(row === null || column === null ? null : fieldsSql([column.name], [row]));
  const read = column && data?.find((one) => one.row === row);
  return read ? { value: read[column.name] } : null;
}
