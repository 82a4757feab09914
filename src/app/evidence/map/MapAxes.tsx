import type { ReactNode } from 'react';
import { niceStep } from '../../../charts/scale.ts';
import type { Size } from '../../../charts/useSize.ts';
import { formatNumber } from '../../../core/format.ts';
import { toMapX, toMapY, toScreenX, toScreenY, type Viewport } from './viewport.ts';

/** CSS px beside the plot. */
export const AXIS_LEFT = 50;
export const AXIS_BOTTOM = 38;
/** CSS px between two ticks at least, along either axis. */
const APART = { x: 70, y: 36 };

/** Titles of a map's two axes. */
export type AxisTitles = readonly [x: string, y: string];

function ticksOf(from: number, to: number, most: number): number[] {
  const step = niceStep((to - from) / Math.max(1, Math.floor(most)));
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i += 1) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Ticks and titles of both axes, below the plot and left of it. */
export function MapAxes({
  view,
  size,
  titles,
}: {
  readonly view: Viewport;
  readonly size: Size;
  readonly titles: AxisTitles;
}): ReactNode {
  const { width, height } = size;
  const middle = height / 2;
  return (
    <svg className="map-axes" width={width + AXIS_LEFT} height={height + AXIS_BOTTOM} aria-hidden="true">
      {ticksOf(toMapX(view, size, 0), toMapX(view, size, width), width / APART.x).map((tick) => {
        const x = AXIS_LEFT + toScreenX(view, size, tick);
        return (
          <g key={tick}>
            <line x1={x} x2={x} y1={height} y2={height + 4} />
            <text x={x} y={height + 15} textAnchor="middle">
              {formatNumber(tick)}
            </text>
          </g>
        );
      })}
      {ticksOf(toMapY(view, size, height), toMapY(view, size, 0), height / APART.y).map((tick) => {
        const y = toScreenY(view, size, tick);
        return (
          <g key={tick}>
            <line x1={AXIS_LEFT - 4} x2={AXIS_LEFT} y1={y} y2={y} />
            <text x={AXIS_LEFT - 7} y={y + 3} textAnchor="end">
              {formatNumber(tick)}
            </text>
          </g>
        );
      })}
      <text x={AXIS_LEFT + width / 2} y={height + 31} textAnchor="middle">
        {titles[0]}
      </text>
      <text x={12} y={middle} textAnchor="middle" transform={`rotate(-90 12 ${middle})`}>
        {titles[1]}
      </text>
    </svg>
  );
}
