import { actReading, type Act } from './acts.ts';
import { answerIn, handoffOf, reasonsIn, spoken } from './content.ts';
import { makerOf } from './models.ts';
import type { EventKind, Shape } from './shape.ts';
import { isoOf, msBetween, nanos } from './time.ts';
import { compact, countAt, has, isFields, isList, name, nameAt, numberAt, pick, unpacked } from './values.ts';

/** LangSmith: runs of traces, from its bulk export (Parquet) or its API (JSON). `session_id` is the project. */

const TYPES: Readonly<Record<string, EventKind | undefined>> = { llm: 'model', tool: 'tool' };

const isRun = (document: unknown): boolean =>
  has(document, 'run_type') &&
  pick(document, 'id', 'run_id') !== undefined &&
  pick(document, 'start_time') !== undefined &&
  pick(document, 'trace_id', 'dotted_order', 'session_id', 'parent_run_id') !== undefined;

/** The message of LangChain in the outputs of a call, which states model and tokens; undefined where there is none. */
const messageIn = (outputs: unknown): unknown => {
  const generations = pick(unpacked(outputs), 'generations');
  const first = isList(generations) ? generations[0] : undefined;
  return pick(isList(first) ? first[0] : first, 'message.kwargs', 'message.data', 'message');
};

function actOf(run: unknown): Act | null {
  if (!isFields(run)) return null;
  const id = nameAt(run, 'id', 'run_id');
  if (id === undefined) return null;
  const trace = nameAt(run, 'trace_id') ?? id;
  const type = nameAt(run, 'run_type')?.toLowerCase() ?? '';
  const kind: Act['kind'] = TYPES[type] ?? 'other';
  const extra = unpacked(run.extra);
  const metadata = unpacked(pick(extra, 'metadata') ?? run.metadata);
  const label = nameAt(run, 'name');
  const message = messageIn(pick(run, 'outputs', 'output'));
  const model =
    nameAt(metadata, 'ls_model_name') ??
    nameAt(extra, 'invocation_params.model') ??
    nameAt(message, 'response_metadata.model_name');
  const usage = pick(message, 'usage_metadata') ?? pick(metadata, 'usage_metadata');
  const start = nanos(pick(run, 'start_time'));
  const end = nanos(pick(run, 'end_time'));
  const raw = unpacked(pick(run, 'outputs', 'output'));
  const answer = raw === undefined || (isFields(raw) && Object.keys(raw).length === 0) ? null : answerIn(raw);
  const reasons = reasonsIn(raw);
  const error = name(run.error);
  return {
    trace,
    id,
    parent: nameAt(run, 'parent_run_id'),
    kind,
    eventId: id,
    context: compact({
      provider: nameAt(metadata, 'ls_provider') ?? makerOf(model),
      agent: nameAt(metadata, 'agent_name', 'lc_agent_name', 'langgraph_node', 'agent'),
      thread: nameAt(metadata, 'thread_id', 'conversation_id'),
    }),
    speaker: label,
    text: kind === 'other' ? undefined : spoken(answer, reasons),
    row: compact({
      ts: isoOf(end ?? start),
      role: kind === 'tool' ? 'tool' : 'assistant',
      latency_ms: msBetween(start, end),
      input_tokens: countAt(run, 'prompt_tokens', 'input_tokens') ?? countAt(usage, 'input_tokens'),
      output_tokens: countAt(run, 'completion_tokens', 'output_tokens') ?? countAt(usage, 'output_tokens'),
      cached_tokens: countAt(usage, 'input_token_details.cache_read'),
      cost_usd: numberAt(run, 'total_cost'),
      handoff_to: answer?.handoff ?? (kind === 'tool' ? handoffOf(label) : undefined),
      outcome: error !== undefined || nameAt(run, 'status') === 'error' ? 'error' : 'ok',
      kind: kind === 'other' ? undefined : kind,
      span_name: label,
      model,
      error,
    }),
  };
}

export const langsmith: Shape = {
  id: 'langsmith',
  label: 'LangSmith',
  is: isRun,
  hasKinds: true,
  begin: (options) =>
    actReading(
      {
        title: 'LangSmith runs',
        one: 'run',
        actsOf: (document) => [actOf(document)].filter((act) => act !== null),
        advice: 'Export them with their outputs',
      },
      options,
    ),
};
