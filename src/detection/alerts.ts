import type { Alert } from './types.ts';

/** The same episode in two analyses. */
interface AlertPair {
  readonly before: Alert;
  readonly after: Alert;
}

/** What changed between two lists of alerts. Every alert of either list stands in exactly one place. */
export interface AlertDiff {
  /** Episodes of the candidate that overlap none of the baseline. */
  readonly added: readonly Alert[];
  /** Episodes of the baseline that overlap none of the candidate. */
  readonly removed: readonly Alert[];
  /** Matched, with the same onset, firing and clearing. */
  readonly kept: readonly AlertPair[];
  /** Matched, but onset, firing or clearing differ. */
  readonly moved: readonly AlertPair[];
}

/** First event after the episode, so that [onset, endOf) is half-open; an episode that is still open never ends. */
const endOf = (alert: Alert): number =>
  alert.resolved === null ? Infinity : Math.max(alert.resolved, alert.fired + 1);

function byKindAndStream(alerts: readonly Alert[]): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = `${alert.stream} ${alert.kind}`;
    const group = groups.get(key);
    if (group) group.push(alert);
    else groups.set(key, [alert]);
  }
  for (const group of groups.values()) group.sort((a, b) => a.onset - b.onset || a.fired - b.fired);
  return groups;
}

const byFired = (a: Alert, b: Alert): number =>
  a.fired - b.fired || a.stream - b.stream || a.kind.localeCompare(b.kind);
const sameEpisode = (a: Alert, b: Alert): boolean =>
  a.onset === b.onset && a.fired === b.fired && a.resolved === b.resolved;

/**
 * Compares two lists of alerts over the same events and streams. Episodes of the same kind and stream match, one to
 * one, where their spans [onset, cleared) share an event (an episode that cleared at its firing still holds that
 * event). Episodes of one kind and stream follow one another (docs/methods.md 8), so pairing the earliest ones that
 * overlap gives the largest possible number of matches: the one that ends first can overlap none of the later ones.
 * Lists come back ordered by fired, stream, kind (pairs by their candidate).
 */
export function diffAlerts(baseline: readonly Alert[], candidate: readonly Alert[]): AlertDiff {
  const added: Alert[] = [];
  const removed: Alert[] = [];
  const kept: AlertPair[] = [];
  const moved: AlertPair[] = [];
  const before = byKindAndStream(baseline);
  const after = byKindAndStream(candidate);
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const olds = before.get(key) ?? [];
    const news = after.get(key) ?? [];
    let i = 0;
    let j = 0;
    while (i < olds.length && j < news.length) {
      const a = olds[i];
      const b = news[j];
      if (Math.max(a.onset, b.onset) < Math.min(endOf(a), endOf(b))) {
        (sameEpisode(a, b) ? kept : moved).push({ before: a, after: b });
        i += 1;
        j += 1;
      } else if (endOf(a) < endOf(b)) {
        removed.push(a);
        i += 1;
      } else {
        added.push(b);
        j += 1;
      }
    }
    removed.push(...olds.slice(i));
    added.push(...news.slice(j));
  }
  const byAfter = (a: AlertPair, b: AlertPair): number => byFired(a.after, b.after);
  return {
    added: added.sort(byFired),
    removed: removed.sort(byFired),
    kept: kept.sort(byAfter),
    moved: moved.sort(byAfter),
  };
}
