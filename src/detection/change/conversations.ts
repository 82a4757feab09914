import type { IndexRange } from '../../core/columns.ts';

/**
 * The conversations of the counted messages (docs/methods.md 14): (stream, thread), one of more than `cut`
 * own messages cut into several; blocks of ten where there is no thread, and in streams of too few conversations.
 */

/** Counted messages of a stream in a block where there is no thread to go by. */
const BLOCK_MESSAGES = 10;
/** Conversations that a stream needs in the reference for its threads to be gone by. */
const FEWEST_CONVERSATIONS = 3;

export interface ConversationRule {
  /** Own messages after which a conversation is cut; 0 = never. */
  readonly cut: number;
  /** By stream: 1 where threads are passed over and blocks of ten stand for conversations. */
  readonly inBlocks: ArrayLike<number>;
}

/** What has to be remembered of a stream: plain data. */
export interface StreamConversations {
  /** Counted messages so far. */
  readonly counted: number;
  /** Conversations so far, which is also the number of the next. */
  readonly conversations: number;
  /** The newest block of messages without a thread: which ten of the stream's messages, and its number; -1 = none. */
  readonly block: readonly [tens: number, conversation: number];
  /** Threads in order of appearance, with the number of the newest conversation and its messages so far. */
  readonly threads: readonly (readonly [thread: number, conversation: number, messages: number])[];
}

export interface Conversations {
  /**
   * Takes in a counted message.
   * @param thread its code, negative = none
   * @returns the number of its conversation within the stream, by first appearance from 0
   */
  next(stream: number, thread: number): number;
  /** Drops a thread: should it come again, a conversation of its own begins. */
  forget(thread: number): void;
  /** @param codeOf the code that a thread is saved by */
  save(codeOf?: (thread: number) => number): StreamConversations[];
}

interface Counts {
  counted: number;
  conversations: number;
  tens: number;
  block: number;
  /** By thread: the number of its newest conversation, and the messages of that. */
  readonly threads: Map<number, { conversation: number; messages: number }>;
}

/** One counted message at a time. @param saved of each stream, as another run left it */
export function openConversations(rule: ConversationRule, saved: readonly StreamConversations[] = []): Conversations {
  const streams = Array.from(rule.inBlocks, (_, s): Counts => {
    const { counted = 0, conversations = 0, block: [tens, block] = [-1, -1], threads = [] } = saved.at(s) ?? {};
    const known = threads.map(([thread, conversation, messages]) => [thread, { conversation, messages }] as const);
    return { counted, conversations, tens, block, threads: new Map(known) };
  });
  return {
    next(s, thread) {
      const stream = streams[s];
      const tens = Math.floor(stream.counted++ / BLOCK_MESSAGES);
      if (thread < 0 || rule.inBlocks[s] === 1) {
        if (tens !== stream.tens) stream.block = stream.conversations++;
        stream.tens = tens;
        return stream.block;
      }
      const known = stream.threads.get(thread);
      if (!known) {
        stream.threads.set(thread, { conversation: stream.conversations, messages: 1 });
        return stream.conversations++;
      }
      if (known.messages === rule.cut && rule.cut > 0) {
        known.conversation = stream.conversations++;
        known.messages = 0;
      }
      known.messages++;
      return known.conversation;
    },
    forget(thread) {
      for (const { threads } of streams) threads.delete(thread);
    },
    save: (codeOf = (thread) => thread) =>
      streams.map(({ counted, conversations, tens, block, threads }) => ({
        counted,
        conversations,
        block: [tens, block],
        threads: Array.from(threads, ([thread, { conversation, messages }]) => [
          codeOf(thread),
          conversation,
          messages,
        ]),
      })),
  };
}

/** Columns of the ledger's events, in order. */
export interface CountedEvents {
  readonly stream: ArrayLike<number>;
  /** Code of the thread, negative = none. */
  readonly thread: ArrayLike<number>;
  /** 1 where the event is a counted message. */
  readonly counted: ArrayLike<number>;
}

/** The number of each event's conversation within its stream; -1 where it is not counted. */
export function conversationsOf({ stream, thread, counted }: CountedEvents, rule: ConversationRule): Int32Array {
  const conversations = openConversations(rule);
  return Int32Array.from({ length: stream.length }, (_, i) =>
    counted[i] === 1 ? conversations.next(stream[i], thread[i]) : -1,
  );
}

/** The rule that the reference gives: blocks of ten for streams with fewer than three conversations in it. */
export function conversationRule(
  { stream, thread, counted }: CountedEvents,
  { from, to }: IndexRange,
  streams: number,
  cut: number,
): ConversationRule {
  const byThread = openConversations({ cut, inBlocks: new Uint8Array(streams) });
  const seen = Array.from({ length: streams }, () => new Set<number>());
  for (let i = 0; i < to; i++) {
    if (counted[i] !== 1) continue;
    const conversation = byThread.next(stream[i], thread[i]);
    if (i >= from && thread[i] >= 0) seen[stream[i]].add(conversation);
  }
  return { cut, inBlocks: Uint8Array.from(seen, ({ size }) => (size < FEWEST_CONVERSATIONS ? 1 : 0)) };
}
