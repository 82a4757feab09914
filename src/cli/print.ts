import { printable, printableLine } from '../core/printable.ts';

/** The one place from which a command prints: names and cells of a ledger cannot end a line or steer a terminal. */
export function print(line: string): void {
  console.log(printableLine(line));
}

/** A line on standard error, behind the name of the program. */
export function printError(line: string): void {
  console.error(printableLine(`tautline: ${line}`));
}

/** A line on a terminal that is rewritten as work goes on; nothing where nobody looks. */
export function printProgress(line: string, isDone: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${printable(line)} ${isDone ? '\n' : ''}`);
}

/** A table as lines: cells padded to the widest of their column, those of `toTheRight` behind it. */
export function tableLines(
  rows: readonly (readonly string[])[],
  toTheRight: (column: number) => boolean = () => false,
): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells[0].map((_, c) => cells.reduce((widest, row) => Math.max(widest, row[c].length), 0));
  return cells.map((row) =>
    row
      .map((cell, c) => (toTheRight(c) ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd(),
  );
}
