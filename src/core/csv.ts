/**
 * A table as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets a leading apostrophe: names and
 * notes come from anywhere.
 */
export const csvOf = (names: readonly string[], rows: readonly (readonly CsvValue[])[]): string =>
  csvRows([names, ...rows]);

type CsvValue = number | bigint | string | null;

/** Rows without their names. */
export const csvRows = (rows: readonly (readonly CsvValue[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

function cell(value: CsvValue): string {
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
