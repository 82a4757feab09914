import { session } from '../../state/store.ts';
import { stretchView } from '../../state/stretch.ts';
import { stepAlert } from '../alerts/step.ts';
import { openEvidence } from './open.ts';
import { alertAt } from './subject.ts';

/**
 * Opens the evidence of the alert at the selected event, of the event itself where no alert covers it, or of the first
 * alert; closes it where it is open.
 */
function toggleEvidence(): void {
  const { view, analysis } = session.store.getState();
  if (!analysis.report) return;
  if (view.evidence) {
    session.actions.showEvidence(null);
    return;
  }
  const { alerts } = analysis.report;
  const alert = view.selected === null ? alerts[0] : alertAt(alerts, view.selected);
  if (alert) openEvidence(alert);
  else if (view.selected !== null)
    session.actions.showEvidence(stretchView(session.store.getState(), null, view.selected, 'attribution'));
  else
    session.actions.toast(
      'info',
      'There is no alert with these parameters. Select an event, or zoom to a stretch, and press i to investigate it.',
    );
}

/**
 * Evidence of what is looked at, alert or none: from the selected event on, else of the visible range, with what
 * differs there.
 */
function investigateHere(): void {
  const { view, analysis } = session.store.getState();
  if (!analysis.report) return;
  const { selected, range } = view;
  if (selected === null && range === null)
    session.actions.toast('info', 'Select an event in a chart, or zoom to a stretch, to investigate it.');
  else
    session.actions.showEvidence(
      stretchView(session.store.getState(), selected === null ? range : null, selected ?? range!.from),
    );
}

const KEYS: Readonly<Record<string, () => void>> = {
  e: toggleEvidence,
  i: investigateHere,
  '[': () => stepAlert(-1),
  ']': () => stepAlert(1),
};

/** Does what one of the monitor's keys does that need an analysis. */
export const press = (key: string): void => KEYS[key]();
