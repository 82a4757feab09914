import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handoffGraph, readConversation } from './conversation.ts';
import { codeSpans, mentionFinder } from './mentions.ts';
import type { TurnInput } from './types.ts';

/** Turns from [speaker, text or null, handoff target]; a null speaker's text of null is a pause. */
function turns(
  ...said: readonly (readonly [speaker: string | null, text: string | null, handoffTo?: string, thread?: string])[]
): TurnInput[] {
  return said.map(([speaker, text, handoffTo, thread], row) => ({
    row,
    thread: thread ?? 't',
    speaker,
    text,
    time: 1000 * row,
    latency: 20,
    handoffTo: handoffTo ?? null,
    role: null,
    isVoid: text === null,
  }));
}
const short = ({ handoffs }: ReturnType<typeof handoffGraph>) =>
  handoffs.map(({ from, to, kind }) => `${from} ${kind === 'observed' ? '->' : '~>'} ${to}`);

describe('mentions', () => {
  const find = mentionFinder(['ann', 'Bob', 'bob-2', 'Data Team']);
  const placed = (text: string) => find(text).map(({ agent, place }) => `${agent}: ${place}`);

  test('hand over at the end only', () => {
    expect(placed('Please check this. @bob')).toEqual(['Bob: end']);
    expect(placed('Please check this, @Bob!**\n')).toEqual(['Bob: end']);
    expect(placed('over to @ann and @BOB-2.')).toEqual(['ann: end', 'bob-2: end']);
    expect(placed('@ann please check this')).toEqual(['ann: running text']);
    expect(placed('@ann said so. Over to you @data team')).toEqual(['ann: running text', 'Data Team: end']);
  });

  test.each([
    ['@bob — verify this.', ['Bob: end']],
    ['Totals are done. @Bob – verify this!', ['Bob: end']],
    ['Totals are done.\n\n**@bob**: verify this. Then say so.', ['Bob: end']],
    ['- @bob - verify this', ['Bob: end']],
    ['Done, over to @bob -- verify `x = 1.5`', ['Bob: end']],
    ['As @ann said. @bob, please verify this', ['ann: running text', 'Bob: end']],
    ['@ann and @bob — verify this.', ['ann: end', 'Bob: end']],
    ['@bob — verify what @ann said there.', ['Bob: end', 'ann: running text']],
    ['@ann — thanks. Over to @bob', ['ann: running text', 'Bob: end']],
    // More follows, it is spoken about, or it is no sentence of its own.
    ['@bob — verify this. I looked at the rest.', ['Bob: running text']],
    ['@bob: verify this.\nI looked at the rest', ['Bob: running text']],
    ['@bob, who verified this, agreed', ['Bob: running text']],
    ['What @bob — my friend — said', ['Bob: running text']],
    ['@bob-verify this', []],
    ['@bob —', ['Bob: end']],
    ['`@bob — verify this`', ['Bob: code']],
  ])('spoken to at the end hand over too: %s', (text, wanted) => {
    expect(placed(text)).toEqual(wanted);
  });

  test('take as long as the text is', () => {
    for (const unit of ['@bob — x. ', '@bob, ', '. ', '\n@bob: ', '@ann and ', ' ', '@bob—'])
      expect(find(unit.repeat(200_000 / unit.length)).length).toBeGreaterThanOrEqual(0);
  }, 5_000);

  test('in code are ghosts, closed or not', () => {
    expect(placed('run `@ann`')).toEqual(['ann: code']);
    expect(placed('```py\n@ann\ndef f(): pass\n```')).toEqual(['ann: code']);
    expect(placed('look:\n```\n@bob')).toEqual(['Bob: code']);
    expect(placed('a lone ` tick, then @bob')).toEqual(['Bob: end']);
    expect(placed('``a ` @ann`` then @bob')).toEqual(['ann: code', 'Bob: end']);
    // Code after the mention is more of the message.
    expect(placed('@bob `x = 1`')).toEqual(['Bob: running text']);
  });

  test('are no addresses, longer names or strangers', () => {
    expect(placed('mail me: me@bob')).toEqual([]);
    expect(placed('ask @bobby or @bob.example')).toEqual([]);
    expect(placed('ask @carol')).toEqual([]);
    expect(placed('done, @bob...')).toEqual(['Bob: end']);
  });

  test('spans of code never overlap and hold their ticks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '``', '```', 'a', ' ', '\n'), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        let last = 0;
        for (const [from, to] of codeSpans(text)) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          expect(text[from]).toBe('`');
          last = to;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('hand-offs', () => {
  test('observed and inferred are told apart, and one that is both is observed', () => {
    const graph = handoffGraph(turns(['ann', 'do it @bob', 'bob'], ['bob', 'done @ann'], ['ann', 'thanks']), []);
    expect(short(graph)).toEqual(['ann -> bob', 'bob ~> ann']);
    expect(graph.edges).toEqual([
      { from: 'ann', to: 'bob', observed: 1, inferred: 0, deadEnds: 0 },
      { from: 'bob', to: 'ann', observed: 0, inferred: 1, deadEnds: 0 },
    ]);
    expect(graph.agents).toEqual([
      { name: 'ann', turns: 2, voids: 0 },
      { name: 'bob', turns: 1, voids: 0 },
    ]);
  });

  test('ghosts are listed and never counted', () => {
    const graph = handoffGraph(
      turns(['ann', 'as @bob said, no'], ['bob', 'see ```@ann```'], ['bob', 'it was me, @bob']),
      [],
    );
    expect(graph.handoffs).toEqual([]);
    expect(graph.edges).toEqual([]);
    expect(graph.ghosts.map(({ by, agent, where }) => [by, agent, where])).toEqual([
      ['ann', 'bob', 'running text'],
      ['bob', 'ann', 'code'],
      ['bob', 'bob', 'own name'],
    ]);
    expect(graph.ghosts[0].quote).toContain('as @bob said');
    expect(graph.ghosts.map(({ wokenAt }) => wokenAt)).toEqual([1, null, null]);
  });

  test('a ghost that woke the agent is told from one that did not', () => {
    const graph = handoffGraph(
      turns(
        ['ann', 'as @bob said, no'],
        ['bob', null],
        ['ann', 'I mean it'],
        ['bob', 'I see'],
        ['ann', 'as @bob said, ask @cid about it'],
        ['cid', 'yes', undefined, 'other'],
        ['bob', 'what @ann wants. @ann'],
        ['ann', 'ok'],
      ),
      [],
    );
    expect(graph.ghosts.map(({ row, agent, wokenAt }) => [row, agent, wokenAt])).toEqual([
      [0, 'bob', 3],
      [4, 'bob', 6],
      [4, 'cid', null],
      // It was handed over to.
      [6, 'ann', null],
    ]);
  });

  test('that nobody answers in the thread are dead ends; a pause is no answer', () => {
    const graph = handoffGraph(
      turns(
        ['ann', 'go @bob'],
        ['bob', null],
        ['ann', 'hello?', undefined, 'other'],
        ['bob', 'here', undefined, 'other'],
        ['ann', 'go @cid'],
        ['cid', 'yes'],
      ),
      [],
    );
    expect(graph.deadEnds.map(({ to }) => to)).toEqual(['bob']);
    expect(graph.handoffs.map(({ answeredAt }) => answeredAt)).toEqual([null, 5]);
  });

  test('to a tool are answered by it or by "tool"', () => {
    const { handoffs } = handoffGraph(
      turns(['ann', 'x', 'tool:search'], ['tool', 'found'], ['ann', 'y', 'tool:buy']),
      [],
    );
    expect(handoffs.map(({ to, answeredAt }) => [to, answeredAt])).toEqual([
      ['tool:search', 1],
      ['tool:buy', null],
    ]);
  });

  test('that go round again and again are a loop; once there and back is not', () => {
    const round = (n: number) =>
      Array.from({ length: n }, (_, i): [string, string] => (i % 2 === 0 ? ['bob', 'x @ann'] : ['ann', 'x @bob']));
    expect(handoffGraph(turns(...round(2)), []).loops).toEqual([]);
    expect(handoffGraph(turns(...round(3)), []).loops).toEqual([]);
    const { loops, handoffs } = handoffGraph(turns(...round(5)), []);
    expect(loops).toEqual([{ thread: 't', agents: ['ann', 'bob'], rounds: 2, rows: [0, 1, 2, 3, 4] }]);
    expect(handoffs.every(({ inLoop }) => inLoop)).toBe(true);
    const triangle = ['a', 'b', 'c', 'a', 'b', 'c', 'd'].map(
      (name, i, all) => [name, `x${i < 6 ? ` @${all[i + 1]}` : ''}`] as [string, string],
    );
    expect(handoffGraph(turns(...triangle), []).loops).toEqual([]);
    const twice = ['a', 'b', 'c', 'a', 'b', 'c', 'a'].map(
      (name, i, all) => [name, `x${i < 6 ? ` @${all[i + 1]}` : ''}`] as [string, string],
    );
    expect(handoffGraph(turns(...twice), []).loops).toMatchObject([
      { agents: ['a', 'b', 'c'], rounds: 2, rows: [0, 1, 2, 3, 4, 5] },
    ]);
  });

  test('loops do not run over from one thread to another', () => {
    const said = Array.from(
      { length: 6 },
      (_, i) => [i % 2 ? 'ann' : 'bob', i % 2 ? 'x @bob' : 'x @ann', undefined, i < 3 ? 't1' : 't2'] as const,
    );
    expect(handoffGraph(turns(...said), []).loops).toEqual([]);
  });
});

describe('conversation', () => {
  test('has the pauses between turns of a thread, unknown where a time is', () => {
    const [a, b, c] = turns(['ann', 'one'], ['bob', null], ['ann', 'two @bob']);
    const { turns: read } = readConversation([a, { ...b, time: Number.NaN }, c], ['bob']);
    expect(read.map(({ gap }) => gap)).toEqual([Number.NaN, Number.NaN, 2000]);
    expect(read[2].handoffs).toHaveLength(1);
    expect(read[0].handoffs).toEqual([]);
  });
});
