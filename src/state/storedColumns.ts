import { useMemo } from 'react';
import { columnsSql } from './drilldown/sql.ts';
import { useSql } from './queries.ts';
import { quoteName } from './sql.ts';

/** A column of `events`, as the database has it. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
}

type ColumnClass = 'number' | 'time' | 'text';

const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|REAL|DECIMAL)/i;

/** What a column of the database can be compared as. */
export function classOfColumn({ type }: StoredColumn): ColumnClass {
  if (/^(TIMESTAMP|DATE)/i.test(type)) return 'time';
  return NUMBERS.test(type) && !type.endsWith('[]') ? 'number' : 'text';
}

/** The most frequent values of a column, with how often each is met. */
export const valuesSql = (column: string, limit: number): string =>
  `select coalesce(${quoteName(column)}::varchar, '') as value, count(*)::int as count
    from events group by 1 order by 2 desc, 1 limit ${limit}`;

/** The columns of every event but its place; null until they are known. */
export function useStoredColumns(): readonly StoredColumn[] | null {
  const { data } = useSql(columnsSql);
  return useMemo(
    () =>
      data
        ?.map(({ name, type }) => ({ name: String(name), type: String(type) }))
        .filter(({ name }) => name !== 'row') ?? null,
    [data],
  );
}
