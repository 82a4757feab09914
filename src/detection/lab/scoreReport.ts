import type { EventColumns, IndexRange } from '../../core/columns.ts';
import { ALERT_KINDS, type Alert } from '../types.ts';
import type { Interval } from './intervals.ts';
import {
  createScorer,
  TOLERANCE,
  type ChanceScore,
  type Episode,
  type Score,
  type ScoreDetail,
  type Scorer,
} from './score.ts';

/**
 * A detector, what it reaches, and what chance reaches at its alert rate; `chance` is null of one that cannot be moved
 * about.
 */
export interface ScoreRow<E extends Episode = Episode> {
  readonly detector: string;
  readonly score: ScoreDetail<E> | Score;
  readonly chance: ChanceScore | null;
}

export interface ScoreReport {
  readonly tolerance: number;
  /** Scored intervals that are to be found, and those that are to be absorbed. */
  readonly intervals: readonly Interval[];
  readonly toAbsorb: readonly Interval[];
  readonly leftOut: Scorer['leftOut'];
  /** All kinds together. */
  readonly all: ScoreRow<Alert> & { readonly score: ScoreDetail<Alert> };
  /** Each kind by itself, as if the others were not there. */
  readonly kinds: readonly (ScoreRow<Alert> & { readonly score: ScoreDetail<Alert> })[];
  readonly alwaysFire: ScoreRow;
  /** Null where it has no say, as without text. */
  readonly lengthOnly: (ScoreRow & { readonly score: ScoreDetail }) | null;
  /** Sentences worth knowing. */
  readonly notes: readonly string[];
}

/** A detector of texts that become longer or shorter. */
const LENGTH_ONLY = 'text length alone';

export interface ScoreInput {
  readonly events: EventColumns;
  readonly alerts: readonly Alert[];
  readonly intervals: readonly Interval[];
  readonly reference: IndexRange;
  /** What the length of the text alone raises; null where it has no say. */
  readonly lengthOnly: readonly Episode[] | null;
  /** Default: `TOLERANCE`. */
  readonly tolerance?: number;
}

/**
 * Scores the alerts of an analysis, with the baselines that no detector should be shown without: always-fire, chance
 * and text length alone.
 */
export function scoreAnalysis({
  events,
  alerts,
  intervals,
  reference,
  lengthOnly,
  tolerance = TOLERANCE,
}: ScoreInput): ScoreReport {
  const scorer = createScorer(events, intervals, { tolerance, from: reference.to });
  const row = <E extends Episode>(detector: string, episodes: readonly E[]) => ({
    detector,
    score: scorer.detail(episodes),
    chance: scorer.chance(episodes),
  });
  return {
    tolerance,
    intervals: scorer.intervals,
    toAbsorb: scorer.toAbsorb,
    leftOut: scorer.leftOut,
    all: row('all kinds', alerts),
    kinds: ALERT_KINDS.map((kind) =>
      row(
        kind,
        alerts.filter((alert) => alert.kind === kind),
      ),
    ),
    alwaysFire: { detector: 'always fires', score: scorer.alwaysFire(), chance: null },
    lengthOnly: lengthOnly && row(LENGTH_ONLY, lengthOnly),
    notes: notesOf(scorer),
  };
}

function notesOf({ intervals, toAbsorb }: Scorer): string[] {
  if (intervals.length > 0) return [];
  return [
    toAbsorb.length > 0
      ? 'Every labelled stretch after the reference period is to be absorbed: there is nothing to find, so no recall.'
      : 'There is no labelled interval to score against after the reference period.',
  ];
}
