import type { Episode } from '../../charts/episodes.ts';
import type { Alert } from '../../detection/types.ts';

/** Alerts of the baseline parameters that the live parameters do not raise just so. */
export function overlaysOf(alerts: readonly Alert[], baseline: readonly Alert[]): Alert[] {
  const key = (alert: Alert) => `${alert.kind}|${alert.stream}|${alert.onset}|${alert.fired}|${alert.resolved ?? ''}`;
  const live = new Set(alerts.map(key));
  return baseline.filter((alert) => !live.has(key(alert)));
}

/** Event indices whose axis positions are needed to place alerts. */
export function alertIndices(alerts: readonly Alert[]): number[] {
  return alerts.flatMap((alert) =>
    alert.resolved === null ? [alert.onset, alert.fired] : [alert.onset, alert.fired, alert.resolved],
  );
}

/**
 * Alerts placed on the axis. `id` is the position in `alerts` for live ones, and -1 minus the position in `overlays`
 * for overlays.
 * @param place axis position of an event; NaN while it is not known, which leaves the alert out until it is.
 * @param end axis position of the end of the ledger, for episodes that are still open.
 */
export function placeEpisodes(
  alerts: readonly Alert[],
  overlays: readonly Alert[],
  place: (index: number) => number,
  end: number,
): Episode[] {
  const one = (alert: Alert, id: number, overlay: boolean): Episode => ({
    id,
    kind: alert.kind,
    lane: alert.stream,
    onset: place(alert.onset),
    fired: place(alert.fired),
    end: alert.resolved === null ? end : place(alert.resolved),
    open: alert.resolved === null,
    overlay,
  });
  return [
    ...alerts.map((alert, i) => one(alert, i, false)),
    ...overlays.map((alert, i) => one(alert, -1 - i, true)),
  ].filter(
    (episode) => Number.isFinite(episode.onset) && Number.isFinite(episode.fired) && Number.isFinite(episode.end),
  );
}

/** Episodes of the streams shown, their lanes renumbered to the streams' order. */
export function episodesOf(episodes: readonly Episode[], streams: readonly number[]): Episode[] {
  const lane = new Map(streams.map((stream, i) => [stream, i]));
  return episodes.flatMap((episode) => {
    const at = lane.get(episode.lane);
    return at === undefined ? [] : [{ ...episode, lane: at }];
  });
}
