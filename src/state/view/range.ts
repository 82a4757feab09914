import type { IndexRange } from '../../core/columns.ts';

/**
 * A whole-number range inside the ledger of at least one event; null when that is the whole ledger or nothing of it.
 */
export function fitRange(range: IndexRange, events: number): IndexRange | null {
  const from = Math.max(0, Math.floor(Math.min(range.from, range.to)));
  const to = Math.min(events, Math.ceil(Math.max(range.from, range.to)));
  if (from >= to || (from === 0 && to === events)) return null;
  return from === range.from && to === range.to ? range : { from, to };
}
