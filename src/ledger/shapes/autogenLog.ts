import { answerIn, reasonsIn, said, spoken } from './content.ts';
import { lineShape } from './lines.ts';
import { isoOf, nanos } from './time.ts';
import { countAt, isFields, nameAt, pick, unpacked } from './values.ts';

/** The log of AutoGen's runtime: calls of models and tools, and messages between agents, as the logger writes them. */

const TYPES = [
  'LLMCall',
  'LLMStreamEnd',
  'ToolCall',
  'Message',
  'MessageDropped',
  'MessageHandlerException',
  'AgentConstructionException',
];

/** "planner/7f3a" is the agent planner in one conversation, and so is "planner_7f3a/7f3a", as teams name theirs. */
const agentOf = (id: string | undefined): { agent?: string; thread?: string } => {
  const slash = id?.indexOf('/') ?? -1;
  if (id === undefined || slash < 0) return { agent: id };
  const [agent, thread] = [id.slice(0, slash), id.slice(slash + 1)];
  return { agent: agent.endsWith(`_${thread}`) ? agent.slice(0, -thread.length - 1) : agent, thread };
};

export const autogenLog = lineShape({
  id: 'autogen-log',
  label: 'AutoGen runtime log',
  title: 'AutoGen runtime log',
  one: 'event',
  is: (document) =>
    isFields(document) &&
    TYPES.includes(nameAt(document, 'type') ?? '') &&
    ['response', 'result', 'agent_id', 'sender', 'delivery_stage', 'prompt_tokens'].some((key) => key in document),
  rowOf: (document) => {
    const type = nameAt(document, 'type') ?? '';
    const { agent, thread } = agentOf(nameAt(document, 'agent_id'));
    const base = { ts: isoOf(nanos(pick(document, 'timestamp', 'time', 'ts'))), agent_id: agent, thread_id: thread };
    if (type === 'LLMCall' || type === 'LLMStreamEnd') {
      const response = unpacked(pick(document, 'response'));
      const what = response === undefined ? null : answerIn(response);
      const text = spoken(what, reasonsIn(response));
      if (text === undefined) return 'without captured content';
      return {
        ...base,
        agent_id: agent ?? 'assistant',
        text,
        role: 'assistant',
        handoff_to: what?.handoff,
        input_tokens: countAt(document, 'prompt_tokens'),
        output_tokens: countAt(document, 'completion_tokens'),
        model: nameAt(response, 'model'),
        kind: 'model',
      };
    }
    if (type === 'ToolCall') {
      const { text } = said(pick(document, 'result'));
      if (text === null) return 'without captured content';
      const tool = nameAt(document, 'tool_name');
      return { ...base, agent_id: agent ?? tool ?? 'tool', text, role: 'tool', tool, kind: 'tool' };
    }
    return 'of messages passed on';
  },
});
