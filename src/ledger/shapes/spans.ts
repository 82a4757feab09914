import type { Act } from './acts.ts';
import { answerIn, handoffOf, roleOf, said, saidBy, spoken, type Said } from './content.ts';
import type { EventKind } from './shape.ts';
import { makerOf } from './models.ts';
import { isoOf, msBetween, type Nanos } from './time.ts';
import {
  compact,
  countAt,
  has,
  isFields,
  isList,
  name,
  nameAt,
  numberAt,
  pick,
  unpacked,
  type Fields,
} from './values.ts';

export interface SpanEvent {
  readonly name: string;
  readonly attributes: Fields;
}

/** A span of any tracer. */
export interface Span {
  readonly trace: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly isClient: boolean;
  readonly start: Nanos | null;
  readonly end: Nanos | null;
  /** By dotted name, nested ones flattened. */
  readonly attributes: Fields;
  readonly resource: Fields;
  readonly events: readonly SpanEvent[];
  readonly failed: boolean;
  readonly message: string | undefined;
  /** True of a log record that belongs to the span. */
  readonly isLog?: boolean;
}

const OPERATIONS: Readonly<Record<string, EventKind>> = {
  chat: 'model',
  generate_content: 'model',
  text_completion: 'model',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  invoke_workflow: 'agent',
};
const OPENINFERENCE: Readonly<Record<string, EventKind>> = { LLM: 'model', TOOL: 'tool', AGENT: 'agent' };
const TRACELOOP: Readonly<Record<string, EventKind>> = { tool: 'tool', agent: 'agent' };
const LANGFUSE: Readonly<Record<string, EventKind>> = { GENERATION: 'model', TOOL: 'tool', AGENT: 'agent' };
const REQUESTS: Readonly<Record<string, EventKind>> = { chat: 'model', completion: 'model' };

/** What states a span's kind, the newest convention first; a value that is not in the table is context only. */
const STATED: readonly (readonly [string, Readonly<Record<string, EventKind>>])[] = [
  ['gen_ai.operation.name', OPERATIONS],
  ['openinference.span.kind', OPENINFERENCE],
  ['traceloop.span.kind', TRACELOOP],
  ['llm.request.type', REQUESTS],
  ['langfuse.observation.type', LANGFUSE],
];
const MODEL_ATTRIBUTES =
  /^(?:gen_ai\.(?:output\.messages|completion|prompt|response\.model|request\.model)|llm\.output_messages)(?:\.|$)/;
const OUTPUT_EVENTS = /^gen_ai\.(?:choice|content\.completion|client\.inference\.operation\.details)$/;

function kindOf(span: Span): Act['kind'] {
  const { attributes } = span;
  for (const [key, kinds] of STATED) {
    const stated = name(attributes[key]);
    if (stated !== undefined && stated !== 'UNKNOWN') return kinds[stated] ?? kinds[stated.toUpperCase()] ?? 'other';
  }
  if (a2aOf(span).state !== undefined) return 'agent';
  const byName = OPERATIONS[span.name.split(' ', 1)[0]];
  if (byName) return byName;
  if (attributes['gen_ai.tool.call.result'] !== undefined || attributes['gen_ai.tool.name'] !== undefined)
    return 'tool';
  const isModel =
    Object.keys(attributes).some((key) => MODEL_ATTRIBUTES.test(key)) ||
    span.events.some((event) => OUTPUT_EVENTS.test(event.name));
  return isModel ? 'model' : 'other';
}

/** What an attribute holds, whether as JSON text, as a structure, or flattened to names (`x.0.role`). */
function nested(attributes: Fields, path: string): unknown {
  const whole = unpacked(attributes[path]);
  if (whole !== undefined && whole !== null) return whole;
  const prefix = `${path}.`;
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let isEmpty = true;
  for (const [key, value] of Object.entries(attributes)) {
    // A table of spans has every name that any has, empty where this one has none.
    if (!key.startsWith(prefix) || value === null || value === undefined) continue;
    isEmpty = false;
    const steps = key.slice(prefix.length).split('.');
    let at = root;
    for (const step of steps.slice(0, -1)) {
      if (!isFields(at[step])) at[step] = Object.create(null);
      at = at[step] as Record<string, unknown>;
    }
    at[steps[steps.length - 1]] = value;
  }
  return isEmpty ? undefined : listed(root);
}

/** Objects whose names are numbers as lists. */
function listed(value: unknown): unknown {
  if (!isFields(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, listed(inner)] as const);
  return entries.every(([key]) => /^\d+$/.test(key))
    ? entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, inner]) => inner)
    : Object.fromEntries(entries);
}

interface Output {
  readonly said: Said;
  readonly role?: string;
  readonly reasons: readonly string[];
}

const outputOf = (what: Said, message?: unknown): Output => ({
  said: what,
  role: roleOf(pick(message, 'role')),
  reasons: [name(pick(message, 'finish_reason', 'finishReason'))].filter((reason) => reason !== undefined),
});

/** Of several messages the first that says something. */
function firstSaid(messages: unknown, of: (message: unknown) => Said): Output | null {
  const list = isList(messages) ? messages : isFields(messages) ? [messages] : [];
  const outputs = list.map((message) => outputOf(of(message), message));
  return outputs.length === 0
    ? null
    : { ...(outputs.find((output) => output.said.text !== null) ?? outputs[0]), role: outputs[0].role };
}

function openInferenceSaid(message: unknown): Said {
  const contents = pick(message, 'contents');
  const calls = pick(message, 'tool_calls');
  return said(
    pick(message, 'content') ??
      (isList(contents) ? contents.map((part) => pick(part, 'message_content') ?? part) : null),
    isList(calls) ? calls.map((call) => pick(call, 'tool_call') ?? call) : undefined,
  );
}

/** What an event of a span, or a log record of one, says was answered. */
function eventOutput({ name: event, attributes }: SpanEvent): Output | null {
  if (!OUTPUT_EVENTS.test(event)) return null;
  const messages = firstSaid(nested(attributes, 'gen_ai.output.messages'), saidBy);
  if (messages) return messages;
  const body =
    unpacked(attributes['gen_ai.event.content']) ?? nested(attributes, 'body') ?? nested(attributes, 'message');
  if (body !== undefined) {
    const message = pick(body, 'message') ?? body;
    const { said: what, role, reasons } = outputOf(isFields(message) ? saidBy(message) : said(message), message);
    const reason = nameAt(body, 'finish_reason') ?? name(attributes.finish_reason);
    const calls = pick(body, 'tool_calls');
    return {
      said: what.text === null && calls !== undefined ? said(null, calls) : what,
      role,
      reasons: reason === undefined ? reasons : [...reasons, reason],
    };
  }
  const plain = attributes['gen_ai.completion'] ?? attributes.content;
  return plain === undefined ? null : outputOf(answerIn(plain));
}

const VALUES: Readonly<Record<EventKind, readonly string[]>> = {
  model: ['output.value', 'traceloop.entity.output', 'langfuse.observation.output', 'gen_ai.completion'],
  tool: ['gen_ai.tool.call.result', 'output.value', 'traceloop.entity.output', 'langfuse.observation.output'],
  agent: ['output.value', 'traceloop.entity.output', 'langfuse.observation.output', 'final_result'],
};

/** What a span gave back; null if that was not captured. */
function outputIn(span: Span, kind: EventKind): Output | null {
  const { attributes, events } = span;
  if (kind !== 'tool') {
    const completions = nested(attributes, 'gen_ai.completion');
    const found =
      firstSaid(nested(attributes, 'gen_ai.output.messages'), saidBy) ??
      (isList(completions) ? firstSaid(completions, saidBy) : null) ??
      firstSaid(unwrapped(nested(attributes, 'llm.output_messages')), openInferenceSaid);
    if (found) return found;
  }
  for (const event of events) {
    const found = eventOutput(event);
    if (found) return found;
  }
  for (const key of VALUES[kind]) {
    const value = attributes[key];
    if (value === undefined || value === null) continue;
    return outputOf(kind === 'tool' && typeof value === 'string' && !isMessage(value) ? said(value) : answerIn(value));
  }
  return null;
}

/** A tool may give back any JSON: only what is plainly a message is looked into. */
const isMessage = (value: string): boolean => {
  const held = unpacked(value);
  return (
    isFields(held) &&
    (has(held, 'role') || has(held, 'kwargs') || has(held.data, 'content') || typeof held.content === 'string')
  );
};

const unwrapped = (messages: unknown): unknown =>
  isList(messages) ? messages.map((entry) => pick(entry, 'message') ?? entry) : messages;

function finishReasons(attributes: Fields, output: Output | null): string[] {
  const stated = unpacked(attributes['gen_ai.response.finish_reasons'] ?? attributes['llm.finish_reason']);
  const list = isList(stated) ? stated : [stated];
  return [...list.map(name), ...(output?.reasons ?? [])].filter((reason) => reason !== undefined);
}

/** What a span of an agent-to-agent call says of the task, and of the agent that is called. */
function a2aOf({ attributes, isClient }: Span): { state?: string; target?: string } {
  const keys = Object.keys(attributes).filter((key) => /(?:^|\.)a2a\./.test(key));
  if (keys.length === 0) return {};
  const valueOf = (pattern: RegExp): string | undefined =>
    name(attributes[keys.find((key) => pattern.test(key)) ?? '']);
  return {
    state: valueOf(/(?:task|status).*state$|state$/),
    target: isClient
      ? (valueOf(/target.*agent|agent.*(?:name|id)$/) ?? name(attributes['gen_ai.agent.name']))
      : undefined,
  };
}

function outcomeOf(span: Span, state: string | undefined): string {
  if (span.failed || span.attributes['error.type'] !== undefined) return 'error';
  const word = (state ?? '').toUpperCase().replaceAll('-', '_');
  if (/(?:^|_)(?:FAILED|REJECTED)$/.test(word)) return 'error';
  return /(?:^|_)(?:INPUT_REQUIRED|AUTH_REQUIRED)$/.test(word) ? 'escalated' : 'ok';
}

const AGENT = ['gen_ai.agent.name', 'gen_ai.agent.id', 'agent.name', 'graph.node.name'];
const PROVIDER = ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system'];
const THREAD = [
  'gen_ai.conversation.id',
  'traceloop.association.properties.session_id',
  'session.id',
  'langfuse.session.id',
];
const flat = (attributes: Fields, names: readonly string[]): string | undefined => {
  for (const key of names) {
    const found = name(attributes[key]);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The node of a graph of LangGraph that a span is of, as instrumentations pass it on. */
function graphNode(attributes: Fields): string | undefined {
  const { metadata } = attributes;
  return (
    flat(attributes, ['traceloop.association.properties.langgraph_node', 'metadata.langgraph_node']) ??
    (typeof metadata === 'string' && metadata.includes('langgraph_node')
      ? nameAt(unpacked(metadata), 'langgraph_node')
      : undefined)
  );
}

const LANGFUSE_MODEL = 'langfuse.observation.model.name';
const LANGFUSE_TYPE = 'langfuse.observation.type';
const isLangfuseAgent = (attributes: Fields): boolean => name(attributes[LANGFUSE_TYPE])?.toUpperCase() === 'AGENT';

const contextOf = ({ attributes, resource, name: label }: Span): Act['context'] =>
  compact({
    provider: flat(attributes, PROVIDER) ?? makerOf(name(attributes[LANGFUSE_MODEL])),
    agent: flat(attributes, AGENT) ?? graphNode(attributes) ?? (isLangfuseAgent(attributes) ? label : undefined),
    thread: flat(attributes, THREAD),
    version: name(attributes['gen_ai.agent.version']),
    instance: name(resource['service.instance.id'] ?? attributes['service.instance.id']),
  });

function vectorOf(attributes: Fields): readonly number[] | undefined {
  const vector = unpacked(attributes['embedding.embeddings.0.embedding.vector']);
  return isList(vector) && vector.length > 0 && vector.every((value) => typeof value === 'number') ? vector : undefined;
}

/** The service stands for the agent; where Langfuse's SDK left it unset, the name of the observation does. */
const serviceOf = ({ attributes, resource, name: label }: Span): Pick<Act, 'service' | 'speaker'> => {
  const service = name(resource['service.name']);
  return attributes[LANGFUSE_TYPE] !== undefined && /^unknown_service\b/.test(service ?? 'unknown_service')
    ? { speaker: label }
    : { service };
};

function usageOf(attributes: Fields): Fields {
  const counts = unpacked(attributes['langfuse.observation.usage_details']);
  const costs = unpacked(attributes['langfuse.observation.cost_details']);
  return {
    input_tokens:
      countAt(attributes, 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt') ??
      countAt(counts, 'input'),
    output_tokens:
      countAt(
        attributes,
        'gen_ai.usage.output_tokens',
        'gen_ai.usage.completion_tokens',
        'llm.token_count.completion',
      ) ?? countAt(counts, 'output'),
    cached_tokens:
      countAt(
        attributes,
        'gen_ai.usage.cache_read.input_tokens',
        'gen_ai.usage.cache_read_input_tokens',
        'gen_ai.usage.cached_tokens',
        'llm.token_count.prompt_details.cache_read',
      ) ?? countAt(counts, 'input_cached_tokens', 'cache_read_input_tokens'),
    cost_usd: numberAt(attributes, 'gen_ai.usage.cost', 'llm.cost.total') ?? numberAt(costs, 'total'),
  };
}

const TRANSFER = /^handoff to (.+)$/i;

/** A span as an act, by the GenAI conventions (current and older), OpenLLMetry and OpenInference. */
export function actOfSpan(span: Span): Act {
  const { attributes } = span;
  const kind = kindOf(span);
  const act = {
    trace: span.trace,
    id: span.id,
    parent: span.parent,
    eventId: `${span.trace}:${span.id}`,
    context: contextOf(span),
    ...serviceOf(span),
    ...(span.isLog ? { isNote: true } : {}),
  };
  if (kind === 'other') return { ...act, kind, text: undefined, row: {} };
  const output = outputIn(span, kind);
  const reasons = finishReasons(attributes, output);
  const { state, target } = a2aOf(span);
  const tool =
    kind === 'tool' ? nameAt(attributes, 'gen_ai.tool.name', 'tool.name', 'traceloop.entity.name') : undefined;
  const handedTo = TRANSFER.exec(span.name)?.[1];
  const text = spoken(output?.said ?? null, reasons);
  return {
    ...act,
    kind,
    text: text ?? (kind === 'tool' && handedTo !== undefined ? span.name : text),
    row: compact({
      ts: isoOf(span.end ?? span.start),
      role: kind === 'tool' ? 'tool' : (output?.role ?? 'assistant'),
      latency_ms: msBetween(span.start, span.end),
      ...usageOf(attributes),
      handoff_to: target ?? output?.said.handoff ?? handoffOf(tool) ?? handedTo,
      outcome: outcomeOf(span, state),
      embedding: vectorOf(attributes),
      kind,
      span_name: span.name,
      model: flat(attributes, ['gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name', LANGFUSE_MODEL]),
      tool,
      finish_reason: reasons[0],
      error: name(attributes['error.type']) ?? (span.failed ? span.message : undefined),
    }),
  };
}
