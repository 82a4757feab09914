/**
 * A table as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets a leading apostrophe: names and
 * notes come from anywhere.
 */
export function csvOf(names: readonly string[], rows: readonly (readonly (number | string | null)[])[]): string {
  return [names, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: number | string | null): string {
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
