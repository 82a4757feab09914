import type { ViewState } from './types.ts';
import type { ColumnMapping } from '../ledger/types.ts';

/** The SQL that panels read the tables of tables.ts with. */

export const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`;
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The alerts that pass a filter, as they fired, with the time and id of the event at which each fired. */
export function alertsSql(filter: Omit<ViewState['alertFilter'], 'search'>, mapping: ColumnMapping): string {
  const conditions = [
    ...(filter.kinds
      ? [filter.kinds.length > 0 ? `alerts.kind in (${filter.kinds.map(quoteText).join(', ')})` : 'false']
      : []),
    ...(filter.stream !== null ? [`alerts.stream = ${quoteText(filter.stream)}`] : []),
  ];
  const fields = [
    'alerts.* exclude (cleared)',
    'alerts.cleared as resolved',
    mapping.event_id === undefined ? 'null as event_id' : 'events.event_id',
    mapping.ts === undefined ? 'null as ts' : 'events.ts',
    mapping.thread_id === undefined ? 'null as thread_id' : 'events.thread_id',
    mapping.label === undefined ? 'null as label' : 'events.label',
  ];
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  return (
    `select ${fields.join(', ')} from alerts left join events on events.row = alerts.fired_row${where}` +
    ' order by alerts.fired, alerts.stream, alerts.kind'
  );
}

/** Every field of one event except its embedding. */
export const eventSql = (row: number) => `select * from events where row = ${row}`;

/**
 * The event at `row` with the `count` events before and after it in its thread (in the whole ledger where there are no
 * threads), in order.
 */
export function neighboursSql(row: number, count: number, mapping: ColumnMapping): string {
  const thread =
    mapping.thread_id === undefined
      ? 'true'
      : `thread_id is not distinct from (select thread_id from events where row = ${row})`;
  const side = (comparison: string, order: string, limit: number) =>
    `(select * from events where row ${comparison} ${row} and ${thread} order by row ${order} limit ${limit})`;
  return `select * from (${side('<', 'desc', count)} union all ${side('>=', 'asc', count + 1)}) order by row`;
}
