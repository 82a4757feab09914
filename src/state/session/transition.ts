import { analysisTransitions } from './analysis.ts';
import { experimentTransitions } from './experiment.ts';
import { ledgerTransitions } from './ledger.ts';
import { markTransitions } from './marks.ts';
import type { SessionEvent, SessionState, Transition, Transitions } from './model.ts';
import { noticeTransitions } from './notices.ts';
import { tableTransitions } from './tableLoad.ts';
import { viewTransitions } from './view.ts';

const TRANSITIONS: Transitions<SessionEvent> = {
  ...ledgerTransitions,
  ...analysisTransitions,
  ...tableTransitions,
  ...experimentTransitions,
  ...viewTransitions,
  ...markTransitions,
  ...noticeTransitions,
};

/** What an event makes of the state, and what is to be done then. Pure. */
export function transition(state: SessionState, event: SessionEvent): Transition {
  // Event and row are of one type, which the checker cannot follow through the lookup.
  const apply = TRANSITIONS[event.type] as (state: SessionState, event: SessionEvent) => Transition;
  return apply(state, event);
}
