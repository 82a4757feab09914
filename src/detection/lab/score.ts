import type { EventColumns } from '../../core/columns.ts';
import type { EventIndex, Seq, StreamIndex } from '../../core/units.ts';
import { mulberry32 } from '../../core/random.ts';
import { median, nearestRank } from '../../core/statistics.ts';

/** A stretch of events that is labelled as faulty: [from, to), in one stream or (null) in all of them. */
export interface Interval {
  readonly stream: string | null;
  readonly from: EventIndex;
  readonly to: EventIndex;
  readonly label: string;
}

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
  /** The intervals that are scored, cut to what can be alerted on. */
  readonly intervals: readonly Interval[];
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

export type StreamsOfEvents = Pick<EventColumns, 'n' | 'streams' | 'stream'>;

/** An interval in one stream, in own positions (seq - 1): [from, to), and widened by the tolerance [low, high). */
interface Span {
  readonly interval: number;
  readonly from: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Prepares to score episodes against labelled intervals.
 *
 * An episode claims its stream's events from its estimated onset to its firing. It matches an interval of its stream
 * (or of all streams) where the claim shares an event with the interval widened by the tolerance. What follows the
 * firing does not count: an episode that never clears would otherwise match every later fault, and the longest one
 * would score best (the point-adjust fallacy: Kim et al. 2022). Precision counts episodes that match, recall counts
 * intervals that are matched. Intervals are cut to the events from `from` on.
 */
export function createScorer(
  events: StreamsOfEvents,
  given: readonly Interval[],
  { tolerance, from }: ScoringOptions,
): Scorer {
  const placed = placeIntervals(events, given, tolerance, from);
  const { intervals, leftOut, spans } = placed;

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

  const summed = <E extends Episode>(episodes: readonly E[]) => {
    const { best, falseEpisodes } = match(episodes);
    const matches = best.filter((m) => m !== null);
    const score = scoreOf(
      intervals.length,
      matches.length,
      episodes.length,
      episodes.length - falseEpisodes.length,
      matches.map((m) => m.delay),
    );
    return { score, best, matches, falseEpisodes };
  };

  return {
    intervals,
    leftOut,
    score: (episodes) => summed(episodes).score,

    detail(episodes) {
      const { score, best, matches, falseEpisodes } = summed(episodes);
      const labels = [...new Set(intervals.map((i) => i.label))].sort();
      return {
        ...score,
        matches,
        falseEpisodes,
        missed: intervals.filter((_, i) => best[i] === null),
        byLabel: labels.map((label) => ({
          label,
          intervals: intervals.filter((i) => i.label === label).length,
          found: matches.filter((m) => m.interval.label === label).length,
        })),
      };
    },

    alwaysFire: () => scoreAlways(placed),
    chance: (episodes, { replicates = 200, seed = 1 } = {}) => scoreChance(placed, episodes, replicates, seed),
  };
}

/** Intervals among the own events of each stream. */
interface Placed {
  readonly intervals: Interval[];
  readonly leftOut: { readonly interval: Interval; readonly reason: string }[];
  /** Own events of each stream, and the first of them that can be alerted on. */
  readonly own: readonly Int32Array[];
  readonly first: readonly number[];
  /** Of each stream, by their low end. */
  readonly spans: readonly Span[][];
}

function placeIntervals(
  events: StreamsOfEvents,
  given: readonly Interval[],
  tolerance: number,
  from: EventIndex,
): Placed {
  const own = ownEvents(events);
  const first = own.map((positions) => lowerBound(positions, from));
  const intervals: Interval[] = [];
  const leftOut: { interval: Interval; reason: string }[] = [];
  const spans: Span[][] = own.map(() => []);
  for (const interval of given) {
    const reason = add(interval);
    if (reason) leftOut.push({ interval, reason });
  }
  for (const list of spans) list.sort((a, b) => a.low - b.low);
  return { intervals, leftOut, own, first, spans };

  function add(interval: Interval): string | null {
    if (interval.stream !== null && !events.streams.includes(interval.stream))
      return `the analysis has no stream "${interval.stream}"`;
    if (interval.to <= from) return 'it ends before the first event that can be alerted on';
    const cut = { ...interval, from: Math.max(from, interval.from), to: Math.min(events.n, interval.to) };
    let any = false;
    events.streams.forEach((name, s) => {
      if (interval.stream !== null && interval.stream !== name) return;
      const a = lowerBound(own[s], cut.from);
      const b = lowerBound(own[s], cut.to);
      if (a === b) return;
      any = true;
      spans[s].push({
        interval: intervals.length,
        from: a,
        low: Math.max(first[s], a - tolerance),
        high: Math.min(own[s].length, b + tolerance),
      });
    });
    if (!any) return 'there is no event in it';
    intervals.push(cut);
    return null;
  }
}

/** Calls `each` with every span that shares one of the own positions onset .. fired. */
function visit(spans: readonly Span[], onset: number, fired: number, each: (span: Span) => void): boolean {
  let hit = false;
  for (const span of spans) {
    if (span.low > fired) break;
    if (span.high <= onset) continue;
    hit = true;
    each(span);
  }
  return hit;
}

function scoreAlways({ intervals, own, first, spans }: Placed): Score {
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
  return scoreOf(intervals.length, intervals.length, episodes, hits, delays);
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
    return scoreOf(intervals.length, known.length, episodes.length, hits, known);
  });
  return {
    replicates,
    precision: spreadOf(runs.map((r) => r.precision)),
    recall: spreadOf(runs.map((r) => r.recall)),
    f1: spreadOf(runs.map((r) => r.f1)),
    medianDelay: spreadOf(runs.map((r) => r.delay.median)),
  };
}

function scoreOf(intervals: number, found: number, episodes: number, hits: number, delays: ArrayLike<number>): Score {
  const precision = hits / episodes;
  const recall = found / intervals;
  const f1 =
    intervals === 0 ? Number.NaN : found === 0 || hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { intervals, found, episodes, hits, precision, recall, f1, delay: delaysOf(delays) };
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

/** Event indices of each stream's own events, in order. */
export function ownEvents({ n, streams, stream }: StreamsOfEvents): Int32Array[] {
  const counts = new Int32Array(streams.length);
  for (let i = 0; i < n; i++) counts[stream[i]]++;
  const own = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let i = 0; i < n; i++) own[stream[i]][counts[stream[i]]++] = i;
  return own;
}

/** Position of the first value >= `value` in ascending values. */
export const lowerBound = (values: ArrayLike<number>, value: number): number =>
  firstThat(values, (other) => !(other < value));

/** Position of the first value > `value`. */
export const upperBound = (values: ArrayLike<number>, value: number): number =>
  firstThat(values, (other) => !(other <= value));

function firstThat(values: ArrayLike<number>, holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
