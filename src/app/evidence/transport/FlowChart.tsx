import type { ReactNode } from 'react';
import { formatCount, formatNumber } from '../../../core/format.ts';
import { actions } from '../../../state/store.ts';
import type { Flow, FlowLink } from './flow.ts';

const WIDTH = 560;
const HEIGHT = 420;
const COLUMN = 58;
const TOP = 22;

/**
 * A plan as two columns: what was before on the left, what is at the alert on the right. The width of a link is its
 * part of the cost.
 */
export function FlowChart({
  flow,
  hover,
  onHover,
  titles,
}: {
  readonly flow: Flow;
  /** Position in `flow.links`. */
  readonly hover: number | null;
  readonly onHover: (link: number | null) => void;
  readonly titles: readonly [string, string];
}): ReactNode {
  const n = Math.max(1, flow.before.length);
  const y = (place: number): number => TOP + place * (HEIGHT - TOP - 4);
  const widest = Math.max(1.2, Math.min(14, (1.7 * (HEIGHT - TOP)) / n));
  const path = (link: FlowLink): string => {
    const [from, to] = [y(flow.before[link.from].y), y(flow.after[link.to].y)];
    const middle = WIDTH / 2;
    const [start, end] = [from.toFixed(1), to.toFixed(1)];
    return `M${COLUMN},${start}C${middle},${start} ${middle},${end} ${WIDTH - COLUMN},${end}`;
  };
  const labelled = n <= 24;
  return (
    <svg
      className="flow"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Optimal transport of ${formatCount(n)} events; the table below lists the costliest moves`}
      onPointerLeave={() => onHover(null)}
    >
      <text x={COLUMN} y={12} textAnchor="middle" className="flow-title">
        {titles[0]}
      </text>
      <text x={WIDTH - COLUMN} y={12} textAnchor="middle" className="flow-title">
        {titles[1]}
      </text>
      {flow.links.map((link, i) => (
        <path
          key={i}
          d={path(link)}
          className={`flow-link${hover === i ? ' here' : ''}`}
          strokeWidth={Math.max(0.6, link.strength * widest)}
          strokeOpacity={hover === null || hover === i ? 0.25 + 0.5 * link.strength : 0.08}
          pointerEvents="none"
        />
      ))}
      {flow.links.map((link, i) => (
        <path
          key={i}
          d={path(link)}
          className="flow-hit"
          strokeWidth={Math.max(5, link.strength * widest)}
          onPointerEnter={() => onHover(i)}
          onClick={() => actions.select(flow.after[link.to].index)}
        />
      ))}
      {(
        [
          [flow.before, COLUMN, 'end', -8],
          [flow.after, WIDTH - COLUMN, 'start', 8],
        ] as const
      ).map(([nodes, x, anchor, dx]) =>
        nodes.map((node) => (
          <g key={`${x} ${node.index}`}>
            <circle
              cx={x}
              cy={y(node.y)}
              r={Math.max(1.5, Math.min(4, 120 / n))}
              className={x === COLUMN ? 'flow-node before' : 'flow-node after'}
            />
            {labelled && (
              <text x={x + dx} y={y(node.y)} dy="0.35em" textAnchor={anchor} className="flow-label">
                {formatCount(node.index)}
              </text>
            )}
          </g>
        )),
      )}
      {hover !== null && flow.links[hover] && (
        <text x={WIDTH / 2} y={12} textAnchor="middle" className="flow-title here">
          {formatCount(flow.before[flow.links[hover].from].index)} →{' '}
          {formatCount(flow.after[flow.links[hover].to].index)}, cost {formatNumber(flow.links[hover].cost)}
        </text>
      )}
    </svg>
  );
}
