import { roleOf, saidBy } from './content.ts';
import { lineShape } from './lines.ts';
import { makerOf } from './models.ts';
import { isoOf, nanos } from './time.ts';
import { countAt, has, isFields, nameAt, pick } from './values.ts';

/** Transcripts of coding agents: lines of a session, of which those with a `message` say something. */

/** Lines of one answer state its tokens again and again: the first line has them. */
function isFirstOf(document: unknown, state: Map<string, unknown>): boolean {
  const id = nameAt(document, 'message.id');
  if (id === undefined) return true;
  const known = state.get(id);
  state.set(id, true);
  return known === undefined;
}

export const transcripts = lineShape({
  id: 'transcript',
  label: 'transcripts of coding agents',
  title: 'Transcripts of coding agents',
  one: 'message',
  is: (document) =>
    isFields(document) &&
    nameAt(document, 'sessionId', 'session_id') !== undefined &&
    ((has(document.message, 'content') && has(document.message, 'role')) ||
      ('uuid' in document && 'parentUuid' in document)),
  rowOf: (document, state) => {
    if (!has(document, 'message') || !has(document.message, 'content')) return 'without a message';
    const { message } = document;
    const what = saidBy(message);
    if (what.text === null) return 'without text';
    const stated = roleOf(pick(message, 'role')) ?? 'assistant';
    const role = what.isResult ? 'tool' : stated;
    const counts = isFirstOf(document, state);
    const model = nameAt(message, 'model');
    return {
      event_id: nameAt(document, 'uuid', 'id'),
      ts: isoOf(nanos(pick(document, 'timestamp', 'created_at'))),
      agent_id:
        nameAt(document, 'agentName', 'agentId', 'message.name') ??
        (document.isSidechain === true ? `side ${role}` : role),
      provider_id: makerOf(model) ?? role,
      thread_id: nameAt(document, 'sessionId', 'session_id'),
      text: what.text,
      role,
      input_tokens: counts ? countAt(message, 'usage.input_tokens') : undefined,
      output_tokens: counts ? countAt(message, 'usage.output_tokens') : undefined,
      cached_tokens: counts ? countAt(message, 'usage.cache_read_input_tokens') : undefined,
      handoff_to: what.handoff,
      model,
    };
  },
});
