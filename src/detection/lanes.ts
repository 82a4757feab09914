import { without } from '../core/fields.ts';
import { median, rate, type Rate } from '../core/statistics.ts';
import { diffAlerts } from './alerts.ts';
import type { Commit, CommittedControl, LiveAlert } from './files/commit.ts';
import type { Alert } from './types.ts';

type Stage = CommittedControl['stage'];

/** Two bundles over the same events: the one in force, and the one that runs beside it. */
export interface Lanes {
  /** SHA-256 of the candidate: beside the one in force, or, at stage "full", in force with the former one beside it. */
  readonly candidate: string;
  readonly former: string;
  readonly stage: Stage;
  /** event_id that the comparison begins at, and events since. */
  readonly since: number;
  readonly events: number;
  /** Events since that are in the shadow lane. */
  readonly taken: number;
  /** Alerts since, and those that were open then: the newest. */
  readonly byCandidate: readonly LiveAlert[];
  readonly byFormer: readonly LiveAlert[];
}

/** What commits say of lanes; `open` are the open alerts of the bundle in force. */
export interface LaneState {
  readonly lanes: Lanes | null;
  readonly open: readonly LiveAlert[];
}

export const NO_LANES: LaneState = { lanes: null, open: [] };

/** Alerts of a lane that are compared. */
const MOST_ALERTS = 2_000;

/** Takes a commit in. */
export function withCommit({ lanes, open }: LaneState, commit: Commit): LaneState {
  const { control, beside, opened, closed, events, bundle } = commit;
  const grown = lanes && beside ? grownBy(lanes, commit) : lanes;
  const isNew = control?.kind === 'deployed' || (commit.kind === 'bundle' && control === null);
  const still = isNew ? [] : merged(open, opened, closed).filter(({ cleared }) => cleared === null);
  if (isNew || control?.stage === 'none') return { lanes: null, open: still };
  if (control === null) return { lanes: grown, open: still };
  const since = { since: events.to, events: 0, taken: 0 };
  if (control.kind === 'candidate') {
    const begun = { candidate: control.bundle, former: bundle!, stage: control.stage, ...since };
    return { lanes: { ...begun, byCandidate: [], byFormer: still }, open: still };
  }
  if (grown === null) return { lanes: null, open: still };
  if ((control.stage === 'full') === (grown.stage === 'full'))
    return { lanes: { ...grown, stage: control.stage }, open: still };
  // The other one is in force now: what is open in either goes on to be compared.
  const [byCandidate, byFormer] = [grown.byCandidate, grown.byFormer].map(stillOpen);
  const nowOpen = control.stage === 'full' ? byCandidate : byFormer;
  return { lanes: { ...grown, ...since, stage: control.stage, byCandidate, byFormer }, open: nowOpen };
}

const stillOpen = (alerts: readonly LiveAlert[]): readonly LiveAlert[] =>
  alerts.filter(({ cleared }) => cleared === null);

function grownBy(lanes: Lanes, { beside, opened, closed, events, taken }: Commit): Lanes {
  const [candidate, former] = lanes.stage === 'full' ? [{ opened, closed }, beside!] : [beside!, { opened, closed }];
  return {
    ...lanes,
    events: lanes.events + events.to - events.from,
    taken: lanes.taken + taken,
    byCandidate: merged(lanes.byCandidate, candidate.opened, candidate.closed),
    byFormer: merged(lanes.byFormer, former.opened, former.closed),
  };
}

function merged(
  alerts: readonly LiveAlert[],
  opened: readonly LiveAlert[],
  closed: readonly LiveAlert[],
): readonly LiveAlert[] {
  if (opened.length + closed.length === 0) return alerts;
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const alert of [...opened, ...closed]) byId.set(alert.id, alert);
  return [...byId.values()].slice(-MOST_ALERTS);
}

/** An episode of both, or of one. */
export interface LanePair {
  readonly candidate: LiveAlert | null;
  readonly former: LiveAlert | null;
}

export interface LaneFigures {
  /** In the order of firing. Alerts that were open when the comparison began are only matched, never counted. */
  readonly pairs: readonly LanePair[];
  readonly both: number;
  readonly onlyCandidate: number;
  readonly onlyFormer: number;
  /** Median events that the candidate fires after the former, over episodes of both; null: none. */
  readonly delay: number | null;
  /** Alerts to an event, with 95 %: at most so many of them are false. */
  readonly candidate: Rate;
  readonly former: Rate;
  /** Two-sided sign test on episodes of one only: how rarely two that raise the same would differ so much. */
  readonly p: number;
}

export function laneFigures({ since, events, byCandidate, byFormer }: Lanes): LaneFigures {
  const streams = [...new Set([...byCandidate, ...byFormer].map(({ stream }) => stream))];
  const own = new Map<Alert, LiveAlert>();
  const alertsOf = (alerts: readonly LiveAlert[]): Alert[] =>
    alerts.map((alert) => {
      const { kind, onset, fired, cleared: resolved, peak } = alert;
      const stream = streams.indexOf(alert.stream);
      const [onsetSeq, firedSeq] = [alert.onset_seq, alert.fired_seq];
      const made = { kind, stream, onset, fired, resolved, peak, onsetSeq, firedSeq, lag: firedSeq - onsetSeq };
      own.set(made, alert);
      return made;
    });
  const diff = diffAlerts(alertsOf(byFormer), alertsOf(byCandidate));
  const matched = [...diff.kept, ...diff.moved].map(
    ({ before, after }) => [own.get(after)!, own.get(before)!] as const,
  );
  const isCounted = (alert: LiveAlert): boolean => alert.fired >= since;
  const both = matched.filter(([candidate, former]) => isCounted(candidate) && isCounted(former));
  const more = diff.added.map((alert) => own.get(alert)!).filter(isCounted);
  const fewer = diff.removed.map((alert) => own.get(alert)!).filter(isCounted);
  const pairs = [
    ...both.map(([candidate, former]) => ({ candidate, former })),
    ...more.map((candidate) => ({ candidate, former: null })),
    ...fewer.map((former) => ({ candidate: null, former })),
  ].sort((a, b) => firedAt(a) - firedAt(b));
  return {
    pairs,
    both: both.length,
    onlyCandidate: more.length,
    onlyFormer: fewer.length,
    delay: both.length === 0 ? null : median(both.map(([candidate, former]) => candidate.fired - former.fired)),
    candidate: rate(both.length + more.length, events),
    former: rate(both.length + fewer.length, events),
    p: signTest(more.length, fewer.length),
  };
}

const firedAt = ({ candidate, former }: LanePair): number =>
  Math.min(candidate?.fired ?? Infinity, former?.fired ?? Infinity);

/** Two-sided, exact: of fair coins as many, how often one side has as many as the larger, or more. */
export function signTest(a: number, b: number): number {
  const [n, most] = [a + b, Math.max(a, b)];
  let [logTerm, sum] = [-n * Math.LN2, 0];
  for (let k = 0; k <= n; k++) {
    if (k >= most) sum += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
}

/** What comes after a stage: forward by a person alone, back by a person or by itself. After full it is settled. */
const NEXT: Readonly<Record<'promoted' | 'stepped-back', Readonly<Record<Stage, Stage | null>>>> = {
  promoted: { none: null, shadow: 'canary', canary: 'full', full: 'none' },
  'stepped-back': { none: null, shadow: 'none', canary: 'shadow', full: 'canary' },
};

export const nextStage = (kind: keyof typeof NEXT, stage: Stage): Stage | null => NEXT[kind][stage];

/** Below it a candidate that others depend on goes a stage back by itself. */
export const STEP_BACK_P = 0.05;

/** Why a candidate has to go a stage back, as a sentence; null: it need not. */
export function stepBackReason({ stage }: Lanes, { p, onlyCandidate, onlyFormer }: LaneFigures): string | null {
  if ((stage !== 'canary' && stage !== 'full') || p >= STEP_BACK_P) return null;
  const counts = `${onlyCandidate} alerts of its own, ${onlyFormer} of the other one alone`;
  return `${onlyCandidate > onlyFormer ? 'It raises more' : 'It misses some'}: ${counts} (p = ${p.toPrecision(2)})`;
}

/** Figures as a decision keeps them. */
export const figuresJson = (figures: LaneFigures): string => JSON.stringify(without(figures, 'pairs'));
