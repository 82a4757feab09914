import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationRule, conversationsOf, openConversations } from './conversations.ts';

const turns = (count: number, value: number): number[] => new Array<number>(count).fill(value);
const one = (thread: readonly number[], counted = turns(thread.length, 1)) => ({
  stream: turns(thread.length, 0),
  thread,
  counted,
});

describe('conversations', () => {
  it.each([
    ['a thread each, by first appearance', one([7, 9, 7, 3, 9]), 16, [0, 1, 0, 2, 1]],
    ['one of more than the cut is cut', one([...turns(5, 4), 1, ...turns(2, 4)]), 3, [0, 0, 0, 1, 1, 2, 1, 3]],
    ['never cut', one(turns(5, 4)), 0, turns(5, 0)],
    ['messages that are not counted pass by', one([4, 4, 5, 4], [1, 0, 0, 1]), 1, [0, -1, -1, 1]],
    [
      'without a thread blocks of ten, counted from the first',
      one(turns(21, -1)),
      16,
      [...turns(10, 0), ...turns(10, 1), 2],
    ],
    [
      'blocks are of the messages of the stream, those with a thread too',
      one([-1, ...turns(12, 6), -1, -1, 6]),
      0,
      [0, ...turns(12, 1), 2, 2, 1],
    ],
  ])('%s', (_, events, cut, wanted) => {
    expect([...conversationsOf(events, { cut, inBlocks: [0] })]).toEqual(wanted);
  });

  it.each([
    ['two conversations are too few', [...turns(15, 1), ...turns(15, 2)], 0, 30, 16, 1],
    ['three are enough', [1, 2, 3], 0, 3, 16, 0],
    ['parts of a long one count', turns(33, 1), 0, 33, 16, 0],
    ['unless it is never cut', turns(33, 1), 0, 33, 0, 1],
    ['only those of the reference count', [1, 2, 3, 3], 1, 3, 16, 1],
    ['messages without a thread are none', turns(33, -1), 0, 33, 16, 1],
  ])('a stream is taken in blocks: %s', (_, thread, from, to, cut, inBlocks) => {
    const rule = conversationRule(one(thread), { from, to }, 2, cut);
    expect(Array.from(rule.inBlocks)).toEqual([inBlocks, 1]);
    if (inBlocks === 1)
      expect([...conversationsOf(one(thread), rule)]).toEqual(thread.map((_own, i) => Math.floor(i / 10)));
  });

  it('go on from a saved state, JSON, as if there had been no break', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.integer({ min: -1, max: 3 })), { maxLength: 60 }),
        fc.constantFrom(0, 1, 3, 16),
        fc.nat(60),
        (events, cut, at) => {
          const rule = { cut, inBlocks: [0, 0, 1] };
          const whole = openConversations(rule);
          const wanted = events.map(([stream, thread]) => whole.next(stream, thread));
          const first = openConversations(rule);
          const found = events.slice(0, at).map(([stream, thread]) => first.next(stream, thread));
          const saved = JSON.parse(JSON.stringify(first.save())) as ReturnType<typeof first.save>;
          const rest = openConversations(rule, saved);
          found.push(...events.slice(at).map(([stream, thread]) => rest.next(stream, thread)));
          expect(found).toEqual(wanted);
          expect(rest.save()).toEqual(whole.save());
        },
      ),
    );
  });
});

it('forgets a thread: it begins a conversation anew when it comes again, and others are saved by other codes', () => {
  const conversations = openConversations({ cut: 0, inBlocks: [0] });
  expect([7, 9, 7].map((thread) => conversations.next(0, thread))).toEqual([0, 1, 0]);
  conversations.forget(7);
  expect(conversations.save((thread) => thread - 9)[0].threads).toEqual([[0, 1, 1]]);
  expect(conversations.next(0, 7)).toBe(2);
});
