import type { AlertDiff } from '../../detection/alerts.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';

/** How the alerts of one kind on one stream changed. */
export interface ChangeRow {
  readonly stream: number;
  readonly kind: AlertKind;
  readonly added: number;
  readonly removed: number;
  /** Fire earlier, later, or only clear or begin elsewhere. */
  readonly earlier: number;
  readonly later: number;
  readonly reshaped: number;
  readonly kept: number;
  /**
   * Median shift of the firing of those that fire elsewhere, in events of the ledger; negative is earlier, NaN if
   * none does.
   */
  readonly medianShift: number;
}

/** Rows of streams and kinds in which something changed, by stream, then kind. */
export function changesByStream({ added, removed, moved, kept }: AlertDiff): ChangeRow[] {
  const cells = new Map<
    string,
    { stream: number; kind: AlertKind; added: number; removed: number; kept: number; shifts: number[] }
  >();
  const cell = ({ stream, kind }: { readonly stream: number; readonly kind: AlertKind }) => {
    const key = `${stream} ${kind}`;
    const found = cells.get(key) ?? { stream, kind, added: 0, removed: 0, kept: 0, shifts: [] };
    cells.set(key, found);
    return found;
  };
  for (const alert of added) cell(alert).added += 1;
  for (const alert of removed) cell(alert).removed += 1;
  for (const { after } of kept) cell(after).kept += 1;
  for (const { before, after } of moved) cell(after).shifts.push(after.fired - before.fired);
  return [...cells.values()]
    .filter((c) => c.added + c.removed + c.shifts.length > 0)
    .sort((a, b) => a.stream - b.stream || ALERT_KINDS.indexOf(a.kind) - ALERT_KINDS.indexOf(b.kind))
    .map(({ shifts, ...rest }) => {
      const fired = shifts.filter((shift) => shift !== 0).sort((a, b) => a - b);
      return {
        ...rest,
        earlier: shifts.filter((s) => s < 0).length,
        later: shifts.filter((s) => s > 0).length,
        reshaped: shifts.length - fired.length,
        medianShift: fired.length === 0 ? Number.NaN : (fired[(fired.length - 1) >> 1] + fired[fired.length >> 1]) / 2,
      };
    });
}
