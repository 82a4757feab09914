import { ALERT_KINDS, type AlertKind } from '../detection/types.ts';
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
  readonly overlay: boolean;
}

/** Where lanes and the rows within them lie, in pixels from the top of the plot area. */
export interface LaneLayout {
  readonly lanes: readonly { readonly top: number; readonly height: number; readonly kinds: readonly AlertKind[] }[];
  readonly height: number;
  readonly rowHeight: number;
}

/**
 * Rows shrink, down to the smallest that can still be hit, when all lanes together would be higher than this, in CSS
 * pixels.
 */
const ROOM = 320;
const ROW = { max: 13, min: 4 } as const;
const LANE_PAD = 4;
/** A lane is at least as high as its name. */
const MIN_LANE = 12;

/**
 * one row per kind that occurs in a lane, because episodes of one kind and stream never overlap and those of two kinds
 * do.
 */
export function layoutLanes(episodes: readonly Episode[], count: number): LaneLayout {
  const kindsOf = Array.from({ length: count }, (_, i) => {
    const present = new Set(episodes.filter((episode) => episode.lane === i).map((episode) => episode.kind));
    return ALERT_KINDS.filter((kind) => present.has(kind));
  });
  const rows = kindsOf.reduce((sum, kinds) => sum + Math.max(1, kinds.length), 0);
  const rowHeight = Math.max(ROW.min, Math.min(ROW.max, Math.floor((ROOM - count * LANE_PAD) / Math.max(1, rows))));
  const lanes: { top: number; height: number; kinds: AlertKind[] }[] = [];
  let top = 0;
  for (const kinds of kindsOf) {
    const height = Math.max(MIN_LANE, Math.max(1, kinds.length) * rowHeight + LANE_PAD);
    lanes.push({ top, height, kinds });
    top += height;
  }
  return { lanes, height: top, rowHeight };
}

/** The row of an episode within a plot. */
export function episodeRow(
  episode: Pick<Episode, 'lane' | 'kind'>,
  layout: LaneLayout,
  box: PlotBox,
): { readonly top: number; readonly height: number } {
  const lane = layout.lanes[episode.lane];
  return {
    top: box.top + lane.top + LANE_PAD / 2 + lane.kinds.indexOf(episode.kind) * layout.rowHeight,
    height: layout.rowHeight,
  };
}

/**
 * The episode under (or within `reach` pixels of) a pointer on a lane chart; of several, a fired tick beats a bar, the
 * alert proper beats its overlay, the shorter bar beats the longer.
 */
export function hitEpisode(
  episodes: readonly Episode[],
  px: number,
  py: number,
  domain: Domain,
  box: PlotBox,
  layout: LaneLayout,
  reach = 4,
): Episode | null {
  let best: Episode | null = null;
  let bestScore = Infinity;
  for (const episode of episodes) {
    const row = episodeRow(episode, layout, box);
    if (py < row.top || py >= row.top + row.height) continue;
    const from = xToPx(episode.onset, domain, box);
    const to = xToPx(episode.end, domain, box);
    if (px < from - reach || px > to + reach) continue;
    const tick = Math.abs(px - xToPx(episode.fired, domain, box));
    const score = (tick <= reach ? 0 : 1e6) + (episode.overlay ? 1e5 : 0) + Math.min(9e4, to - from);
    if (score < bestScore) [best, bestScore] = [episode, score];
  }
  return best;
}

/** The fired tick within `reach` pixels of `px`, nearest first, alerts proper before overlays. */
export function hitTick(
  episodes: readonly Episode[],
  px: number,
  domain: Domain,
  box: PlotBox,
  reach = 6,
): Episode | null {
  let best: Episode | null = null;
  let least = reach;
  for (const episode of episodes) {
    const distance = Math.abs(px - xToPx(episode.fired, domain, box)) + (episode.overlay ? 1 : 0);
    if (distance <= least) [best, least] = [episode, distance];
  }
  return best;
}

/** The stretches that at least one of the episodes covers, ascending and apart. */
export function unionSpans(episodes: readonly Pick<Episode, 'onset' | 'end'>[]): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (const { onset, end } of episodes.toSorted((a, b) => a.onset - b.onset)) {
    const last = spans.at(-1);
    if (last && onset <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([onset, end]);
  }
  return spans;
}
