/** The row that a key moves to; null for other keys. */
export function nextRow(key: string, at: number, rows: number, visible: number): number | null {
  const page = Math.max(1, visible - 2);
  const to = {
    ArrowDown: at + 1,
    j: at + 1,
    ArrowUp: at - 1,
    k: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: rows - 1,
  }[key];
  return to === undefined ? null : Math.max(0, Math.min(rows - 1, to));
}
