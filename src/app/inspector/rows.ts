import type { EventIndex, LedgerRow } from '../../core/units.ts';

/** Positions asked for in one round trip; 64 finds one of a million in four. */
const PROBES = 64;

/**
 * The tracked event at a canonical row; null if the row's stream is not tracked. Rows grow with event indices, so a
 * search with many probes at a time needs few round trips to the engine.
 */
export async function indexOfRow(
  row: LedgerRow,
  events: number,
  rowsOf: (indices: readonly EventIndex[]) => Promise<Int32Array>,
): Promise<EventIndex | null> {
  // The event is in [from, to), if anywhere; a row is never smaller than its event's index.
  let from = 0;
  let to = Math.min(events, row + 1);
  while (from < to) {
    const count = Math.min(PROBES, to - from);
    const indices = Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
    const rows = await rowsOf(indices);
    const above = rows.findIndex((r) => r > row);
    const last = above < 0 ? count - 1 : above - 1;
    if (last < 0) return null;
    if (rows[last] === row) return indices[last];
    from = indices[last] + 1;
    if (above >= 0) to = indices[above];
  }
  return null;
}
