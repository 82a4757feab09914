import { choicesField, type EvidenceChoice, type EvidenceChoices } from '../../state/evidenceChoices.ts';
import { session, useTautline } from '../../state/store.ts';

/**
 * A choice within the evidence, which is part of the view and so of its address; `first` is what stands without a
 * choice.
 */
export function useChoice<T extends string>(name: EvidenceChoice, first: T): readonly [T, (value: T) => void] {
  const chosen = useTautline((state) => state.view.evidence?.choices?.[name]);
  return [(chosen ?? first) as T, (value) => choose({ [name]: value === first ? undefined : value })];
}

/** Takes choices, each a step that the back button returns from; undefined takes one back. */
function choose(change: Partial<Record<EvidenceChoice, string | undefined>>): void {
  const { evidence } = session.store.getState().view;
  if (!evidence) return;
  const choices: EvidenceChoices = Object.fromEntries(
    Object.entries({ ...evidence.choices, ...change }).filter(([, value]) => value !== undefined),
  );
  session.actions.showEvidence({
    event: evidence.event,
    kind: evidence.kind,
    tab: evidence.tab,
    ...choicesField(choices),
  });
}
