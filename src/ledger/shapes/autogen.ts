import { said } from './content.ts';
import { lineShape } from './lines.ts';
import { isoOf, nanos } from './time.ts';
import { countAt, has, isFields, nameAt, pick, unpacked } from './values.ts';

/** AutoGen 0.4: messages and events of agent chats, each with its source. */

const TYPE = /(?:Message|Event)$/;
const UNSAID: Readonly<Record<string, string>> = {
  ThoughtEvent: 'of thoughts',
  ModelClientStreamingChunkEvent: 'of messages in pieces',
};

export const autogen = lineShape({
  id: 'autogen',
  label: 'AutoGen messages',
  title: 'AutoGen messages',
  one: 'message',
  is: (document) =>
    isFields(document) &&
    nameAt(document, 'source') !== undefined &&
    'content' in document &&
    ('models_usage' in document || TYPE.test(nameAt(document, 'type') ?? '')),
  rowOf: (document) => {
    if (!has(document, 'source') || !has(document, 'content')) return 'without a message';
    const type = nameAt(document, 'type') ?? '';
    const unsaid = UNSAID[type];
    if (unsaid !== undefined) return unsaid;
    const source = nameAt(document, 'source');
    const content = unpacked(pick(document, 'content'));
    const isRequest = type === 'ToolCallRequestEvent';
    const what = isRequest ? said(null, content) : said(content);
    return {
      event_id: nameAt(document, 'id'),
      ts: isoOf(nanos(pick(document, 'created_at', 'timestamp'))),
      agent_id: source,
      thread_id: nameAt(document, 'thread_id', 'session_id', 'chat_id', 'metadata.thread_id'),
      text: what.text,
      role: type === 'ToolCallExecutionEvent' ? 'tool' : source === 'user' ? 'user' : 'assistant',
      input_tokens: countAt(document, 'models_usage.prompt_tokens'),
      output_tokens: countAt(document, 'models_usage.completion_tokens'),
      handoff_to: nameAt(document, 'target') ?? what.handoff,
      kind: type || undefined,
    };
  },
});
