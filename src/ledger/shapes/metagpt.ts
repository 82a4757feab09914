import { said } from './content.ts';
import { lineShape } from './lines.ts';
import { isoOf, nanos } from './time.ts';
import { isFields, isList, nameAt, pick, unpacked } from './values.ts';

/** MetaGPT: messages with a role, what caused them, who sent them and to whom. */

/** "metagpt.roles.product_manager.ProductManager" is the product manager. */
const senderOf = (document: unknown): string | undefined => nameAt(document, 'sent_from')?.split('.').pop();

function recipientOf(document: unknown): string | undefined {
  const to = unpacked(pick(document, 'send_to'));
  const one = isList(to) ? (to.length === 1 ? to[0] : undefined) : to;
  return typeof one === 'string' && !/^<.*>$/.test(one) ? one.split('.').pop() : undefined;
}

export const metagpt = lineShape({
  id: 'metagpt',
  label: 'MetaGPT messages',
  title: 'MetaGPT messages',
  one: 'message',
  is: (document) => isFields(document) && ['content', 'role', 'cause_by', 'sent_from'].every((key) => key in document),
  rowOf: (document) => {
    if (!isFields(document) || !('content' in document)) return 'without a message';
    const role = nameAt(document, 'role');
    return {
      event_id: nameAt(document, 'id'),
      ts: isoOf(nanos(pick(document, 'timestamp', 'created_at', 'time'))),
      agent_id: senderOf(document) ?? role,
      thread_id: nameAt(document, 'thread_id', 'project', 'session_id'),
      text: said(document.content).text,
      role: role === 'user' || role === 'Human' ? 'user' : 'assistant',
      handoff_to: recipientOf(document),
      profile: role,
      cause: nameAt(document, 'cause_by')?.split('.').pop(),
    };
  },
});
