import { quoteName, quoteText } from '../sql.ts';
import { classOfColumn, type StoredColumn } from '../storedColumns.ts';
import type { Row } from '../tables.ts';

/** Values of a column that are told apart; the others are one. */
export const MAX_VALUES = 12;
/** Steps of a scale; each holds as many events, but for values that are met often. */
export const SCALE_STEPS = 24;
/** Codes of values that are not told apart, and of none. */
export const OTHER = SCALE_STEPS + 1;
export const NO_VALUE = SCALE_STEPS + 2;

/** What the codes of a column stand for. */
export type ColumnCoding =
  /** Code i is `values[i]`; `others` more values are OTHER. `ordered`: they are numbers, ascending. */
  | {
      readonly kind: 'values';
      readonly values: readonly string[];
      readonly others: number;
      readonly ordered: boolean;
    }
  /** Code i is at most `limits[i + 1]`; `limits[0]` is the least. Epoch ms of times. */
  | { readonly kind: 'scale'; readonly limits: readonly number[]; readonly isTime: boolean };

/** A column as a number, times as epoch ms; null of texts. */
function numberOf(column: StoredColumn): string | null {
  const name = quoteName(column.name);
  const kind = classOfColumn(column);
  if (kind === 'time') return `epoch_us(${name}) / 1000.0`;
  return kind === 'number' ? `${name}::double` : null;
}

/** Limits of the steps of a scale, and how many values there are; null of texts. */
export function scaleSql(column: StoredColumn): string | null {
  const number = numberOf(column);
  if (number === null) return null;
  const shares = Array.from({ length: SCALE_STEPS + 1 }, (_, step) => step / SCALE_STEPS);
  return `with numbers as (select ${number} as v from events)
    select unnest(quantile_disc(v, [${shares.join(', ')}]))::double as "limit", count(distinct v)::int as "values"
    from numbers where isfinite(v)`;
}

/** The most frequent values, and how many there are. */
export function valuesSql(column: StoredColumn): string {
  const name = quoteName(column.name);
  const order = numberOf(column) === null ? 'count(*) desc, value' : `min(${name})`;
  return `select ${name}::varchar as value, (count(*) over ())::int as "values" from events
    where ${name} is not null and ${name}::varchar <> '' group by value order by ${order} limit ${MAX_VALUES}`;
}

/** Null: the values are to be asked for, as there are few. */
export function readScale(column: StoredColumn, rows: readonly Row[]): ColumnCoding | null {
  if (rows.length === 0 || Number(rows[0].values) <= MAX_VALUES) return null;
  return {
    kind: 'scale',
    limits: rows.map((row) => Number(row.limit)),
    isTime: classOfColumn(column) === 'time',
  };
}

export const readValues = (column: StoredColumn, rows: readonly Row[]): ColumnCoding => ({
  kind: 'values',
  values: rows.map(({ value }) => String(value)),
  others: rows.length === 0 ? 0 : Number(rows[0].values) - rows.length,
  ordered: numberOf(column) !== null,
});

/** The code of every event, in ledger order. */
export function codesSql(column: StoredColumn, coding: ColumnCoding): string {
  if (coding.kind === 'values') {
    const list = `[${coding.values.map(quoteText).join(', ')}]::varchar[]`;
    return `with texts as (select row, ${quoteName(column.name)}::varchar as v from events)
      select (case when coalesce(v, '') = '' then ${NO_VALUE}
        else coalesce(nullif(list_position(${list}, v), 0) - 1, ${OTHER}) end)::int as code from texts order by row`;
  }
  const steps = coding.limits.slice(1, -1).map((limit, code) => `when v <= ${limit}::double then ${code}`);
  return `with numbers as (select row, ${numberOf(column)} as v from events)
    select (case when v is null or not isfinite(v) then ${NO_VALUE} ${steps.join(' ')} else ${SCALE_STEPS - 1} end)::int
    as code from numbers order by row`;
}
