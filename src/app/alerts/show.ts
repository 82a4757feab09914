import type { Alert } from '../../detection/types.ts';
import { session } from '../../state/store.ts';
import { zoomRange } from './zoom.ts';

type Episode = Pick<Alert, 'onset' | 'fired' | 'resolved'>;

/**
 * Selects the event at which an alert fired and brings its episode into view, where the visible range does not hold its
 * onset and firing.
 */
export function showAlert(alert: Episode): void {
  const { view, analysis } = session.store.getState();
  const { range } = view;
  // The range goes with the selection into one history entry.
  if (range && analysis.report && (alert.onset < range.from || alert.fired >= range.to))
    session.actions.setRange(zoomRange(alert, analysis.report.events), false);
  session.actions.select(alert.fired);
}

/** Makes the charts show the episode with some context. */
export function zoomToAlert(alert: Episode): void {
  const { report } = session.store.getState().analysis;
  if (!report) return;
  session.actions.setRange(zoomRange(alert, report.events), false);
  session.actions.select(alert.fired);
}
