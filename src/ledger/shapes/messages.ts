import { counted } from '../../core/format.ts';
import { roleOf, saidBy } from './content.ts';
import { lineShape } from './lines.ts';
import { recordReading, type Records } from './records.ts';
import { type Shape, type ShapeRow } from './shape.ts';
import { isoOf, nanos } from './time.ts';
import { compact, countAt, has, isFields, isList, nameAt, numberAt, pick, unpacked, type Fields } from './values.ts';

/**
 * Whole dialogues: a document holds a list of messages (OpenAI, Anthropic, ShareGPT, WildChat, LMSYS, AutoGen, agents'
 * trajectories), or several such lists (tau-bench, Inspect).
 */

const LISTS = [
  'messages',
  'conversations',
  'conversation',
  'chat_history',
  'history',
  'traj',
  'trajectory',
  'dialogue',
];
const THREADS = [
  'thread_id',
  'conversation_id',
  'conversation_hash',
  'session_id',
  'sessionId',
  'chat_id',
  'dialogue_id',
  'instance_id',
  'id',
  'question_id',
  'task_id',
];
const SIDES = ['a', 'b'] as const;

/** True of a list that begins with messages: something said by somebody. */
function isMessages(value: unknown): value is readonly unknown[] {
  const list = unpacked(value);
  if (!isList(list) || list.length === 0) return false;
  return list.slice(0, 3).every((message) => isMessage(message) || isStep(message));
}
const isMessage = (message: unknown): boolean =>
  isFields(message) &&
  ['role', 'from', 'source', 'name', 'type'].some((key) => typeof message[key] === 'string') &&
  ['content', 'value', 'tool_calls', 'text', 'parts', 'data', 'kwargs'].some((key) => key in message);
/** Of a trajectory that has steps, not messages. */
const isStep = (step: unknown): boolean => has(step, 'action') && has(step, 'observation');

interface Dialogue {
  readonly messages: readonly unknown[];
  readonly thread: string | undefined;
  readonly model: string | undefined;
  readonly kept: ShapeRow;
}

const listIn = (document: Fields): readonly unknown[] | null => {
  for (const key of LISTS)
    if (key in document && isMessages(document[key])) return unpacked(document[key]) as unknown[];
  return null;
};

/** A dialogue that states nothing of itself. */
const ALONE: Dialogue = { messages: [], thread: undefined, model: undefined, kept: {} };

/** What a dialogue states of itself that is worth a column. */
const keptOf = (document: unknown): ShapeRow =>
  compact({
    language: nameAt(document, 'language'),
    task: nameAt(document, 'task_id', 'question_id', 'instance_id'),
    reward: numberAt(document, 'reward', 'reward_info.reward')?.toString(),
  });

/** The dialogues of a document; null if it holds none. */
function dialoguesOf(document: unknown, depth = 0): Dialogue[] | null {
  if (isList(document)) return isMessages(document) ? [{ ...ALONE, messages: document }] : null;
  if (!isFields(document)) return null;
  const { conversation_a: first, conversation_b: second } = document;
  if (isMessages(first) && isMessages(second)) {
    return SIDES.map((side) => ({
      messages: unpacked(document[`conversation_${side}`]) as unknown[],
      thread: threadOf(document, `/${side}`),
      model: nameAt(document, `model_${side}`),
      kept: keptOf(document),
    }));
  }
  const messages = listIn(document);
  if (messages) {
    const model = nameAt(document, 'model', 'model_name', 'info.model', 'eval.model');
    return [{ messages, thread: threadOf(document), model, kept: keptOf(document) }];
  }
  for (const key of ['samples', 'simulations', 'results', 'trajectories', 'conversations', 'threads', 'data']) {
    const list = document[key];
    if (depth > 0 || !isList(list)) continue;
    const inner = list.flatMap((part) => dialoguesOf(part, 1) ?? []);
    const model = nameAt(document, 'eval.model', 'info.agent_info.llm', 'model');
    if (inner.length > 0) return inner.map((dialogue) => ({ ...dialogue, model: dialogue.model ?? model }));
  }
  return null;
}

function threadOf(document: Fields, suffix = ''): string | undefined {
  const id = nameAt(document, ...THREADS);
  const again = nameAt(document, 'epoch', 'trial');
  return id === undefined ? undefined : `${id}${again === undefined ? '' : `/${again}`}${suffix}`;
}

/** The messages of a step: what the agent did, and what it saw then. */
function stepMessages(step: unknown): readonly unknown[] {
  if (!isStep(step) || has(step, 'role')) return [step];
  return [
    { role: 'assistant', content: pick(step, 'response', 'thought', 'action') },
    { role: 'tool', content: pick(step, 'observation') },
  ];
}

/** Where messages of LangChain have something, in each of the ways that they are written. */
const within = (path: string): readonly string[] => [path, `kwargs.${path}`, `data.${path}`];
const MODEL_NAME = within('response_metadata.model_name');
const INPUT_TOKENS = [
  'usage.prompt_tokens',
  'usage.input_tokens',
  'models_usage.prompt_tokens',
  ...within('usage_metadata.input_tokens'),
];
const OUTPUT_TOKENS = [
  'usage.completion_tokens',
  'usage.output_tokens',
  'models_usage.completion_tokens',
  ...within('usage_metadata.output_tokens'),
];
const CACHED_TOKENS = [
  'usage.prompt_tokens_details.cached_tokens',
  'usage.cache_read_input_tokens',
  ...within('usage_metadata.input_token_details.cache_read'),
];

const USUAL_ROLES = ['system', 'user', 'assistant', 'tool'];

function rowOf(message: unknown, { model, kept }: Dialogue, thread: string | undefined): ShapeRow {
  const what = saidBy(message);
  const type = nameAt(message, 'message_type', 'type');
  const raw = nameAt(message, 'role', 'from', 'data.role', 'kwargs.role') ?? messageType(type, message);
  const stated = roleOf(raw);
  const isTool = what.isResult || stated === 'tool' || type === 'observation';
  const isUsual = stated === undefined || USUAL_ROLES.includes(stated);
  const named =
    nameAt(message, 'name', 'data.name', 'kwargs.name') ??
    (isTool ? nameAt(message, 'function') : undefined) ??
    (raw === undefined ? nameAt(message, 'source') : undefined);
  // A role that is none of the usual ones is the name of an agent.
  const speaker = named ?? (isUsual ? undefined : raw);
  const role = isTool ? 'tool' : isUsual ? (stated ?? (speaker === 'user' ? 'user' : 'assistant')) : 'assistant';
  const spokenBy = nameAt(message, 'model', 'model_name', 'extra.response.model', ...MODEL_NAME) ?? model;
  return {
    ...kept,
    ...compact({
      ts: isoOf(nanos(pick(message, 'timestamp', 'created_at', 'createdAt', 'ts', 'time'))),
      provider_id: spokenBy === undefined ? undefined : role === 'assistant' ? spokenBy : role,
      agent_id: speaker ?? role,
      thread_id: thread,
      text: what.text,
      role,
      input_tokens: countAt(message, ...INPUT_TOKENS),
      output_tokens: countAt(message, ...OUTPUT_TOKENS),
      cached_tokens: countAt(message, ...CACHED_TOKENS),
      cost_usd: numberAt(message, 'cost'),
      handoff_to: what.handoff,
    }),
  };
}

/** Messages of LangChain state their role as their type. */
const messageType = (type: string | undefined, message: unknown): string | undefined =>
  type === 'constructor'
    ? nameAt(message, 'id.3')?.replace(/Message(?:Chunk)?$/, '')
    : /^(?:human|ai|system|tool|user|assistant)$/i.test(type ?? '')
      ? type
      : undefined;

function recordsOf(document: unknown, number: number): Records {
  const dialogues = dialoguesOf(document) ?? [];
  let empty = 0;
  const rows = dialogues.flatMap((dialogue, i) => {
    const fallback = dialogues.length > 1 ? `${number}/${i + 1}` : String(number);
    const thread = dialogue.thread ?? fallback;
    return dialogue.messages.flatMap(stepMessages).flatMap((message) => {
      if (isFields(message)) return [rowOf(message, dialogue, thread)];
      empty++;
      return [];
    });
  });
  const alone = dialogues.length === 0 ? 1 : 0;
  return {
    rows,
    threads: dialogues.length,
    leftOut: { 'without messages': alone, 'that are no messages': empty },
  };
}

export const messages: Shape = {
  id: 'messages',
  label: 'lists of messages',
  is: (document) => {
    const found = dialoguesOf(document);
    return found !== null && !isLedgerRow(document);
  },
  hasKinds: false,
  begin: () =>
    recordReading(
      () => {
        let number = 0;
        return (document) => recordsOf(document, ++number);
      },
      ({ rows, threads, leftOut }) => {
        const left = leftOut.map(([reason, count]) =>
          reason === 'without messages'
            ? `; ${counted(count, 'document')} ${reason} left out`
            : `; ${counted(count, 'entry', 'entries')} ${reason} left out`,
        );
        return `Lists of messages: ${counted(rows, 'message')} of ${counted(threads, 'dialogue')}${left.join('')}.`;
      },
    ),
};

/** A ledger may keep a list of messages beside its text: then it is a ledger. */
const isLedgerRow = (document: unknown): boolean =>
  (has(document, 'text') || has(document, 'embedding')) &&
  ['agent_id', 'provider_id', 'event_id'].some((key) => has(document, key));

/** Keys of a message as models take and give them: with any other it is a row of somebody's table. */
const MESSAGE_KEYS = new Set(
  ['role', 'content', 'name', 'id', 'type', 'tool_calls', 'tool_call_id', 'function_call', 'refusal', 'audio'].concat([
    'annotations',
    'reasoning_content',
    'thinking',
    'model',
    'stop_reason',
    'stop_sequence',
    'usage',
  ]),
);

/** One dialogue, a message a line or an element. */
export const bareMessages = lineShape({
  id: 'message',
  label: 'messages',
  title: 'Messages of one dialogue',
  one: 'message',
  is: (document) =>
    has(document, 'role') &&
    has(document, 'content') &&
    USUAL_ROLES.includes(roleOf(document.role) ?? '') &&
    Object.keys(document).every((key) => MESSAGE_KEYS.has(key)),
  rowOf: (document) => (isMessage(document) ? rowOf(document, ALONE, undefined) : 'without a message'),
});
