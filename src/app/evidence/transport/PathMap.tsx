import type { ReactNode } from 'react';
import { formatCount, formatPercent } from '../../../core/format.ts';
import { extentOf, type Flow } from './flow.ts';

const SIZE = 400;

/** The moves on the principal plane of both windows: rings before, dots after, and the path of each. */
export function PathMap({
  flow,
  explained,
  titles,
  hover,
  onHover,
}: {
  readonly flow: Flow;
  readonly explained: readonly [number, number];
  /** What is on either side. */
  readonly titles: readonly [string, string];
  readonly hover: number | null;
  readonly onHover: (link: number | null) => void;
}): ReactNode {
  const extent = extentOf(
    [...flow.before, ...flow.after].map(({ at }) => at),
    1,
  );
  const place = ([x, y]: readonly [number, number]): readonly [number, number] => [
    ((x - extent.x) / extent.width) * SIZE,
    SIZE - ((y - extent.y) / extent.height) * SIZE,
  ];
  const kept = explained[0] + explained[1];
  return (
    <figure className="path-map">
      <svg
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        role="img"
        aria-label={`Paths of ${formatCount(flow.links.length)} moves on the principal plane`}
        onPointerLeave={() => onHover(null)}
      >
        {flow.links.map((link, i) => {
          const [x1, y1] = place(flow.before[link.from].at);
          const [x2, y2] = place(flow.after[link.to].at);
          const here = hover === i;
          return (
            <g
              key={i}
              className={here ? 'path here' : 'path'}
              opacity={hover === null || here ? 1 : 0.25}
              onPointerEnter={() => onHover(i)}
            >
              <line x1={x1} y1={y1} x2={x2} y2={y2} strokeWidth={here ? 2.4 : 0.6 + link.strength} />
              <line x1={x1} y1={y1} x2={x2} y2={y2} className="flow-hit" strokeWidth={7} />
              <circle cx={x1} cy={y1} r={3.2} className="flow-node before" />
              <circle cx={x2} cy={y2} r={3.2} className="flow-node after" />
            </g>
          );
        })}
      </svg>
      <figcaption className="dim">
        <span className="swatch-ring" /> {titles[0]} <span className="swatch-dot" /> {titles[1]}. The plane keeps{' '}
        {formatPercent(kept)} of the variance ({formatPercent(explained[0])} along x, {formatPercent(explained[1])}{' '}
        along y); costs are measured in all axes.
      </figcaption>
    </figure>
  );
}
