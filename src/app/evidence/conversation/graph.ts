import type { HandoffGraph } from '../../../detection/drilldown/types.ts';

export interface GraphNode {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Size by turns, 0..1. */
  readonly weight: number;
  readonly turns: number;
  readonly voids: number;
}

interface GraphEdge {
  readonly from: GraphNode;
  readonly to: GraphNode;
  readonly kind: 'observed' | 'inferred';
  readonly count: number;
  /** Of those, hand-offs that nobody answered (of both kinds, told on one of the edges). */
  readonly deadEnds: number;
  /** Path in px, bent so that there and back run apart. */
  readonly path: string;
  /** Where the count stands. */
  readonly label: readonly [number, number];
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Agents without hand-offs, or beyond those that fit. */
  readonly leftOut: number;
}

/** Side of the diagram, px. */
export const SIDE = 400;
const RADIUS = 0.36;
const BEND = 0.16;

/**
 * Agents that take part in hand-offs on a circle, the busiest at the top; an arrow for each kind of hand-off between
 * two of them.
 */
export function layoutGraph(graph: HandoffGraph, most = 20): GraphLayout {
  const involved = new Set(graph.edges.flatMap(({ from, to }) => [from, to]));
  const known = new Map(graph.agents.map((agent) => [agent.name, agent]));
  const names = [...involved]
    .sort((a, b) => (known.get(b)?.turns ?? 0) - (known.get(a)?.turns ?? 0) || (a < b ? -1 : 1))
    .slice(0, most);
  const largest = Math.max(1, ...names.map((name) => known.get(name)?.turns ?? 0));
  const nodes = names.map((name, i): GraphNode => {
    const angle = (2 * Math.PI * i) / Math.max(1, names.length) - Math.PI / 2;
    const turns = known.get(name)?.turns ?? 0;
    return {
      name,
      turns,
      voids: known.get(name)?.voids ?? 0,
      weight: Math.sqrt(turns / largest),
      x: SIDE * (0.5 + RADIUS * Math.cos(angle)),
      y: SIDE * (0.5 + RADIUS * Math.sin(angle)),
    };
  });
  const at = new Map(nodes.map((node) => [node.name, node]));
  const edges = graph.edges.flatMap((edge): GraphEdge[] => {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (!from || !to) return [];
    return (['observed', 'inferred'] as const).flatMap((kind, which) => {
      if (edge[kind] === 0) return [];
      const first = kind === 'observed' || edge.observed === 0;
      return [
        {
          from,
          to,
          kind,
          count: edge[kind],
          deadEnds: first ? edge.deadEnds : 0,
          ...curve(from, to, BEND * (1 + 0.7 * which)),
        },
      ];
    });
  });
  return { nodes, edges, leftOut: graph.agents.filter(({ name }) => !at.has(name)).length };
}

/** A curve from node to node, short of both, bent to its right; a loop above the node for a hand-off to oneself. */
function curve(from: GraphNode, to: GraphNode, bend: number): Pick<GraphEdge, 'path' | 'label'> {
  const f = (value: number): string => value.toFixed(1);
  if (from === to) {
    const { x, y } = from;
    return {
      path: `M${f(x - 8)},${f(y - 12)}C${f(x - 40)},${f(y - 56)} ${f(x + 40)},${f(y - 56)} ${f(x + 8)},${f(y - 14)}`,
      label: [x, y - 48],
    };
  }
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  const [cx, cy] = [(from.x + to.x) / 2 - dy * bend, (from.y + to.y) / 2 + dx * bend];
  const short = (node: GraphNode, room: number): readonly [number, number] => {
    const reach = Math.hypot(cx - node.x, cy - node.y);
    return [node.x + ((cx - node.x) / reach) * room, node.y + ((cy - node.y) / reach) * room];
  };
  const [x1, y1] = short(from, Math.min(14, length / 4));
  const [x2, y2] = short(to, Math.min(17, length / 3));
  return {
    path: `M${f(x1)},${f(y1)}Q${f(cx)},${f(cy)} ${f(x2)},${f(y2)}`,
    label: [(x1 + 2 * cx + x2) / 4, (y1 + 2 * cy + y2) / 4],
  };
}
