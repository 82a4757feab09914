import { formatDuration } from '../../../core/format.ts';
import type { ThreadTurn } from '../../../state/drilldown/read.ts';

/** Silence that is drawn between two turns of a thread, ms. */
const MIN_MS = 60_000;

/** How long a pause lasted: until the next turn of the thread; NaN if it is not known. */
export const pauseLength = (next: Pick<ThreadTurn, 'gap'> | undefined): number => next?.gap ?? Number.NaN;

/** A void event in words: its length where that is known, else why not. */
export function pauseText(next: Pick<ThreadTurn, 'gap'> | undefined, hasTime: boolean): string {
  if (next === undefined) return 'Pause, nothing follows in the thread';
  const length = pauseLength(next);
  return Number.isFinite(length)
    ? `Pause, ${formatDuration(length)} until the next turn`
    : `Pause of unknown length${hasTime ? '' : ': the ledger has no timestamps'}`;
}

/** Silence before a turn that is long enough to be drawn; null if there is none. */
export const silenceBefore = ({ gap }: Pick<ThreadTurn, 'gap'>): string | null =>
  gap >= MIN_MS ? formatDuration(gap) : null;

/** Height of a pause in px: its length on a log scale, so that hours and days still fit. */
export const pauseHeight = (ms: number): number =>
  Number.isFinite(ms) && ms > 0 ? Math.round(Math.max(18, Math.min(64, 8 + 9 * Math.log10(1 + ms / 100)))) : 22;
