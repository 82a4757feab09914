import type { ReportBlock, ReportTable } from '../../detection/drilldown/report/report.ts';

/** A table; "# " before a column's name makes it one of numbers. */
export function table(caption: string, columns: readonly string[], rows: ReportTable['rows']): ReportBlock {
  const named = columns.map((name) => (name.startsWith('# ') ? { name: name.slice(2), numeric: true } : { name }));
  return { kind: 'table', table: { caption, columns: named, rows } };
}
