import { at, has, isFields, isList, json, name, unpacked } from './values.ts';

/** What a message says, in whatever parts it is written. */
export interface Said {
  /** Null if it says nothing. */
  readonly text: string | null;
  /** The agent that is handed control by a tool call such as transfer_to_X. */
  readonly handoff?: string;
  /** True if a part is the result of a tool. */
  readonly isResult: boolean;
  /** True if it is a refusal, stated as such. */
  readonly isRefusal: boolean;
}

interface Parts {
  readonly texts: string[];
  readonly calls: { readonly name: string; readonly text: string }[];
  isResult: boolean;
  isRefusal: boolean;
}

const CALLS = /^(?:tool_call|tool_use|function_call|tool-call|function|server_tool_use)$/;
const RESULTS =
  /^(?:tool_result|tool_call_response|tool-result|function_call_output|tool_response|server_tool_result)$/;
const UNSAID =
  /^(?:reasoning|thinking|redacted_thinking|reasoning_content|reasoning_text|image|image_url|audio|file|blob|uri)/;
const MAX_DEPTH = 8;

function collect(value: unknown, parts: Parts, depth: number): void {
  if (value === null || value === undefined || depth > MAX_DEPTH) return;
  if (typeof value === 'string') parts.texts.push(value);
  else if (isList(value)) for (const part of value) collect(part, parts, depth + 1);
  else if (isFields(value)) {
    const type = name(value.type) ?? '';
    if (CALLS.test(type)) parts.calls.push(callOf(value));
    else if (RESULTS.test(type)) {
      parts.isResult = true;
      collect(value.content ?? value.response ?? value.result ?? value.output, parts, depth + 1);
    } else if (type === 'refusal' || has(value, 'refusal')) {
      parts.isRefusal ||= typeof value.refusal === 'string' && value.refusal !== '';
      if (type !== 'refusal') collect(value.text ?? value.content, parts, depth + 1);
    } else if (!UNSAID.test(type)) {
      collect(value.text ?? value.content ?? value.parts ?? value.value, parts, depth + 1);
    }
  } else if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    parts.texts.push(String(value));
}

function callOf(call: unknown): { name: string; text: string } {
  const called = name(at(call, 'function.name') ?? at(call, 'name') ?? at(call, 'toolName') ?? at(call, 'function'));
  const given = at(call, 'function.arguments') ?? at(call, 'arguments') ?? at(call, 'input') ?? at(call, 'args');
  const tool = called ?? 'tool';
  return { name: tool, text: `${tool}(${given === undefined || given === null ? '' : json(given)})` };
}

/** The agent that a tool of such a name hands control to. */
export const handoffOf = (tool: string | undefined): string | undefined =>
  /^(?:transfer|hand_?off|delegate)_(?:back_)?to_(.+)$/i.exec(tool ?? '')?.[1];

/**
 * The text parts of a message's content; without any, the tools that it calls, as `name(arguments)`. Reasoning is
 * nothing said.
 * @param calls beside the content, as OpenAI has them
 */
export function said(content: unknown, calls?: unknown): Said {
  const parts: Parts = { texts: [], calls: [], isResult: false, isRefusal: false };
  collect(content, parts, 0);
  for (const call of isList(calls) ? calls : calls ? [calls] : []) parts.calls.push(callOf(call));
  const text = parts.texts.filter((part) => part.trim() !== '').join('\n');
  const handoff = parts.calls.map((call) => handoffOf(call.name)).find((to) => to !== undefined);
  return {
    text: text === '' ? parts.calls.map((call) => call.text).join('\n') || null : text,
    ...(handoff === undefined ? {} : { handoff }),
    isResult: parts.isResult,
    isRefusal: parts.isRefusal && text === '',
  };
}

/** A message's content and tool calls in their usual places. */
export const saidBy = (message: unknown): Said => {
  const held =
    has(message, 'kwargs') || has(message, 'data') ? (at(message, 'kwargs') ?? at(message, 'data')) : message;
  return said(
    isFields(held) && typeof held.refusal === 'string' && held.refusal !== '' && !held.content
      ? { type: 'refusal', refusal: held.refusal }
      : (at(held, 'content') ?? at(held, 'value') ?? at(held, 'text') ?? at(held, 'parts')),
    at(held, 'tool_calls') ?? at(held, 'toolCalls') ?? at(held, 'function_call'),
  );
};

const ROLES: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  function_call: 'assistant',
  function: 'tool',
  observation: 'tool',
  developer: 'system',
};

/** A role in the usual words; undefined where a message states none. */
export function roleOf(role: unknown): string | undefined {
  const found = name(role)?.toLowerCase();
  return found === undefined ? undefined : (ROLES[found] ?? found);
}

/** True of a part of a message's content, not of a message or what holds one. */
const isPart = (part: unknown): boolean =>
  isFields(part) && typeof part.type === 'string' && !['role', 'data', 'message', 'kwargs'].some((key) => key in part);

/** Where an answer stands in what model calls give back, the likeliest first. */
const ANSWERS = ['generations', 'choices', 'candidates', 'messages', 'message', 'output', 'content', 'completion'];
const FURTHER = [
  'text',
  'answer',
  'response',
  'result',
  'final_output',
  'results',
  'outputs',
  'kwargs',
  'parts',
  'value',
];

/**
 * The answer in the output of a model, tool or agent, whatever library wrote it: plain text, content in parts, a
 * message, a list of messages (the last), generations or choices. An object of none of these is its JSON text.
 */
export function answerIn(output: unknown): Said {
  const value = unpacked(output);
  const found = answer(value, 0);
  return found ?? said(value === null || value === undefined ? null : json(value));
}

function answer(value: unknown, depth: number): Said | null {
  if (depth > MAX_DEPTH || value === null || value === undefined) return null;
  if (typeof value !== 'object') return said(value);
  if (isList(value)) {
    if (value.length === 0) return said(null);
    if (value.every(isPart)) return said(value);
    return answer(value[value.length - 1], depth + 1);
  }
  if (has(value, 'tool_calls') || has(value, 'role') || has(at(value, 'data'), 'content')) return saidBy(value);
  for (const key of [...ANSWERS, ...FURTHER]) {
    if (!has(value, key) || value[key] === null) continue;
    const inner = answer(unpacked(value[key]), depth + 1);
    if (inner) return inner;
  }
  return null;
}

const WITHHELD = /^(?:content_filter|refusal)$/i;
const COMPLETE = /^(?:stop|end_turn)$/i;

/** An answer to the ledger: its text; null, a void event, if nothing was said; undefined if none was captured. */
export function spoken(what: Said | null, reasons: readonly string[]): string | null | undefined {
  if (what?.isRefusal || reasons.some((reason) => WITHHELD.test(reason))) return null;
  if (!what) return undefined;
  return what.text ?? (reasons.some((reason) => COMPLETE.test(reason)) ? null : undefined);
}

/** Why a model stopped, as its output states it; empty where it does not. */
export function reasonsIn(output: unknown, depth = 0): string[] {
  const value = unpacked(output);
  if (depth > MAX_DEPTH || value === null || typeof value !== 'object') return [];
  if (isList(value)) return value.length === 0 ? [] : reasonsIn(value[value.length - 1], depth + 1);
  const stated = name(at(value, 'finish_reason') ?? at(value, 'finishReason') ?? at(value, 'stop_reason'));
  if (stated !== undefined) return [stated];
  for (const key of [
    'generations',
    'choices',
    'generation_info',
    'response_metadata',
    'message',
    'kwargs',
    'messages',
  ]) {
    const found = has(value, key) ? reasonsIn(value[key], depth + 1) : [];
    if (found.length > 0) return found;
  }
  return [];
}
