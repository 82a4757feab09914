import type { IndexRange } from '../../core/columns.ts';
import type { LedgerRow } from '../../core/units.ts';
import { CONTEXT_DROP } from '../../detection/drilldown/agents.ts';
import { NO_STREAM } from '../../core/streamKey.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import type { Axis } from '../../workers/protocol.ts';
import { quoteName, quoteText } from '../sql.ts';

/**
 * The SQL of the drill-down over `events` (tables.ts): it has every column of the ledger but the embedding, NULL
 * throughout where the file has none.
 */

/** Stream keys that are columns of `events`; by others the table `signals` tells which rows are of a stream. */
export const isEventColumn = (key: string): boolean => ['provider_id', 'agent_id', 'thread_id', 'ledger'].includes(key);

/** Condition that keeps the rows of one stream. @param key in force */
export function streamCondition(stream: string, key: string, mapping: ColumnMapping): string {
  if (key === 'ledger') return 'true';
  if (!isEventColumn(key)) return `row in (select row from signals where stream = ${quoteText(stream)})`;
  const column = key === 'provider_id' && mapping.provider_id === undefined ? 'agent_id' : key;
  return `coalesce(${column}, ${quoteText(NO_STREAM)}) = ${quoteText(stream)}`;
}

/**
 * Texts of ledger rows [from, to); a fixed pseudo-random `limit` of them where there are more. `total` counts them all.
 */
export function textsSql(rows: IndexRange, condition: string, limit: number): string {
  return `select text, count(*) over ()::int as total from events
    where row >= ${rows.from} and row < ${rows.to} and ${condition} and text is not null and trim(text) <> ''
    order by hash(row), row limit ${limit}`;
}

const TURN = `row, thread_id as thread, coalesce(agent_id, provider_id) as speaker, epoch_us(ts) / 1000.0 as time,
  latency_ms as latency, handoff_to as "handoffTo", role`;

/** Turns of a thread in order, the first `limit` from row `from` on; `total` counts all of the thread. */
export function threadSql(thread: string | null, from: LedgerRow, limit: number): string {
  const own = thread === null ? 'thread_id is null' : `thread_id = ${quoteText(thread)}`;
  return `select ${TURN}, text, (select count(*)::int from events where ${own}) as total
    from events where ${own} and row >= ${from} order by row limit ${limit}`;
}

/** All turns; only texts in which somebody may be mentioned. */
export const handoffsSql = `select ${TURN}, case when contains(text, '@') then text end as text
  from events order by row`;

export const agentNamesSql = `select distinct coalesce(agent_id, provider_id) as name from events
  where coalesce(agent_id, provider_id) is not null`;

/** Bucket of a row: equal counts of events, or equal times. Rows without a time fall in no bucket of the latter. */
function bucketOf(axis: Axis, buckets: number): string {
  return axis === 'event'
    ? `least(${buckets - 1}, (row::bigint * ${buckets}) // (select count(*) from events))::int`
    : `least(${buckets - 1}, floor((epoch_us(ts) - (select min(epoch_us(ts)) from events)) * ${buckets}.0
      / greatest(1, (select max(epoch_us(ts)) - min(epoch_us(ts)) from events))))::int`;
}

/**
 * Sums of every agent in every bucket: the fields of `AgentSums`. NULL is left out of numerators and denominators
 * alike.
 * @param hasTools whether the file has a column tool_name
 * @param own condition of the rows that count
 */
export function agentSumsSql(axis: Axis, buckets: number, hasTools: boolean, own = 'true'): string {
  const decides = hasTools ? '(decision is not null or tool_name is not null)' : 'decision is not null';
  const cache = 'cached_tokens is not null and input_tokens > 0';
  const before = 'lag(autonomy_level) over (partition by coalesce(agent_id, provider_id) order by row)';
  return `with named as (
      select *, coalesce(agent_id, provider_id) as agent, ${bucketOf(axis, buckets)} as bucket
      from events where coalesce(agent_id, provider_id) is not null and ${own}
    ), levels as (
      select row, autonomy_level > ${before} as raised, autonomy_level < ${before} as lowered
      from events where autonomy_level is not null and ${own}
    ), placed as (
      select *, cost_usd is not null and (thread_id is null or row = min(row) filter (cost_usd is not null)
        over (partition by agent, thread_id)) as opens_task
      from named where bucket is not null
    )
    select agent, bucket, count(*)::int as events,
      coalesce(sum(greatest(0, least(cached_tokens, input_tokens))) filter (${cache}), 0)::double as "cachedTokens",
      coalesce(sum(input_tokens) filter (${cache}), 0)::double as "inputTokens",
      count(*) filter (${cache})::int as "cacheEvents",
      coalesce(sum(cost_usd), 0)::double as cost, count(cost_usd)::int as "costEvents",
      (count(distinct thread_id) filter (cost_usd is not null)
        + count(*) filter (cost_usd is not null and thread_id is null))::int as "costTasks",
      count(*) filter (opens_task)::int as "tasksOpened",
      count(outcome)::int as outcomes,
      count(*) filter (lower(outcome) = 'ok')::int as ok,
      count(*) filter (lower(outcome) = 'rework')::int as reworks,
      count(*) filter (lower(outcome) = 'error')::int as errors,
      count(*) filter (lower(outcome) = 'escalated')::int as escalated,
      count(*) filter (outcome is not null and ${decides})::int as decided,
      count(*) filter (lower(outcome) = 'ok' and ${decides})::int as "decidedOk",
      count(input_tokens)::int as "contextEvents", coalesce(sum(input_tokens), 0)::double as "contextTokens",
      count(autonomy_level)::int as "autonomyEvents",
      count(*) filter (raised)::int as "autonomyRaised", count(*) filter (lowered)::int as "autonomyLowered",
      coalesce(sum(autonomy_level), 0)::double as "autonomyLevels"
    from placed left join levels using (row) group by agent, bucket order by agent, bucket`;
}

/** Decisions in threads, in order: the fields of `Vote`. */
export function votesSql(axis: Axis, buckets: number, own = 'true'): string {
  const agent = 'coalesce(agent_id, provider_id)';
  return `select ${agent} as agent, ${bucketOf(axis, buckets)} as bucket, thread_id as thread, decision from events
    where ${own} and decision is not null and thread_id is not null and ${agent} is not null
      and ts is ${axis === 'time' ? 'not null' : 'not distinct from ts'}
    order by row`;
}

const AGENT = 'coalesce(agent_id, provider_id)';

/** Alerts beside the agent that spoke when they fired, and its model. @param hasModels as in `modelCostsSql` */
export const agentAlertsSql = (hasModels: boolean): string => `select alerts.alert, alerts.kind, alerts.stream,
    alerts.fired, ${AGENT} as agent, ${hasModels ? 'model' : 'null'} as model
  from alerts join events on events.row = alerts.fired_row order by alerts.alert`;

/** The fields of `ModelCost`. @param hasModels whether the file has a column model */
export function modelCostsSql(hasModels: boolean): string {
  const model = hasModels ? 'model' : 'null::varchar';
  const tokens = 'input_tokens is not null or output_tokens is not null';
  return `select ${AGENT} as agent, ${model} as model, count(*)::int as events,
      coalesce(sum(cost_usd), 0)::double as cost, count(cost_usd)::int as "costEvents",
      coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0))
        filter (cost_usd is not null), 0)::double as tokens,
      coalesce(sum(cost_usd) filter (${tokens}), 0)::double as "tokenCost"
    from events where ${AGENT} is not null group by all having count(cost_usd) > 0 order by cost desc, agent, model`;
}

/** The fields of `ToolUse`, for files that have a column tool_name. */
export const toolUsesSql = `select ${AGENT} as agent, tool_name as tool, count(*)::int as calls,
    count(outcome)::int as outcomes, count(*) filter (lower(outcome) = 'ok')::int as ok
  from events where tool_name is not null and ${AGENT} is not null group by all order by calls desc, agent, tool`;

/** The fields of `ContextDrop`, in order. */
export const contextDropsSql = `with stated as (
    select row, ${AGENT} as agent, input_tokens as after,
      lag(input_tokens) over (partition by ${AGENT}, thread_id order by row) as before
    from events where input_tokens is not null and ${AGENT} is not null
  )
  select agent, row, before::double as before, after::double as after from stated
  where before >= ${CONTEXT_DROP.least} and after <= ${CONTEXT_DROP.share} * before order by row`;

/** Columns of `events` and their types. */
export const columnsSql = `select column_name as name, data_type as type from information_schema.columns
  where table_name = 'events' order by ordinal_position`;

/** Some columns of some rows, in ledger order. */
export const fieldsSql = (columns: readonly string[], rows: readonly LedgerRow[]): string =>
  `select ${['row', ...columns.map(quoteName)].join(', ')} from events where row in (${rows.join(', ')}) order by row`;

/** Texts of some rows. */
export const textsOfRowsSql = (rows: readonly LedgerRow[]): string =>
  `select row, text from events where row in (${rows.join(', ')})`;
