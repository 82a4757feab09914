import type { EventIndex } from '../../core/units.ts';
import { session } from '../../state/store.ts';

/** Selects an event, and moves what is visible to it where it is outside. */
export function showEvent(index: EventIndex): void {
  const { view, analysis } = session.store.getState();
  const { range } = view;
  if (range && analysis.report && (index < range.from || index >= range.to)) {
    const width = range.to - range.from;
    const from = Math.max(0, Math.min(analysis.report.events - width, index - Math.floor(width / 2)));
    session.actions.setRange({ from, to: from + width }, false);
  }
  session.actions.select(index);
}
