import type { TransportPlan } from '../../../detection/drilldown/types.ts';
import type { EventIndex } from '../../../core/units.ts';

/** A node of the flow: an event, at a height shared by mass (every event has 1/n). */
interface FlowNode {
  readonly index: EventIndex;
  /** Centre, share of the height. */
  readonly y: number;
  /** Position on the principal plane. */
  readonly at: readonly [number, number];
}

/** Mass moved from one event to another. */
export interface FlowLink {
  readonly from: number;
  readonly to: number;
  readonly cost: number;
  /** Of the whole plan's cost: what the link adds to the EMD. */
  readonly share: number;
  /** Cost over the largest cost of the plan, 0..1. */
  readonly strength: number;
}

export interface Flow {
  readonly before: readonly FlowNode[];
  readonly after: readonly FlowNode[];
  /** By cost, ascending: the costliest are drawn last. */
  readonly links: readonly FlowLink[];
}

/**
 * A plan as two columns. Events of either side stand in the order of the principal axis, so that what stays in place
 * runs level and what moved along the axis crosses.
 */
export function flowOf(plan: TransportPlan): Flow {
  const column = (events: readonly EventIndex[], plane: Float64Array): FlowNode[] => {
    const order = events.map((_, i) => i).sort((a, b) => plane[2 * a] - plane[2 * b] || events[a] - events[b]);
    return order.map((i, place) => ({
      index: events[i],
      y: (place + 0.5) / events.length,
      at: [plane[2 * i], plane[2 * i + 1]],
    }));
  };
  const before = column(plan.before.events, plan.plane.before);
  const after = column(plan.after.events, plan.plane.after);
  const placeOf = (nodes: readonly FlowNode[]) => new Map(nodes.map(({ index }, place) => [index, place]));
  const from = placeOf(before);
  const to = placeOf(after);
  const total = plan.moves.reduce((sum, { cost }) => sum + cost, 0);
  const largest = plan.moves.reduce((most, { cost }) => Math.max(most, cost), 0);
  const links = plan.moves.map((move): FlowLink => ({
    from: from.get(move.from)!,
    to: to.get(move.to)!,
    cost: move.cost,
    share: total > 0 ? move.cost / total : 0,
    strength: largest > 0 ? move.cost / largest : 0,
  }));
  return { before, after, links: links.sort((a, b) => a.cost - b.cost) };
}

/** Extent of positions with a margin, never empty. */
export function extentOf(
  points: readonly (readonly [number, number])[],
  aspect: number,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (!(left <= right)) return { x: -1, y: -1, width: 2, height: 2 };
  // One scale for both axes: distances on the plane mean the same in every direction.
  const height = Math.max(high - low, (right - left) / aspect, 1e-9) * 1.1;
  const width = height * aspect;
  return { x: (left + right - width) / 2, y: (low + high - height) / 2, width, height };
}
