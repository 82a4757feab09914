import { formatCount } from '../../core/format.ts';
import type { AlertDiff } from '../../detection/alerts.ts';

/** "+3 −1 alerts against the defaults", or that none changed. */
export function alertChangeText({ added, removed, moved }: AlertDiff, against: string): string {
  if (added.length + removed.length + moved.length === 0) return `same alerts as ${against}`;
  const shifted = moved.length > 0 ? `, ${formatCount(moved.length)} moved` : '';
  return `+${formatCount(added.length)} −${formatCount(removed.length)} alerts against ${against}${shifted}`;
}
