import type { LedgerRow } from '../../core/units.ts';
import { groupBy } from './group.ts';
import { mentionFinder, type MentionFinder } from './mentions.ts';
import type { Conversation, Handoff, HandoffGraph, HandoffLoop, Mention, TurnInput } from './types.ts';

/** Longest round of a loop, in hand-offs. */
const LONGEST_ROUND = 8;
/** Full rounds from which hand-offs are a loop: A to B to A is a question and its answer. */
const MIN_ROUNDS = 2;
const QUOTE = 40;
const NOBODY = '(none)';

/**
 * Turns of a thread (or of several) in ledger order as a transcript: pauses between turns, hand-offs, loops and dead
 * ends.
 * @param agents names that a mention can mean; speakers and hand-off targets always count
 */
export function readConversation(turns: readonly TurnInput[], agents: readonly string[]): Conversation {
  const graph = handoffGraph(turns, agents);
  const byRow = groupBy(graph.handoffs, ({ row }) => row);
  const last = new Map<string | null, number>();
  return {
    graph,
    turns: turns.map((turn) => {
      const gap = turn.time - (last.get(turn.thread) ?? Number.NaN);
      if (!Number.isNaN(turn.time)) last.set(turn.thread, turn.time);
      return { ...turn, gap, handoffs: byRow.get(turn.row) ?? [] };
    }),
  };
}

/**
 * Hand-offs of all turns. Observed: `handoffTo` names the target. Inferred: an @mention of another agent at the end of
 * a message that does not already state that hand-off. Mentions in code or running text are ghosts: listed, never
 * counted; the agent that is named may speak next all the same, which tells a ghost that woke it from the others. A
 * pause hands nothing over and answers nothing.
 * @param turns in ledger order; texts may be left out (null) where they hold no "@"
 */
export function handoffGraph(turns: readonly TurnInput[], agents: readonly string[]): HandoffGraph {
  const names = new Set(agents);
  const counts = new Map<string, { turns: number; voids: number }>();
  for (const { speaker, handoffTo, isVoid } of turns) {
    if (speaker !== null) names.add(speaker);
    if (handoffTo !== null) names.add(handoffTo);
    const count = counts.get(speaker ?? NOBODY) ?? { turns: 0, voids: 0 };
    count.turns++;
    if (isVoid) count.voids++;
    counts.set(speaker ?? NOBODY, count);
  }
  const find = mentionFinder(names);
  const ghosts: Mention[] = [];
  const handoffs: Handoff[] = [];
  const loops: HandoffLoop[] = [];
  for (const [thread, own] of groupBy(turns, (turn) => turn.thread)) {
    const named: Open[] = [];
    const unheeded: OpenMention[] = [];
    for (const turn of own) readMentions(turn, find, named, unheeded);
    ghosts.push(...withWoken(own, unheeded, named));
    const found = withAnswers(own, named);
    const rounds = loopsOf(thread, found);
    const looping = new Set(rounds.flatMap(({ rows }) => rows));
    loops.push(...rounds);
    handoffs.push(...found.map((handoff) => ({ ...handoff, inLoop: looping.has(handoff.row) })));
  }
  handoffs.sort((a, b) => a.row - b.row);
  for (const { to } of handoffs) if (!counts.has(to)) counts.set(to, { turns: 0, voids: 0 });
  return {
    agents: [...counts]
      .map(([name, count]) => ({ name, ...count }))
      .sort((a, b) => b.turns - a.turns || (a.name < b.name ? -1 : 1)),
    edges: edgesOf(handoffs),
    handoffs,
    loops,
    deadEnds: handoffs.filter(({ answeredAt }) => answeredAt === null),
    ghosts: ghosts.sort((a, b) => a.row - b.row),
  };
}

type Open = Omit<Handoff, 'answeredAt' | 'inLoop'>;
type OpenMention = Omit<Mention, 'wokenAt'>;

/** Adds the hand-offs and the ghosts of a turn. */
function readMentions(
  { row, thread, speaker, text, handoffTo, isVoid }: TurnInput,
  find: MentionFinder,
  handoffs: Open[],
  ghosts: OpenMention[],
): void {
  const found: Open[] = handoffTo === null ? [] : [{ row, thread, from: speaker, to: handoffTo, kind: 'observed' }];
  for (const { agent, place, at } of text === null || (isVoid && handoffTo === null) ? [] : find(text)) {
    if (place === 'end' && agent !== speaker) {
      if (!found.some(({ to }) => to === agent))
        found.push({ row, thread, from: speaker, to: agent, kind: 'inferred' });
    } else {
      const quote = text!.slice(Math.max(0, at - QUOTE), at + QUOTE).trim();
      ghosts.push({ row, by: speaker, agent, where: place === 'end' ? 'own name' : place, quote });
    }
  }
  handoffs.push(...found);
}

/** Finds the ghosts after which the agent that is named is the next to speak in the thread. All in order of rows. */
function withWoken(turns: readonly TurnInput[], ghosts: readonly OpenMention[], handoffs: readonly Open[]): Mention[] {
  const handed = new Set(handoffs.map(({ row, to }) => JSON.stringify([row, to])));
  const speaking = turns.filter(({ speaker, isVoid }) => speaker !== null && !isVoid);
  const nextOther = new Int32Array(speaking.length).fill(speaking.length);
  for (let i = speaking.length - 2; i >= 0; i--)
    nextOther[i] = speaking[i + 1].speaker === speaking[i].speaker ? nextOther[i + 1] : i + 1;
  let t = 0;
  return ghosts.map((ghost) => {
    while (t < speaking.length && speaking[t].row <= ghost.row) t++;
    const next = speaking[t]?.speaker === ghost.by ? speaking[nextOther[t]] : speaking[t];
    const woke = next?.speaker === ghost.agent && !handed.has(JSON.stringify([ghost.row, ghost.agent]));
    return { ...ghost, wokenAt: woke ? next.row : null };
  });
}

/** Finds the row at which each target next speaks in the thread; "tool:search" may answer as "tool". Both in order. */
function withAnswers(turns: readonly TurnInput[], open: readonly Open[]): Omit<Handoff, 'inLoop'>[] {
  const next = new Map<string, LedgerRow>();
  const answered: Omit<Handoff, 'inLoop'>[] = [];
  let t = turns.length - 1;
  for (let h = open.length - 1; h >= 0; h--) {
    for (; t >= 0 && turns[t].row > open[h].row; t--) {
      const { speaker, isVoid, row } = turns[t];
      if (speaker !== null && !isVoid) next.set(speaker, row);
    }
    const { to } = open[h];
    answered.push({ ...open[h], answeredAt: next.get(to) ?? next.get(to.split(':', 1)[0]) ?? null });
  }
  return answered.reverse();
}

/** Stretches of a chain of hand-offs in which the same round is gone through again and again. */
function loopsOf(thread: string | null, handoffs: readonly Omit<Handoff, 'inLoop'>[]): HandoffLoop[] {
  const loops: HandoffLoop[] = [];
  for (const chain of chainsOf(handoffs)) {
    let start = 0;
    while (start < chain.length) {
      const loop = loopAt(chain, start);
      if (loop === null) {
        start++;
        continue;
      }
      const { round, length } = loop;
      const agents = chain.slice(start, start + round).map(({ from }) => from ?? NOBODY);
      const first = agents.reduce((least, name, i) => (name < agents[least] ? i : least), 0);
      loops.push({
        thread,
        rounds: Math.floor(length / round),
        agents: [...agents.slice(first), ...agents.slice(0, first)],
        rows: chain.slice(start, start + length).map(({ row }) => row),
      });
      start += length;
    }
  }
  return loops;
}

/** The shortest round that is repeated from hand-off `start` of the chain on, and how many hand-offs go on with it. */
function loopAt(
  chain: readonly Omit<Handoff, 'inLoop'>[],
  start: number,
): { readonly round: number; readonly length: number } | null {
  for (let round = 2; round <= LONGEST_ROUND && start + MIN_ROUNDS * round <= chain.length; round++) {
    if (chain[start].from !== chain[start + round - 1].to) continue;
    let end = start + round;
    while (end < chain.length && chain[end].from === chain[end - round].from && chain[end].to === chain[end - round].to)
      end++;
    if (end - start >= MIN_ROUNDS * round) return { round, length: end - start };
  }
  return null;
}

/** Hand-offs of which each starts where the one before went to; of several in one message the first counts. */
function chainsOf(handoffs: readonly Omit<Handoff, 'inLoop'>[]): Omit<Handoff, 'inLoop'>[][] {
  const chains: Omit<Handoff, 'inLoop'>[][] = [];
  let previous: Omit<Handoff, 'inLoop'> | null = null;
  for (const handoff of handoffs) {
    if (previous?.row === handoff.row) continue;
    if (previous && previous.to === handoff.from) chains.at(-1)!.push(handoff);
    else chains.push([handoff]);
    previous = handoff;
  }
  return chains;
}

function edgesOf(handoffs: readonly Handoff[]): HandoffGraph['edges'] {
  const edges = new Map<string, { from: string; to: string; observed: number; inferred: number; deadEnds: number }>();
  for (const { from, to, kind, answeredAt } of handoffs) {
    const key = JSON.stringify([from, to]);
    const edge = edges.get(key) ?? { from: from ?? NOBODY, to, observed: 0, inferred: 0, deadEnds: 0 };
    edge[kind]++;
    if (answeredAt === null) edge.deadEnds++;
    edges.set(key, edge);
  }
  return [...edges.values()].sort(
    (a, b) => b.observed + b.inferred - a.observed - a.inferred || (a.from + a.to < b.from + b.to ? -1 : 1),
  );
}
