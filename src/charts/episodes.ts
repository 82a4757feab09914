import type { AlertKind } from '../detection/types.ts';
import { xToPx, type Domain, type PlotBox } from './domain.ts';

/** An alert episode placed on the axis. */
export interface Episode {
  /** Position in the caller's list, handed back on a pick. */
  readonly id: number;
  readonly kind: AlertKind;
  /** Lane or stream, from 0. */
  readonly lane: number;
  readonly onset: number;
  readonly fired: number;
  /** End on the axis; the end of the ledger for an episode that is still open. */
  readonly end: number;
  readonly open: boolean;
  /** An alert of the baseline (default) parameters, drawn as an outline. */
  readonly ghost: boolean;
}

/** Vertical extent of lane `index` of `lanes` within a plot. */
export function laneBox(box: PlotBox, index: number, lanes: number): { readonly top: number; readonly height: number } {
  const height = box.height / Math.max(1, lanes);
  return { top: box.top + index * height, height };
}

/**
 * The episode under (or within `reach` pixels of) a pointer on a lane chart; of several, a fired tick beats a bar, the alert proper beats its ghost,
 * the shorter bar beats the longer.
 */
export function hitEpisode(episodes: readonly Episode[], px: number, py: number, domain: Domain, box: PlotBox, lanes: number, reach = 4): Episode | null {
  let best: Episode | null = null;
  let bestScore = Infinity;
  for (const episode of episodes) {
    const lane = laneBox(box, episode.lane, lanes);
    if (py < lane.top || py >= lane.top + lane.height) continue;
    const from = xToPx(episode.onset, domain, box);
    const to = xToPx(episode.end, domain, box);
    if (px < from - reach || px > to + reach) continue;
    const tick = Math.abs(px - xToPx(episode.fired, domain, box));
    const score = (tick <= reach ? 0 : 1e6) + (episode.ghost ? 1e5 : 0) + Math.min(9e4, to - from);
    if (score < bestScore) [best, bestScore] = [episode, score];
  }
  return best;
}

/** The fired tick within `reach` pixels of `px`, nearest first, alerts proper before ghosts. */
export function hitTick(episodes: readonly Episode[], px: number, domain: Domain, box: PlotBox, reach = 6): Episode | null {
  let best: Episode | null = null;
  let least = reach;
  for (const episode of episodes) {
    const distance = Math.abs(px - xToPx(episode.fired, domain, box)) + (episode.ghost ? 1 : 0);
    if (distance <= least) [best, least] = [episode, distance];
  }
  return best;
}
