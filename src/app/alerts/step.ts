import { session } from '../../state/store.ts';
import { openEvidence } from '../evidence/open.ts';
import { neighbourAlert } from './neighbour.ts';
import { showAlert } from './show.ts';

/** Selects the event at which the previous or next alert fired, and says so where there is none. */
export function stepAlert(direction: -1 | 1): void {
  const { analysis, view } = session.store.getState();
  if (!analysis.report) return;
  const alert = neighbourAlert(analysis.report.alerts, view.selected, direction);
  if (alert) {
    showAlert(alert);
    if (view.evidence) openEvidence(alert);
  } else session.actions.toast('info', direction > 0 ? 'No alert after this event.' : 'No alert before this event.');
}
