import { changeChannelOf } from '../../detection/channels/table.ts';
import type { Alert } from '../../detection/types.ts';
import { choicesField, choicesOfAnother } from '../../state/evidenceChoices.ts';
import { session } from '../../state/store.ts';
import type { EvidenceTab } from '../../state/types.ts';
import { compactPage, useUi } from '../ui.ts';

/** On a narrow page the inspector would lie over the evidence. */
export function makeWay(): void {
  if (compactPage.matches) session.actions.select(null);
}

/**
 * Opens the evidence of an alert, in the part that is open already or in the one that says what it is made of: that
 * differs between kinds.
 */
export function openEvidence(alert: Pick<Alert, 'fired' | 'kind'>, tab?: EvidenceTab): void {
  const { evidence } = session.store.getState().view;
  const isLasting = changeChannelOf(alert.kind) !== null;
  const first = isLasting ? 'change' : 'attribution';
  const isOther = evidence?.tab === (isLasting ? 'attribution' : 'change');
  useUi.setState({ sheet: null });
  makeWay();
  session.actions.showEvidence({
    event: alert.fired,
    kind: alert.kind,
    tab: tab ?? (evidence === null || isOther ? first : evidence.tab),
    ...choicesField(choicesOfAnother(evidence?.choices ?? {})),
  });
}
