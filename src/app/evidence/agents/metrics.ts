import { formatCount, formatNumber, formatPercent } from '../../../core/format.ts';
import {
  CONTEXT_DROP,
  DISAGREEMENT_ZONE,
  type AgentMetric,
  type AgentSeries,
  type DisagreementZone,
} from '../../../detection/drilldown/agents.ts';
import type { LedgerColumnName } from '../../../ledger/types.ts';

export interface MetricText {
  readonly title: string;
  /** One sentence: what is divided by what. */
  readonly description: string;
  readonly needs: readonly LedgerColumnName[];
  /** What its values are shares or means of. */
  readonly per: string;
  readonly format: (value: number) => string;
  /** What is said where the columns are there, and say nothing. */
  readonly absent: string;
}

const share = (value: number): string => formatPercent(value);

export const METRICS: Readonly<Record<AgentMetric, MetricText>> = {
  disagreement: {
    title: 'Disagreement',
    needs: ['decision', 'thread_id'],
    per: 'votes',
    format: share,
    absent: 'no two agents decided in one thread',
    description:
      'Votes that differ from what most others of the thread decided. ' +
      `Below ${share(DISAGREEMENT_ZONE[0])} it may be groupthink, above ${share(DISAGREEMENT_ZONE[1])} misalignment; ` +
      'these limits are conventions.',
  },
  cacheHit: {
    title: 'Cache hits',
    needs: ['cached_tokens', 'input_tokens'],
    per: 'input tokens',
    format: share,
    absent: 'no event states both its cached and its input tokens',
    description: 'Cached over input tokens, where an event states both; what is not stated is not 0.',
  },
  costPerTask: {
    title: 'Cost per task',
    needs: ['cost_usd'],
    per: 'tasks',
    format: (value) => `${formatNumber(value)} $`,
    absent: 'no event states its cost',
    description: 'US dollars over the threads in which the agent states a cost.',
  },
  rework: {
    title: 'Rework',
    needs: ['outcome'],
    per: 'outcomes',
    format: share,
    absent: 'no event has the outcome “rework”',
    description: 'Events with the outcome “rework” over those that state one.',
  },
  error: {
    title: 'Errors',
    needs: ['outcome'],
    per: 'outcomes',
    format: share,
    absent: 'no event has the outcome “error”',
    description: 'Events with the outcome “error” over those that state one.',
  },
  escalation: {
    title: 'Escalation',
    needs: ['outcome'],
    per: 'outcomes',
    format: share,
    absent: 'no event has the outcome “escalated”',
    description: 'Events with the outcome “escalated” over those that state one.',
  },
  decisionQuality: {
    title: 'Decisions that went well',
    needs: ['outcome'],
    per: 'decisions',
    format: share,
    absent:
      'no event has an outcome and a decision or a tool, or none has the outcome “ok”, ' +
      'so that nothing says which went well',
    description: 'Events with the outcome “ok” over those that state an outcome and a decision or a tool name.',
  },
  contextUse: {
    title: 'Context',
    needs: ['input_tokens'],
    per: 'events',
    format: (value) => `${formatCount(Math.round(value))} tokens`,
    absent: 'no event states its input tokens',
    description:
      'Mean input tokens an event. Triangles: in a thread, ' +
      `${share(CONTEXT_DROP.share)} or less of the agent’s event before, from ${formatCount(CONTEXT_DROP.least)} ` +
      'tokens on. That reads as a compaction, by convention.',
  },
  autonomyLevel: {
    title: 'Autonomy',
    needs: ['autonomy_level'],
    per: 'statements',
    format: (value) => formatNumber(value),
    absent: 'no event states an autonomy level',
    description: 'Mean of the autonomy levels that are stated.',
  },
  promotions: {
    title: 'Promotions',
    needs: ['autonomy_level'],
    per: 'statements',
    format: share,
    absent: 'no event states an autonomy level',
    description: 'Statements of a higher autonomy level than the agent’s one before.',
  },
  demotions: {
    title: 'Demotions',
    needs: ['autonomy_level'],
    per: 'statements',
    format: share,
    absent: 'no event states an autonomy level',
    description: 'Statements of a lower autonomy level than the agent’s one before.',
  },
};

/** Columns that a metric needs and the ledger does not have. */
export const missingColumns = (metric: AgentMetric, mapped: readonly string[]): readonly LedgerColumnName[] =>
  METRICS[metric].needs.filter((column) => !mapped.includes(column));

export const ZONE_TEXT: Readonly<Record<DisagreementZone, string>> = {
  groupthink: 'too low: may be groupthink',
  healthy: 'within the zone',
  misaligned: 'too high: may be misaligned',
  'too few votes': 'too few votes to say',
};

/**
 * Segments of a line over the buckets that have a value, as SVG points in a box; a lone value is a segment of one
 * point.
 */
export function segments(
  { values }: Pick<AgentSeries, 'values'>,
  top: number,
  width: number,
  height: number,
): readonly string[] {
  const found: string[][] = [];
  let open: string[] | null = null;
  values.forEach((value, bucket) => {
    if (Number.isNaN(value)) {
      open = null;
      return;
    }
    if (open === null) found.push((open = []));
    const x = ((bucket + 0.5) / values.length) * width;
    const y = height - (Math.min(value, top) / (top || 1)) * height;
    open.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  });
  return found.map((points) => points.join(' '));
}

/** The largest value of some series, at least `least`. */
export function topOf(series: readonly Pick<AgentSeries, 'values'>[], least: number): number {
  let top = least;
  for (const { values } of series) for (const value of values) if (value > top) top = value;
  return top;
}
