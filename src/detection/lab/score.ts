import type { EventIndex, Seq, StreamIndex } from '../../core/units.ts';
import { mulberry32 } from '../../core/random.ts';
import { median, nearestRank } from '../../core/statistics.ts';
import {
  isChange,
  isCovered,
  ownEvents,
  placeIntervals,
  visit,
  type Interval,
  type Placed,
  type StreamsOfEvents,
} from './intervals.ts';

/** What is scored of an alert: when it fired, and since when it says that something is wrong. */
export interface Episode {
  readonly kind: string;
  readonly stream: StreamIndex;
  readonly onset: EventIndex;
  readonly fired: EventIndex;
  readonly onsetSeq: Seq;
  readonly firedSeq: Seq;
}

export interface ScoringOptions {
  /** Own events of the stream by which every interval is widened at both ends before it is matched. */
  readonly tolerance: number;
  /** First event that can be alerted on, the end of the reference: what lies before it is not scored. */
  readonly from: EventIndex;
}

/** The tolerance of docs/methods.md 8, in the stream's own events. */
export const TOLERANCE = 4;

/**
 * Detection delays as run lengths: own events of the stream from an interval's first event to the firing of the first
 * episode that matches it, 1 for the first event itself; 0 and less is ahead of the label, within the tolerance.
 * Quantiles are nearest ranks; NaN of none.
 */
interface DelaySummary {
  readonly count: number;
  readonly median: number;
  readonly q05: number;
  readonly q25: number;
  readonly q75: number;
  readonly q95: number;
}

export interface Score {
  /** Intervals in which an alert is expected. */
  readonly intervals: number;
  /** Intervals that an episode matches. */
  readonly found: number;
  readonly episodes: number;
  /** Episodes that match an interval. */
  readonly hits: number;
  /** hits / episodes; NaN without episodes. */
  readonly precision: number;
  /** found / intervals; NaN without intervals. */
  readonly recall: number;
  /** 2 P R / (P + R); 0 where nothing was found; NaN without intervals. */
  readonly f1: number;
  readonly delay: DelaySummary;
  /** Intervals in which no alert is expected, and those of them that no false one claims. */
  readonly toAbsorb: number;
  readonly absorbed: number;
}

interface Match<E extends Episode = Episode> {
  readonly interval: Interval;
  /** The first to fire of those that match. */
  readonly episode: E;
  /** Own events of the episode's stream. */
  readonly delay: number;
}

/** A score with what it is made of; positions are event indices, so that each can be opened. */
export interface ScoreDetail<E extends Episode = Episode> extends Score {
  readonly matches: readonly Match<E>[];
  readonly missed: readonly Interval[];
  readonly falseEpisodes: readonly E[];
  readonly byLabel: readonly { readonly label: string; readonly intervals: number; readonly found: number }[];
  /** Of those to be absorbed: the ones that were not. */
  readonly notAbsorbed: readonly Interval[];
  readonly absorbedByLabel: readonly {
    readonly label: string;
    readonly intervals: number;
    readonly absorbed: number;
  }[];
}

/** A quantity over random replicates: its mean, and the 2.5 and 97.5 % quantiles (nearest ranks). */
export interface Spread {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** What chance reaches with as many episodes a stream, each as long from onset to firing. */
export interface ChanceScore {
  readonly replicates: number;
  readonly precision: Spread;
  readonly recall: Spread;
  readonly f1: Spread;
  readonly medianDelay: Spread;
}

export interface Scorer {
  /** The intervals to be found that are scored, cut to what can be alerted on. */
  readonly intervals: readonly Interval[];
  /** Those to be absorbed, likewise. */
  readonly toAbsorb: readonly Interval[];
  /** Those that are not, and why. */
  readonly leftOut: readonly { readonly interval: Interval; readonly reason: string }[];
  /** Without the lists: for sweeps. */
  score(episodes: readonly Episode[]): Score;
  detail<E extends Episode>(episodes: readonly E[]): ScoreDetail<E>;
  /**
   * The detector that fires at every event, an episode each: recall 1, and the precision that the share of labelled
   * events gives for nothing.
   */
  alwaysFire(): Score;
  /**
   * Every episode moved to a random event of its stream: the same alert rate, and no knowledge. The same seed gives the
   * same answer.
   */
  chance(episodes: readonly Episode[], options?: { readonly replicates?: number; readonly seed?: number }): ChanceScore;
}

/**
 * Prepares to score episodes against labelled intervals.
 *
 * An episode claims its stream's events from its estimated onset to its firing. It matches an interval of its stream
 * (or of all streams) where the claim shares an event with the interval widened by the tolerance. What follows the
 * firing does not count: an episode that never clears would otherwise match every later fault, and the longest one
 * would score best (the point-adjust fallacy: Kim et al. 2022). Precision counts episodes that match, recall counts
 * intervals that are matched. Intervals are cut to the events from `from` on. Those to be absorbed count in neither: an
 * episode that claims nothing else is false, and an interval that no false episode claims is absorbed.
 */
export function createScorer(
  events: StreamsOfEvents,
  given: readonly Interval[],
  { tolerance, from }: ScoringOptions,
): Scorer {
  const own = ownEvents(events);
  const placed = placeIntervals(events, own, given.filter(isChange), tolerance, from);
  const quiet = placeIntervals(
    events,
    own,
    given.filter((interval) => !isChange(interval)),
    tolerance,
    from,
  );
  const { intervals, spans } = placed;

  function match<E extends Episode>(
    episodes: readonly E[],
  ): { readonly best: (Match<E> | null)[]; readonly falseEpisodes: E[] } {
    const best: (Match<E> | null)[] = intervals.map(() => null);
    const falseEpisodes = episodes.filter(
      (episode) =>
        !visit(spans[episode.stream], episode.onsetSeq - 1, episode.firedSeq - 1, (span) => {
          const before = best[span.interval];
          if (!before || episode.fired < before.episode.fired) {
            best[span.interval] = { interval: intervals[span.interval], episode, delay: episode.firedSeq - span.from };
          }
        }),
    );
    return { best, falseEpisodes };
  }

  /** Positions among the intervals to be absorbed that false episodes claim. */
  function claimed(falseEpisodes: readonly Episode[]): ReadonlySet<number> {
    const hit = new Set<number>();
    for (const { stream, onsetSeq, firedSeq } of falseEpisodes)
      visit(quiet.spans[stream], onsetSeq - 1, firedSeq - 1, ({ interval }) => hit.add(interval));
    return hit;
  }

  const summed = <E extends Episode>(episodes: readonly E[]) => {
    const { best, falseEpisodes } = match(episodes);
    const matches = best.filter((m) => m !== null);
    const disturbed = claimed(falseEpisodes);
    const score = scoreOf({
      intervals: intervals.length,
      found: matches.length,
      episodes: episodes.length,
      hits: episodes.length - falseEpisodes.length,
      delays: matches.map((m) => m.delay),
      toAbsorb: quiet.intervals.length,
      absorbed: quiet.intervals.length - disturbed.size,
    });
    return { score, best, matches, falseEpisodes, disturbed };
  };

  return {
    intervals,
    toAbsorb: quiet.intervals,
    leftOut: [...placed.leftOut, ...quiet.leftOut],
    score: (episodes) => summed(episodes).score,

    detail(episodes) {
      const { score, best, matches, falseEpisodes, disturbed } = summed(episodes);
      return {
        ...score,
        matches,
        falseEpisodes,
        missed: intervals.filter((_, i) => best[i] === null),
        byLabel: countByLabel(intervals, (i) => best[i] !== null).map(({ label, of, count }) => ({
          label,
          intervals: of,
          found: count,
        })),
        notAbsorbed: quiet.intervals.filter((_, i) => disturbed.has(i)),
        absorbedByLabel: countByLabel(quiet.intervals, (i) => !disturbed.has(i)).map(({ label, of, count }) => ({
          label,
          intervals: of,
          absorbed: count,
        })),
      };
    },

    alwaysFire: () => scoreAlways(placed, quiet),
    chance: (episodes, { replicates = 200, seed = 1 } = {}) => scoreChance(placed, episodes, replicates, seed),
  };
}

/** How many intervals each label has, and of how many something holds; labels in order. */
function countByLabel(
  intervals: readonly Interval[],
  holds: (i: number) => boolean,
): { readonly label: string; readonly of: number; readonly count: number }[] {
  return [...new Set(intervals.map(({ label }) => label))].sort().map((label) => {
    const own = [...intervals.keys()].filter((i) => intervals[i].label === label);
    return { label, of: own.length, count: own.filter(holds).length };
  });
}

function scoreAlways({ intervals, own, first, spans }: Placed, quiet: Placed): Score {
  let episodes = 0;
  let hits = 0;
  const delays = new Float64Array(intervals.length).fill(Infinity);
  own.forEach((positions, s) => {
    episodes += positions.length - first[s];
    let covered = first[s];
    for (const { interval, from: start, low, high } of spans[s]) {
      hits += Math.max(0, high - Math.max(covered, low));
      covered = Math.max(covered, high);
      delays[interval] = Math.min(delays[interval], low - start + 1);
    }
  });
  const disturbed = new Set(
    quiet.spans.flatMap((list, s) => list.filter((span) => !isCovered(span, spans[s])).map(({ interval }) => interval)),
  );
  return scoreOf({
    intervals: intervals.length,
    found: intervals.length,
    episodes,
    hits,
    delays,
    toAbsorb: quiet.intervals.length,
    absorbed: quiet.intervals.length - disturbed.size,
  });
}

/** Every episode at a random event of its stream, as long from onset to firing as it was. */
function scoreChance(
  { intervals, own, first, spans }: Placed,
  episodes: readonly Episode[],
  replicates: number,
  seed: number,
): ChanceScore {
  const random = mulberry32(seed);
  const runs = Array.from({ length: replicates }, () => {
    const delays = new Float64Array(intervals.length).fill(Number.NaN);
    const firedAt = new Float64Array(intervals.length).fill(Infinity);
    let hits = 0;
    for (const { stream, onsetSeq, firedSeq } of episodes) {
      const start = first[stream];
      const fired = start + Math.floor(random() * (own[stream].length - start));
      const onset = Math.max(start, fired - (firedSeq - onsetSeq));
      const hit = visit(spans[stream], onset, fired, (span) => {
        const event = own[stream][fired];
        if (event >= firedAt[span.interval]) return;
        firedAt[span.interval] = event;
        delays[span.interval] = fired - span.from + 1;
      });
      if (hit) hits += 1;
    }
    const known = delays.filter((d) => !Number.isNaN(d));
    const found = known.length;
    return scoreOf({ intervals: intervals.length, found, episodes: episodes.length, hits, delays: known });
  });
  return {
    replicates,
    precision: spreadOf(runs.map((r) => r.precision)),
    recall: spreadOf(runs.map((r) => r.recall)),
    f1: spreadOf(runs.map((r) => r.f1)),
    medianDelay: spreadOf(runs.map((r) => r.delay.median)),
  };
}

interface Counts extends Pick<Score, 'intervals' | 'found' | 'episodes' | 'hits'> {
  readonly delays: ArrayLike<number>;
  readonly toAbsorb?: number;
  readonly absorbed?: number;
}

function scoreOf({ delays, intervals, found, episodes, hits, toAbsorb = 0, absorbed = 0 }: Counts): Score {
  const precision = hits / episodes;
  const recall = found / intervals;
  const f1 =
    intervals === 0 ? Number.NaN : found === 0 || hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { intervals, found, episodes, hits, precision, recall, f1, delay: delaysOf(delays), toAbsorb, absorbed };
}

function delaysOf(delays: ArrayLike<number>): DelaySummary {
  const at = (q: number) => nearestRank(delays, q);
  return { count: delays.length, median: median(delays), q05: at(0.05), q25: at(0.25), q75: at(0.75), q95: at(0.95) };
}

/** NaN values, of replicates in which nothing is defined, are left out. */
function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((v) => !Number.isNaN(v));
  return {
    mean: known.reduce((sum, v) => sum + v, 0) / known.length,
    interval: [nearestRank(known, 0.025), nearestRank(known, 0.975)],
  };
}
