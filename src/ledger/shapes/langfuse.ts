import { actReading, type Act } from './acts.ts';
import { answerIn, handoffOf, reasonsIn, spoken } from './content.ts';
import { makerOf } from './models.ts';
import type { EventKind, Shape } from './shape.ts';
import { isoOf, msBetween, nanos } from './time.ts';
import {
  compact,
  countAt,
  has,
  isFields,
  isList,
  name,
  nameAt,
  number,
  numberAt,
  pick,
  unpacked,
  type Fields,
} from './values.ts';

/** Langfuse: observations of traces, from its screen (CSV, JSON, JSONL), its API, and its export to a bucket. */

const TYPES: Readonly<Record<string, EventKind | 'other'>> = {
  GENERATION: 'model',
  TOOL: 'tool',
  AGENT: 'agent',
  SPAN: 'other',
  EVENT: 'other',
  CHAIN: 'other',
  RETRIEVER: 'other',
  EVALUATOR: 'other',
  EMBEDDING: 'other',
  GUARDRAIL: 'other',
};

const MARKS = [
  'parentObservationId',
  'parent_observation_id',
  'completionStartTime',
  'completion_start_time',
  'usageDetails',
  'usage_details',
  'costDetails',
  'cost_details',
  'calculatedTotalCost',
  'providedModelName',
  'provided_model_name',
  'promptTokens',
];

function isObservation(document: unknown): boolean {
  if (!isFields(document) || pick(document, 'traceId', 'trace_id') === undefined) return false;
  if (pick(document, 'id') === undefined || pick(document, 'startTime', 'start_time') === undefined) return false;
  const type = nameAt(document, 'type');
  return (
    (type !== undefined && type in TYPES && ('output' in document || 'traceId' in document)) ||
    MARKS.some((key) => key in document)
  );
}

/** A trace with its observations in it. */
const isTrace = (document: unknown): document is Fields =>
  has(document, 'observations') && isList(document.observations) && document.observations.some(isFields);

const isLangfuse = (document: unknown): boolean =>
  isObservation(document) ||
  (isTrace(document) && (document.observations as readonly unknown[]).some((inner) => has(inner, 'startTime')));

function actOf(observation: Fields, trace: Fields | null): Act | null {
  const traceId = nameAt(observation, 'traceId', 'trace_id') ?? nameAt(trace, 'id');
  const id = nameAt(observation, 'id');
  if (traceId === undefined || id === undefined) return null;
  const kind = TYPES[nameAt(observation, 'type')?.toUpperCase() ?? 'GENERATION'] ?? 'other';
  const metadata = unpacked(observation.metadata);
  const model = nameAt(observation, 'model', 'providedModelName', 'provided_model_name', 'modelId');
  const label = nameAt(observation, 'name');
  const agent =
    nameAt(metadata, 'agent', 'agent_name', 'agentName', 'langgraph_node', 'attributes.gen_ai.agent.name') ??
    (kind === 'agent' ? label : undefined);
  const start = nanos(pick(observation, 'startTime', 'start_time'));
  const end = nanos(pick(observation, 'endTime', 'end_time'));
  const seconds = numberAt(observation, 'latency');
  const raw = unpacked(pick(observation, 'output'));
  const answer = raw === undefined ? null : answerIn(raw);
  const reasons = reasonsIn(raw);
  const level = nameAt(observation, 'level');
  const usage = unpacked(pick(observation, 'usageDetails', 'usage_details') ?? observation.usage);
  const cost = unpacked(pick(observation, 'costDetails', 'cost_details'));
  return {
    trace: traceId,
    id,
    parent: nameAt(observation, 'parentObservationId', 'parent_observation_id'),
    kind,
    eventId: id,
    context: compact({
      provider:
        nameAt(metadata, 'ls_provider', 'provider', 'attributes.gen_ai.provider.name', 'attributes.gen_ai.system') ??
        makerOf(model),
      agent,
      thread: nameAt(observation, 'sessionId', 'session_id') ?? nameAt(trace, 'sessionId', 'session_id'),
    }),
    speaker: label,
    text: kind === 'other' ? undefined : spoken(answer, reasons),
    row: compact({
      ts: isoOf(start ?? end),
      role: kind === 'tool' ? 'tool' : 'assistant',
      latency_ms: msBetween(start, end) ?? (seconds === undefined ? undefined : Math.round(seconds * 1e6) / 1e3),
      input_tokens: countAt(usage, 'input', 'promptTokens') ?? countAt(observation, 'promptTokens', 'inputUsage'),
      output_tokens:
        countAt(usage, 'output', 'completionTokens') ?? countAt(observation, 'completionTokens', 'outputUsage'),
      cached_tokens: countAt(usage, 'input_cached_tokens', 'cache_read_input_tokens', 'input_cache_read'),
      cost_usd: number(pick(observation, 'totalCost', 'calculatedTotalCost', 'total_cost')) ?? numberAt(cost, 'total'),
      handoff_to: answer?.handoff ?? (kind === 'tool' ? handoffOf(label) : undefined),
      outcome: level === 'ERROR' ? 'error' : 'ok',
      kind: kind === 'other' ? undefined : kind,
      span_name: label,
      model,
      error: level === 'ERROR' ? name(pick(observation, 'statusMessage', 'status_message')) : undefined,
    }),
  };
}

function actsOf(document: unknown): readonly Act[] {
  if (!isFields(document)) return [];
  const observations = isTrace(document) ? (document.observations as readonly unknown[]) : [document];
  const trace = isTrace(document) ? document : null;
  return observations
    .filter(isFields)
    .map((observation) => actOf(observation, trace))
    .filter((act) => act !== null);
}

export const langfuse: Shape = {
  id: 'langfuse',
  label: 'Langfuse',
  is: isLangfuse,
  hasKinds: true,
  begin: (options) =>
    actReading(
      {
        title: 'Langfuse observations',
        one: 'observation',
        actsOf,
        advice: 'Export them with their output',
      },
      options,
    ),
};
