import { csvOf } from '../../core/csv.ts';

/** A table of the page as it is read: its caption, and its cells in rows. */
interface ReadTable {
  readonly caption: string;
  readonly rows: readonly (readonly string[])[];
}

const textOf = (cell: Element): string => (cell.textContent ?? '').replace(/\s+/g, ' ').trim();

const named = (element: Element | null | undefined): string => (element ? textOf(element) : '');

function captionOf(table: HTMLTableElement): string {
  const label = table.getAttribute('aria-label') ?? '';
  const heading = table.closest('section, figure')?.querySelector('h2, h3, h4, figcaption');
  return named(table.caption) || label || named(heading);
}

/** The tables below an element that have rows, in order. */
export function tablesIn(root: Element): readonly ReadTable[] {
  return [...root.querySelectorAll('table')].flatMap((table) => {
    const rows = [...table.rows].map((row) => [...row.cells].map(textOf));
    return rows.length > 1 ? [{ caption: captionOf(table), rows }] : [];
  });
}

/** A table of the page as CSV: cells as they are read there. */
export function tableCsv({ rows }: Pick<ReadTable, 'rows'>): string {
  const [head, ...body] = rows;
  return csvOf(head, body);
}
