import type { ReactNode } from 'react';

export interface IntervalMark {
  readonly value: number;
  readonly interval: readonly [number, number];
}

const WIDTH = 150;
const ROW = 9;
const PAD = 5;

/**
 * Values with their intervals on one scale, a row each; the second and later ones are hollow. Decorative: the numbers
 * stand beside it.
 */
export function IntervalMarks({
  marks,
  scale: [low, high],
  zero,
}: {
  readonly marks: readonly IntervalMark[];
  readonly scale: readonly [number, number];
  /** Draws a line at 0, for differences. */
  readonly zero?: boolean;
}): ReactNode {
  const height = Math.max(2, marks.length) * ROW;
  const span = high - low || 1;
  const px = (x: number) => PAD + ((x - low) / span) * (WIDTH - 2 * PAD);
  return (
    <svg className="interval-marks" width={WIDTH} height={height} aria-hidden="true">
      <rect className="interval-field" x={0} y={0} width={WIDTH} height={height} rx={2} />
      {zero && low <= 0 && high >= 0 && <line className="interval-zero" x1={px(0)} x2={px(0)} y1={0} y2={height} />}
      {marks.map(({ value, interval }, i) => {
        const y = ((i + 0.5) * height) / marks.length;
        if (!Number.isFinite(value)) return null;
        return (
          <g key={i} className={i === 0 ? 'interval-mark' : 'interval-mark hollow'}>
            <line x1={px(interval[0])} x2={px(interval[1])} y1={y} y2={y} />
            <circle cx={px(value)} cy={y} r={3} />
          </g>
        );
      })}
    </svg>
  );
}
