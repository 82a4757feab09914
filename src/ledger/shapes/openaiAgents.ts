import { actReading, type Act } from './acts.ts';
import { answerIn, said, spoken, type Said } from './content.ts';
import { makerOf } from './models.ts';
import type { EventKind, Shape } from './shape.ts';
import { isoOf, msBetween, nanos } from './time.ts';
import { compact, countAt, has, isFields, isList, name, nameAt, pick, type Fields } from './values.ts';

/**
 * OpenAI Agents SDK: traces and spans as a tracing processor or exporter gets them (`export()`). What a response says
 * is not in there: it is read where the processor adds it (`span_data.response`, or `span_data.output`).
 */

const TYPES: Readonly<Record<string, EventKind | undefined>> = {
  response: 'model',
  generation: 'model',
  function: 'tool',
  handoff: 'tool',
  agent: 'agent',
};

const isTrace = (document: unknown): document is Fields =>
  has(document, 'object') && document.object === 'trace' && has(document, 'workflow_name');

const isSpan = (document: unknown): document is Fields =>
  has(document, 'object') && document.object === 'trace.span' && has(document, 'span_data');

/** What is said in the items of a response, or in the messages of a completion; null if it is not there. */
function saidIn(data: unknown): Said | null {
  const items = pick(data, 'response.output');
  if (isList(items)) return said(items);
  const output = pick(data, 'output');
  if (output === undefined) return null;
  const isItems = isList(output) && output.some((item) => has(item, 'type'));
  return isItems ? said(output) : answerIn(output);
}

function textOf(type: string, data: unknown, what: Said | null): string | null | undefined {
  if (type === 'function') {
    const output = pick(data, 'output');
    return output === undefined ? undefined : said(output).text;
  }
  if (type === 'handoff') return `handoff to ${nameAt(data, 'to_agent') ?? ''}`.trim();
  if (type === 'agent') return undefined;
  const stopped = nameAt(data, 'response.status') === 'completed' ? 'stop' : undefined;
  const reasons = [stopped, nameAt(data, 'response.incomplete_details.reason')];
  return spoken(
    what,
    reasons.filter((reason) => reason !== undefined),
  );
}

function actOfSpan(span: Fields): Act | null {
  const trace = nameAt(span, 'trace_id');
  const id = nameAt(span, 'id');
  if (trace === undefined || id === undefined) return null;
  const data = span.span_data;
  const type = nameAt(data, 'type') ?? '';
  const kind: Act['kind'] = TYPES[type] ?? 'other';
  const model = nameAt(data, 'response.model', 'model');
  const what = kind === 'model' ? saidIn(data) : null;
  const start = nanos(pick(span, 'started_at'));
  const end = nanos(pick(span, 'ended_at'));
  const error = nameAt(span, 'error.message');
  return {
    trace,
    id,
    parent: nameAt(span, 'parent_id') ?? trace,
    kind,
    eventId: id,
    context: compact({
      provider: kind === 'model' ? makerOf(model) : undefined,
      agent: type === 'agent' ? nameAt(data, 'name') : nameAt(data, 'data.agent_name', 'from_agent'),
    }),
    speaker: kind === 'tool' ? (nameAt(data, 'name') ?? 'tool') : 'assistant',
    text: textOf(type, data, what),
    row: compact({
      ts: isoOf(end ?? start),
      role: kind === 'tool' ? 'tool' : 'assistant',
      latency_ms: msBetween(start, end),
      input_tokens: countAt(data, 'usage.input_tokens', 'response.usage.input_tokens', 'usage.prompt_tokens'),
      output_tokens: countAt(data, 'usage.output_tokens', 'response.usage.output_tokens', 'usage.completion_tokens'),
      cached_tokens: countAt(
        data,
        'usage.input_tokens_details.cached_tokens',
        'response.usage.input_tokens_details.cached_tokens',
        'usage.prompt_tokens_details.cached_tokens',
      ),
      // The call of a tool that hands over is followed by a span of the hand-over, which names the agent itself.
      handoff_to: nameAt(data, 'to_agent'),
      outcome: isFields(span.error) ? 'error' : 'ok',
      kind: kind === 'other' ? undefined : kind,
      model,
      tool: type === 'function' ? nameAt(data, 'name') : undefined,
      error,
    }),
  };
}

/** The trace itself stands above its spans: it names the dialogue. */
function actOfTrace(trace: Fields): Act | null {
  const id = name(trace.id);
  if (id === undefined) return null;
  const context = compact({ thread: nameAt(trace, 'group_id') });
  return { trace: id, id, parent: undefined, kind: 'other', eventId: id, context, text: undefined, row: {} };
}

export const openaiAgents: Shape = {
  id: 'openai-agents',
  label: 'OpenAI Agents SDK',
  is: (document) => isSpan(document) || isTrace(document),
  hasKinds: true,
  begin: (options) =>
    actReading(
      {
        title: 'Spans of the OpenAI Agents SDK',
        one: 'span',
        actsOf: (document) =>
          [isSpan(document) ? actOfSpan(document) : isTrace(document) ? actOfTrace(document) : null].filter(
            (act) => act !== null,
          ),
        advice: 'Let the processor write span_data.response too (docs/ledger-format.md has one), and record again',
      },
      options,
    ),
};
