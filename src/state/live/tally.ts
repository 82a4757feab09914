import type { Commit, CommittedControl, LiveAlert } from '../../detection/files/commit.ts';
import { NO_LANES, withCommit, type LaneState } from '../../detection/lanes.ts';

/** What was decided about the ledger, and the event that it holds from. */
export interface Decision {
  readonly control: CommittedControl;
  readonly event: number;
}

/** What commits said, added up. */
export interface Tally {
  /** Number of the newest commit; -1: none. */
  readonly commit: number;
  /** Events of the ledger. */
  readonly events: number;
  readonly bundle: string | null;
  /** The newest decision. */
  readonly decided: Decision | null;
  readonly lanes: LaneState;
  /** Alerts raised since following began, newest first: as many as can be shown. */
  readonly alerts: readonly LiveAlert[];
  readonly raised: number;
  readonly late: number;
  readonly doubles: number;
  readonly refused: number;
  readonly dropped: number;
  readonly untracked: number;
  /** Sentences about commits that do not follow from the one before. */
  readonly gaps: readonly string[];
}

export const NOTHING_YET: Tally = {
  ...{ commit: -1, events: 0, bundle: null, decided: null, lanes: NO_LANES, alerts: [], raised: 0 },
  ...{ late: 0, doubles: 0, refused: 0, dropped: 0, untracked: 0, gaps: [] },
};

const MOST_ALERTS = 100;
const MOST_GAPS = 20;

/** @param isNew false for what was there before following began: its alerts are not new */
export function tallied(tally: Tally, commit: Commit, isNew: boolean): Tally {
  const { number, events, bundle, control, opened, closed, late, doubles, refused, dropped, untracked } = commit;
  const raised = isNew ? opened : [];
  const clearedBy = new Map(closed.map((alert) => [alert.id, alert]));
  const known = tally.alerts.map((alert) => clearedBy.get(alert.id) ?? alert);
  const gap = gapBefore(tally, commit);
  return {
    commit: number,
    events: events.to,
    bundle,
    decided: control ? { control, event: events.to } : tally.decided,
    lanes: withCommit(tally.lanes, commit),
    alerts: [...[...raised].reverse(), ...known].slice(0, MOST_ALERTS),
    raised: tally.raised + raised.length,
    late: tally.late + late,
    doubles: tally.doubles + doubles,
    refused: tally.refused + refused,
    dropped: tally.dropped + dropped,
    untracked: tally.untracked + untracked,
    gaps: gap ? [...tally.gaps, gap].slice(-MOST_GAPS) : tally.gaps,
  };
}

function gapBefore({ commit, events }: Tally, { number, events: { from } }: Commit): string | null {
  if (commit < 0) return null;
  if (number !== commit + 1) return `Commits ${commit + 1} to ${number - 1} are missing`;
  return from === events ? null : `Commit ${number} begins at event ${from}, ${events} expected`;
}
