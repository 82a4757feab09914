import { useMemo, type ReactNode } from 'react';
import type { AlertKind } from '../detection/types.ts';
import { spreadLabels } from './labels.ts';
import { kindStyle, streamStyle } from './palette.ts';
import { yExtent } from './scale.ts';
import { useChartTheme } from './theme.ts';

export interface SmallLinesProps {
  /** Interleaved x, y of each stream; y NaN is a gap. */
  readonly lines: readonly Float64Array[];
  readonly domain: readonly [number, number];
  /** End of a mark area at the left: up to here no alert can be raised. */
  readonly markAreaEnd: number;
  /** A horizontal limit; NaN for none. */
  readonly limit: number;
  readonly marks: readonly { readonly x: number; readonly kind: AlertKind }[];
  readonly width: number;
  readonly height: number;
  readonly label: string;
}

/** px above the lines, for the marks. */
const HEAD = 14;
/**
 * Lines of a few streams at thumbnail size, with their limit; alerts are ticks above them, the first of each kind has
 * its letter and a line down.
 */
export function SmallLines({
  lines,
  domain: [from, to],
  markAreaEnd,
  limit,
  marks,
  width,
  height,
  label,
}: SmallLinesProps): ReactNode {
  const { mode } = useChartTheme();
  const px = (x: number) => ((x - from) / (to - from)) * width;
  const [low, high] = useMemo(() => {
    const [least, most] = yExtent(lines, from, to);
    const ends = [least, most, ...(Number.isFinite(limit) ? [limit] : [])].filter(Number.isFinite);
    return ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
  }, [lines, from, to, limit]);
  const py = (y: number) => HEAD + (1 - (y - low) / (high - low || 1)) * (height - HEAD - 2) + 1;
  const first = (i: number) => marks.findIndex(({ kind }) => kind === marks[i].kind) === i;
  const lettered = marks.filter((_, i) => first(i));
  const letterAt = spreadLabels(
    lettered.map(({ x }) => px(x)),
    11,
    5,
    width - 5,
  );
  return (
    <svg className="small-lines" width={width} height={height} role="img" aria-label={label}>
      <rect className="small-area" x={0} y={HEAD} width={Math.max(0, px(markAreaEnd))} height={height - HEAD} />
      {marks.map(({ x, kind }, i) => (
        <line
          key={i}
          x1={px(x)}
          x2={px(x)}
          y1={HEAD - 7}
          y2={first(i) ? height : HEAD - 2}
          stroke={kindStyle(kind, mode).color}
        />
      ))}
      {lines.map((points, stream) => (
        <path
          key={stream}
          d={pathOf(points, px, py)}
          fill="none"
          stroke={streamStyle(stream, mode).color}
          strokeWidth={0.8}
        />
      ))}
      {Number.isFinite(limit) && <line className="small-limit" x1={0} x2={width} y1={py(limit)} y2={py(limit)} />}
      {lettered.map(({ kind }, i) => {
        const { color, letter } = kindStyle(kind, mode);
        const at = letterAt[i];
        return (
          <g key={kind}>
            <rect x={at - 5} y={1} width={10} height={11} rx={2} fill={color} />
            <text className="small-letter" x={at} y={9.8} textAnchor="middle">
              {letter}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function pathOf(points: Float64Array, px: (x: number) => number, py: (y: number) => number): string {
  let path = '';
  let pen = 'M';
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isNaN(points[i + 1])) {
      pen = 'M';
      continue;
    }
    path += `${pen}${px(points[i]).toFixed(1)} ${py(points[i + 1]).toFixed(1)}`;
    pen = 'L';
  }
  return path;
}
