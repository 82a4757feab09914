import type { LedgerRow } from '../../../core/units.ts';
import { quoteText } from '../../../state/sql.ts';

const own = (thread: string | null): string =>
  thread === null ? 'thread_id is null' : `thread_id = ${quoteText(thread)}`;

/** Turns of a long thread that are read before a row. */
const BEFORE = 2000;

/** Threads with events from one row to another, the busiest first. */
export const threadsSql = (from: LedgerRow, to: LedgerRow, limit: number): string =>
  `select thread_id as thread, count(*)::int as turns from events where row >= ${from} and row <= ${to} ` +
  `group by thread_id order by turns desc, thread limit ${limit}`;

/**
 * Row at which to begin reading a thread so that the turn at `row` is among what is read; the thread of the row as
 * `thread`.
 */
export const threadStartSql = (thread: string | null, row: LedgerRow): string =>
  'select coalesce(min(row), 0)::int as start from ' +
  `(select row from events where ${own(thread)} and row <= ${row} order by row desc limit ${BEFORE})`;
