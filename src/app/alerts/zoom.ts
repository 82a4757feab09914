import type { IndexRange } from '../../core/columns.ts';
import type { Alert } from '../../detection/types.ts';

/** Context shown on either side of an episode, as a share of its length. */
const CONTEXT = 0.2;
/** The least that is worth zooming to: fewer events than this show the detector's memory only. */
const MIN_EVENTS = 100;

/**
 * The range that shows an episode with a fifth of context on either side, at least 100 events wide, cut to the ledger.
 * @param events events in the ledger
 */
export function zoomRange(alert: Pick<Alert, 'onset' | 'fired' | 'resolved'>, events: number): IndexRange {
  const end = alert.resolved ?? events;
  const length = Math.max(end - alert.onset, alert.fired - alert.onset + 1);
  const wanted = Math.min(events, Math.max(MIN_EVENTS, Math.ceil(length * (1 + 2 * CONTEXT))));
  const centre = alert.onset + length / 2;
  const from = Math.max(0, Math.min(events - wanted, Math.round(centre - wanted / 2)));
  return { from, to: from + wanted };
}
