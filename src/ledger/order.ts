/**
 * The canonical order (docs/methods.md 1): rows by (ts, event_id). `rows` are the file rows to order, ascending; `time`
 * and `eventId` are over all file rows. Returns them in canonical order; without `time` by event_id alone. Equal keys
 * keep their file order.
 */
export function canonicalOrder(rows: Int32Array, eventId: BigInt64Array, time: Float64Array | null): Int32Array {
  const compare = (a: number, b: number): number => {
    if (time && time[a] !== time[b]) return time[a] - time[b];
    return eventId[a] < eventId[b] ? -1 : eventId[a] > eventId[b] ? 1 : a - b;
  };
  const runs = runsOf(rows, compare);
  return runs.length <= 2 ? rows : mergeRuns(rows, runs, compare);
}

type Compare = (a: number, b: number) => number;

/** Where each stretch of rows that are in order begins, and where the last one ends: files are mostly in order. */
function runsOf(rows: Int32Array, compare: Compare): number[] {
  const runs = [0];
  for (let i = 1; i < rows.length; i++) if (compare(rows[i - 1], rows[i]) > 0) runs.push(i);
  runs.push(rows.length);
  return runs;
}

/** Merges neighbouring runs until there is one; each comes out as it went in. */
function mergeRuns(rows: Int32Array, runs: readonly number[], compare: Compare): Int32Array {
  let from = rows;
  let to: Int32Array = new Int32Array(rows.length);
  let bounds = runs;
  while (bounds.length > 2) {
    const merged = [0];
    for (let run = 0; run + 1 < bounds.length; run += 2) {
      const end = bounds[Math.min(run + 2, bounds.length - 1)];
      merge(from, to, bounds[run], bounds[run + 1], end, compare);
      merged.push(end);
    }
    bounds = merged;
    [from, to] = [to, from === rows ? new Int32Array(rows.length) : from];
  }
  return from;
}

/** Merges [start, middle) and [middle, end); of equals the former come first. */
function merge(from: Int32Array, to: Int32Array, start: number, middle: number, end: number, compare: Compare): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++)
    to[at] = right === end || (left < middle && compare(from[left], from[right]) <= 0) ? from[left++] : from[right++];
}

/** True if each of `rows` has a larger event_id than the one before it: then none is there twice. */
export function isAscending(rows: Int32Array, eventId: BigInt64Array): boolean {
  for (let i = 1; i < rows.length; i++) if (eventId[rows[i - 1]] >= eventId[rows[i]]) return false;
  return true;
}

/** True if no two of `rows` have the same event_id. */
export function areUnique(rows: Int32Array, eventId: BigInt64Array): boolean {
  const sorted = new BigInt64Array(rows.length);
  for (let i = 0; i < rows.length; i++) sorted[i] = eventId[rows[i]];
  sorted.sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  return true;
}

/**
 * The length that most of the first 1,000 vectors have (-1: no vector; empty ones do not count); the one met first wins
 * a tie; 0 where there are none.
 */
export function expectedLength(lengths: Int32Array): number {
  const counts = new Map<number, number>();
  let sampled = 0;
  for (let i = 0; i < lengths.length && sampled < 1000; i++) {
    if (lengths[i] <= 0) continue;
    counts.set(lengths[i], (counts.get(lengths[i]) ?? 0) + 1);
    sampled++;
  }
  let best = 0;
  for (const [length, count] of counts) if (best === 0 || count > counts.get(best)!) best = length;
  return best;
}
