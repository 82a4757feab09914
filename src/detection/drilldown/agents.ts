import { groupBy } from './group.ts';

/** Rates of agents over buckets of the ledger. What the ledger does not state is NaN, never 0. */

export const AGENT_METRICS = [
  'disagreement',
  'cacheHit',
  'costPerTask',
  'rework',
  'error',
  'escalation',
  'decisionQuality',
  'contextUse',
  'autonomyLevel',
  'promotions',
  'demotions',
] as const;
export type AgentMetric = (typeof AGENT_METRICS)[number];

/** Sums over the events of one agent in one bucket. */
export interface AgentSums {
  readonly agent: string;
  readonly bucket: number;
  readonly events: number;
  /** Over events that state both and had input: cached tokens, each event's clamped to 0..input, and input tokens. */
  readonly cachedTokens: number;
  readonly inputTokens: number;
  readonly cacheEvents: number;
  /**
   * Over events that state a cost: US dollars, events, and the threads they belong to (events without a thread are one
   * each); `tasksOpened` are those whose first cost of the agent is in this bucket, so that buckets add up.
   */
  readonly cost: number;
  readonly costEvents: number;
  readonly costTasks: number;
  readonly tasksOpened: number;
  /** Events that state an outcome, and what it is. */
  readonly outcomes: number;
  readonly ok: number;
  readonly reworks: number;
  readonly errors: number;
  readonly escalated: number;
  /** Events that state an outcome and a decision or a tool, and those of them that went well. */
  readonly decided: number;
  readonly decidedOk: number;
  /** Events that state input tokens, and the sum of these. */
  readonly contextEvents: number;
  readonly contextTokens: number;
  /**
   * Events that state an autonomy level, those of them at a higher and at a lower level than the agent's statement
   * before, and the sum of levels.
   */
  readonly autonomyEvents: number;
  readonly autonomyRaised: number;
  readonly autonomyLowered: number;
  readonly autonomyLevels: number;
}

/** What an agent cost with one model. */
export interface ModelCost {
  readonly agent: string;
  /** Null where events do not name one. */
  readonly model: string | null;
  readonly events: number;
  /** US dollars, over the events that state a cost. */
  readonly cost: number;
  readonly costEvents: number;
  /** Input and output tokens of the events that state a cost and either of them. */
  readonly tokens: number;
  /** Cost of those. */
  readonly tokenCost: number;
}

/** How the calls of a tool by an agent went. */
export interface ToolUse {
  readonly agent: string;
  readonly tool: string;
  readonly calls: number;
  readonly outcomes: number;
  readonly ok: number;
}

/**
 * A fall of an agent's context: its input tokens in a thread, from 1,000 on, to half or less of its event before there.
 * That this is a compaction is a convention: a new prompt in the same thread looks the same.
 */
export interface ContextDrop {
  readonly agent: string;
  readonly row: number;
  readonly before: number;
  readonly after: number;
}

export const CONTEXT_DROP = { share: 0.5, least: 1000 } as const;

/** A decision that an agent took in a thread. */
export interface Vote {
  readonly agent: string;
  readonly bucket: number;
  readonly thread: string;
  readonly decision: string;
}

/** A rate over time: NaN if there is nothing to divide by. */
export interface AgentSeries {
  readonly values: Float64Array;
  /** What each value is a share of. */
  readonly counts: Float64Array;
  readonly total: number;
  readonly totalCount: number;
}

export type DisagreementZone = 'groupthink' | 'healthy' | 'misaligned' | 'too few votes';

export interface AgentRates {
  readonly agent: string;
  readonly events: number;
  readonly metrics: Readonly<Record<AgentMetric, AgentSeries>>;
  readonly disagreementZone: DisagreementZone;
}

export interface AgentsResult {
  readonly buckets: number;
  /** By events, descending. */
  readonly agents: readonly AgentRates[];
  /** Metrics that the ledger says anything about. */
  readonly stated: readonly AgentMetric[];
  readonly notes: readonly string[];
}

/**
 * Disagreement below the first is too low (groupthink), above the second too high (misaligned). Conventions, not
 * measured limits.
 */
export const DISAGREEMENT_ZONE = [0.05, 0.4] as const;
const MIN_VOTES = 20;

/**
 * Rates from sums and votes. Shares of outcomes are taken over the events that state one; where the ledger never states
 * "ok" the outcome is a mark on exceptions, and the share is taken over all events.
 */
export function agentRates(sums: readonly AgentSums[], votes: readonly Vote[], buckets: number): AgentsResult {
  const notes: string[] = [];
  const anyOk = sums.some((s) => s.ok > 0);
  const marksOnly = !anyOk && sums.some((s) => s.outcomes > 0);
  if (marksOnly)
    notes.push(
      'No event has the outcome "ok": outcomes mark exceptions here, and their rates are shares of all events.',
    );
  const byAgent = groupBy(sums, (s) => s.agent);
  const disagreements = countDisagreements(votes, buckets);
  const agents = [...byAgent]
    .map(([agent, own]): AgentRates => {
      const ratio = (part: (s: AgentSums) => number, whole: (s: AgentSums) => number) =>
        seriesOf(own, buckets, part, whole);
      const judged = marksOnly ? (s: AgentSums) => s.events : (s: AgentSums) => s.outcomes;
      const counted = disagreements.get(agent);
      const disagreement = counted ? series(counted.against, counted.votes) : empty(buckets);
      return {
        agent,
        events: sum(own, (s) => s.events),
        metrics: {
          disagreement,
          cacheHit: ratio(
            (s) => s.cachedTokens,
            (s) => s.inputTokens,
          ),
          costPerTask: costPerTask(own, buckets),
          rework: ratio((s) => s.reworks, judged),
          error: ratio((s) => s.errors, judged),
          escalation: ratio((s) => s.escalated, judged),
          decisionQuality: ratio(
            (s) => s.decidedOk,
            (s) => s.decided,
          ),
          contextUse: ratio(
            (s) => s.contextTokens,
            (s) => s.contextEvents,
          ),
          autonomyLevel: ratio(
            (s) => s.autonomyLevels,
            (s) => s.autonomyEvents,
          ),
          promotions: ratio(
            (s) => s.autonomyRaised,
            (s) => s.autonomyEvents,
          ),
          demotions: ratio(
            (s) => s.autonomyLowered,
            (s) => s.autonomyEvents,
          ),
        },
        disagreementZone: zoneOf(disagreement),
      };
    })
    .sort((a, b) => b.events - a.events || (a.agent < b.agent ? -1 : 1));
  // Where exceptions are marked only, a mark that never occurs may be one that this ledger does not use.
  const marks: Readonly<Partial<Record<AgentMetric, number>>> = {
    rework: sum(sums, (s) => s.reworks),
    error: sum(sums, (s) => s.errors),
    escalation: sum(sums, (s) => s.escalated),
  };
  const stated = AGENT_METRICS.filter((metric) =>
    metric === 'decisionQuality' && marksOnly
      ? false
      : metric in marks
        ? anyOk || marks[metric]! > 0
        : agents.some(({ metrics }) => metrics[metric].totalCount > 0),
  );
  return { buckets, agents, stated, notes };
}

function zoneOf({ total, totalCount }: AgentSeries): DisagreementZone {
  if (totalCount < MIN_VOTES) return 'too few votes';
  return total < DISAGREEMENT_ZONE[0] ? 'groupthink' : total > DISAGREEMENT_ZONE[1] ? 'misaligned' : 'healthy';
}

/**
 * Votes against the others of the thread: each other agent counts once, with its last decision there; a vote disagrees
 * where it is none of the most frequent of those. Votes in threads in which nobody else decided take no part.
 */
function countDisagreements(
  votes: readonly Vote[],
  buckets: number,
): Map<string, { readonly votes: Float64Array; readonly against: Float64Array }> {
  const counted = new Map<string, { votes: Float64Array; against: Float64Array }>();
  for (const own of groupBy(votes, (vote) => vote.thread).values()) {
    const last = new Map(own.map(({ agent, decision }) => [agent, decision]));
    for (const { agent, decision, bucket } of own) {
      const others = new Map<string, number>();
      for (const [other, said] of last) if (other !== agent) others.set(said, (others.get(said) ?? 0) + 1);
      if (others.size === 0) continue;
      const most = Math.max(...others.values());
      const counts = counted.get(agent) ?? { votes: new Float64Array(buckets), against: new Float64Array(buckets) };
      counts.votes[bucket]++;
      if ((others.get(decision) ?? 0) < most) counts.against[bucket]++;
      counted.set(agent, counts);
    }
  }
  return counted;
}

/** A thread that spans buckets is a task of each of them, and one task in all. */
function costPerTask(own: readonly AgentSums[], buckets: number): AgentSeries {
  const byBucket = seriesOf(
    own,
    buckets,
    (s) => s.cost,
    (s) => s.costTasks,
  );
  const totalCount = sum(own, (s) => s.tasksOpened);
  return { ...byBucket, total: totalCount > 0 ? sum(own, (s) => s.cost) / totalCount : Number.NaN, totalCount };
}

function seriesOf(
  own: readonly AgentSums[],
  buckets: number,
  part: (s: AgentSums) => number,
  whole: (s: AgentSums) => number,
): AgentSeries {
  const parts = new Float64Array(buckets);
  const wholes = new Float64Array(buckets);
  for (const s of own) {
    parts[s.bucket] += part(s);
    wholes[s.bucket] += whole(s);
  }
  return series(parts, wholes);
}

function series(parts: Float64Array, counts: Float64Array): AgentSeries {
  const rate = (part: number, whole: number) => (whole > 0 ? part / whole : Number.NaN);
  const totalCount = counts.reduce((a, b) => a + b, 0);
  return {
    values: parts.map((part, b) => rate(part, counts[b])),
    counts,
    total: rate(
      parts.reduce((a, b) => a + b, 0),
      totalCount,
    ),
    totalCount,
  };
}

const empty = (buckets: number): AgentSeries => series(new Float64Array(buckets), new Float64Array(buckets));
const sum = (own: readonly AgentSums[], value: (s: AgentSums) => number): number =>
  own.reduce((total, s) => total + value(s), 0);
