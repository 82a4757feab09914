import type { Alert } from '../../detection/types.ts';
import { session } from '../../state/store.ts';
import { showAlert } from './show.ts';

/** The alert before (-1) or after (+1) an event, by the event at which it fired; null where there is none. `alerts` are ordered by fired. */
export function neighbourAlert(alerts: readonly Alert[], at: number | null, direction: -1 | 1): Alert | null {
  if (at === null) return (direction > 0 ? alerts[0] : alerts.at(-1)) ?? null;
  const found = direction > 0 ? alerts.find(({ fired }) => fired > at) : alerts.findLast(({ fired }) => fired < at);
  return found ?? null;
}

/** Selects the event at which the previous or next alert fired, and says so where there is none. */
export function stepAlert(direction: -1 | 1): void {
  const { analysis, view } = session.store.getState();
  if (!analysis.report) return;
  const alert = neighbourAlert(analysis.report.alerts, view.selected, direction);
  if (alert) showAlert(alert);
  else session.actions.toast('info', direction > 0 ? 'No alert after this event.' : 'No alert before this event.');
}
