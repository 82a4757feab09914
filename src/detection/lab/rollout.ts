import { diffAlerts } from '../alerts.ts';
import type { Alert } from '../types.ts';
import type { Score } from './score.ts';

export const ROLLOUTS = ['canary', 'blue-green', 'full', 'hold'] as const;
/**
 * hold: it misses changes that are known. canary: put it on a part of the traffic. blue-green: run both, switch over.
 * full: another detector; switch as a whole, ready to roll back.
 */
export type Rollout = (typeof ROLLOUTS)[number];

/** How to bring new parameters into service, from how much they change the alerts of the old ones on one ledger. */
export interface RolloutAdvice {
  readonly advice: Rollout;
  /**
   * (added + removed + moved) / (kept + added + removed + moved): changed episodes of all that either has; 0 where
   * neither has any.
   */
  readonly share: number;
  readonly kept: number;
  readonly added: number;
  readonly removed: number;
  readonly moved: number;
  /** Labelled changes that the new parameters are to find on the ledger, and find; null without labels. */
  readonly labelled: LabelledChanges | null;
}

interface LabelledChanges {
  readonly changes: number;
  readonly found: number;
}

/** What a score says of labelled changes; null where there is none to find. */
export const labelledChanges = ({ intervals, found }: Pick<Score, 'intervals' | 'found'>): LabelledChanges | null =>
  intervals === 0 ? null : { changes: intervals, found };

/** Largest share of changed alerts at which a canary, and a blue-green deployment, is advised. */
export const CANARY_SHARE = 0.05;
export const BLUE_GREEN_SHARE = 0.2;

export const ROLLOUT_TEXT: Readonly<Record<Rollout, string>> = {
  canary: 'canary: put it on a part of the traffic first',
  'blue-green': 'blue-green: run it beside the old one, then switch over',
  full: 'full, rollback-ready: it is another detector; switch as a whole and keep the old one at hand',
  hold: 'hold: it misses labelled changes; find parameters that do not before it goes into service',
};

export function rolloutAdvice(
  baseline: readonly Alert[],
  candidate: readonly Alert[],
  labelled: LabelledChanges | null,
): RolloutAdvice {
  const { kept, added, removed, moved } = diffAlerts(baseline, candidate);
  return adviceOf({
    kept: kept.length,
    added: added.length,
    removed: removed.length,
    moved: moved.length,
    labelled,
  });
}

export function adviceOf(counts: Omit<RolloutAdvice, 'advice' | 'share'>): RolloutAdvice {
  const { kept, added, removed, moved, labelled } = counts;
  const changed = added + removed + moved;
  const share = changed === 0 ? 0 : changed / (kept + changed);
  const byShare = share <= CANARY_SHARE ? 'canary' : share <= BLUE_GREEN_SHARE ? 'blue-green' : 'full';
  const misses = labelled !== null && labelled.found < labelled.changes;
  return { kept, added, removed, moved, labelled, share, advice: misses ? 'hold' : byShare };
}
