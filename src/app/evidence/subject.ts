import type { Alert } from '../../detection/types.ts';
import type { EvidenceView } from '../../state/types.ts';

/** An alert with its position in `AnalysisReport.alerts`. */
export interface NumberedAlert extends Alert {
  readonly number: number;
}

const covers = (alert: Alert, event: number): boolean =>
  alert.onset <= event && event < (alert.resolved ?? Number.POSITIVE_INFINITY);

/**
 * The alert that a view of the evidence means: the one that fired at its event, else (another threshold moves firings)
 * the one of that kind whose episode covers the event and fired nearest to it. Null if there is none with the
 * parameters in force.
 */
export function alertOf(
  alerts: readonly Alert[],
  { event, kind }: Pick<EvidenceView, 'event' | 'kind'>,
): NumberedAlert | null {
  const candidates = alerts
    .map((alert, number): NumberedAlert => ({ ...alert, number }))
    .filter((alert) => kind === null || alert.kind === kind);
  const fired = candidates.find((alert) => alert.fired === event);
  if (fired) return fired;
  return (
    candidates
      .filter((alert) => covers(alert, event))
      .sort((a, b) => Math.abs(a.fired - event) - Math.abs(b.fired - event))[0] ?? null
  );
}

/**
 * The alert that somebody who looks at an event means: the one that fired there, else the newest whose episode covers
 * it.
 */
export function alertAt(alerts: readonly Alert[], event: number): Alert | null {
  return (
    alerts.find(({ fired }) => fired === event) ??
    alerts.filter((alert) => covers(alert, event)).sort((a, b) => b.fired - a.fired)[0] ??
    null
  );
}
