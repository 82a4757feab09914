import { describe, expect, it } from 'vitest';
import type { HandoffGraph } from '../../../detection/drilldown/types.ts';
import { layoutGraph, SIDE } from './graph.ts';

const agent = (name: string, turns: number) => ({ name, turns, voids: 0 });
const GRAPH: HandoffGraph = {
  agents: [agent('planner', 10), agent('coder', 20), agent('critic', 5), agent('idle', 3)],
  edges: [
    { from: 'planner', to: 'coder', observed: 4, inferred: 2, deadEnds: 1 },
    { from: 'coder', to: 'planner', observed: 3, inferred: 0, deadEnds: 0 },
    { from: 'critic', to: 'critic', observed: 0, inferred: 1, deadEnds: 0 },
  ],
  handoffs: [],
  loops: [],
  deadEnds: [],
  ghosts: [{ row: 4, by: 'coder', agent: 'idle', where: 'code', quote: '@idle', wokenAt: null }],
};

describe('layoutGraph', () => {
  const { nodes, edges, leftOut } = layoutGraph(GRAPH);
  it('has who takes part in hand-offs, the busiest first; who is only mentioned does not', () => {
    expect(nodes.map(({ name }) => name)).toEqual(['coder', 'planner', 'critic']);
    expect(leftOut).toBe(1);
    expect(nodes.every(({ x, y }) => x > 0 && x < SIDE && y > 0 && y < SIDE)).toBe(true);
  });
  it('draws observed and inferred hand-offs apart, and counts a dead end once', () => {
    const between = edges.filter(({ from, to }) => from.name === 'planner' && to.name === 'coder');
    expect(between.map(({ kind, count, deadEnds }) => [kind, count, deadEnds])).toEqual([
      ['observed', 4, 1],
      ['inferred', 2, 0],
    ]);
    expect(new Set(edges.map(({ path }) => path)).size).toBe(edges.length);
    expect(edges.reduce((sum, { count }) => sum + count, 0)).toBe(10);
  });
  it('keeps to the busiest where there are too many', () => {
    const cut = layoutGraph(GRAPH, 2);
    expect(cut.nodes.map(({ name }) => name)).toEqual(['coder', 'planner']);
    expect(cut.edges.every(({ from, to }) => cut.nodes.includes(from) && cut.nodes.includes(to))).toBe(true);
  });
  it('is empty without hand-offs', () => expect(layoutGraph({ ...GRAPH, edges: [] }).nodes).toEqual([]));
});
