import { formatCount } from '../core/format.ts';
import type { RowSelection } from './rowSelection.ts';
import type { Scan } from './scan.ts';

const EXAMPLES = 20;

/**
 * At most so many events of each provider (of each agent, where there are none), evenly taken from the first to the
 * last. The others are left out, as counted as any.
 */
export function sampled(selection: RowSelection, scan: Scan, most: number | undefined): RowSelection {
  const { order } = selection;
  const column = (scan.dictionaries.provider_id ?? scan.dictionaries.agent_id)?.finish(order);
  if (most === undefined || order.length === 0) return selection;
  const codes = column?.codes ?? new Int32Array(order.length);
  const size = new Map<number, number>();
  for (const code of codes) size.set(code, (size.get(code) ?? 0) + 1);
  const met = new Map<number, number>();
  const left: number[] = [];
  const kept = order.filter((row, i) => {
    const of = size.get(codes[i])!;
    const at = met.get(codes[i]) ?? 0;
    met.set(codes[i], at + 1);
    // One of every `of / most` in turn.
    const isTaken = of <= most || Math.floor(((at + 1) * most) / of) > Math.floor((at * most) / of);
    if (!isTaken) left.push(row);
    return isTaken;
  });
  if (left.length === 0) return selection;
  const rowOf = new Int32Array(selection.rowOf.length).fill(-1);
  kept.forEach((row, i) => (rowOf[row] = i));
  const reason = `not in the sample of ${formatCount(most)} events of each stream`;
  const examples = left.slice(0, EXAMPLES).map((row) => scan.textIds?.at(row) ?? String(scan.eventId[row]));
  const note =
    `A sample is open: ${formatCount(kept.length)} of ${formatCount(order.length)} events, evenly taken of each ` +
    'stream. Who answers whom, and anything that takes a few events only, is seen less well in it.';
  return {
    ...selection,
    order: kept,
    rowOf,
    leftOut: [...selection.leftOut, { reason, count: left.length, examples }],
    notes: [note, ...selection.notes],
  };
}
