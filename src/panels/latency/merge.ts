/**
 * Merges lines that sample one and the same quantity at the events of different streams into one line.
 * @param lines interleaved x, y, each with x ascending.
 * @returns interleaved x, y with x ascending; points without a value are left out.
 */
export function mergeLines(lines: readonly Float64Array[]): Float64Array {
  const next = lines.map(() => 0);
  const merged = new Float64Array(lines.reduce((sum, line) => sum + line.length, 0));
  let length = 0;
  for (;;) {
    let best = -1;
    for (let i = 0; i < lines.length; i++) {
      if (next[i] < lines[i].length && (best < 0 || lines[i][next[i]] < lines[best][next[best]])) best = i;
    }
    if (best < 0) return merged.slice(0, length);
    const at = next[best];
    next[best] += 2;
    if (!Number.isFinite(lines[best][at + 1])) continue;
    merged[length] = lines[best][at];
    merged[length + 1] = lines[best][at + 1];
    length += 2;
  }
}
