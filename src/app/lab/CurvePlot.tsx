import type { ReactNode } from 'react';

interface CurvePoint {
  readonly x: number;
  /** NaN is a gap; Infinity stands at the top edge. */
  readonly y: number;
  readonly low: number;
  readonly high: number;
}
export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly points: readonly CurvePoint[];
  /** Written at the points, so that curves differ without colour. */
  readonly letter?: string;
}

const PAD = { left: 62, right: 12, top: 12, bottom: 34 } as const;

/** About `count` round numbers within [low, high], or powers of ten on a logarithmic scale. */
function ticksOf(low: number, high: number, log: boolean, count: number): number[] {
  if (log) {
    const from = Math.ceil(Math.log10(low) - 1e-9);
    const to = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((to - from + 1) / count));
    return Array.from({ length: Math.max(0, Math.floor((to - from) / every) + 1) }, (_, i) => 10 ** (from + i * every));
  }
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Curves with intervals, small: points joined by lines, a whisker an interval. */
export function CurvePlot({
  curves,
  width,
  height,
  yScale = 'linear',
  yRange,
  xLabel,
  yLabel,
  formatX,
  formatY,
  xTicks,
  marks = [],
  onPick,
}: {
  readonly curves: readonly Curve[];
  readonly width: number;
  readonly height: number;
  readonly yScale?: 'linear' | 'log';
  /** Both ends; taken from the points where absent. */
  readonly yRange?: readonly [number, number];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** Where to label the horizontal axis; round numbers where absent. */
  readonly xTicks?: readonly number[];
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  /** A point was clicked. */
  readonly onPick?: (x: number) => void;
}): ReactNode {
  const log = yScale === 'log';
  const all = curves.flatMap((curve) => curve.points);
  const usable = (y: number): boolean => Number.isFinite(y) && (!log || y > 0);
  const ys = all.flatMap(({ y, low, high }) => [y, low, high]).filter(usable);
  const xs = [...all.map(({ x }) => x), ...marks.map(({ x }) => x)].filter(Number.isFinite);
  if (xs.length === 0 || (!yRange && ys.length === 0)) return <p className="dim">Nothing to draw.</p>;
  const [yLow, yHigh] = yRange ?? [Math.min(...ys), Math.max(...ys)];
  const t = (y: number): number => (log ? Math.log10(y) : y);
  const [bottom, top] = [t(yLow), t(yHigh) === t(yLow) ? t(yLow) + 1 : t(yHigh)];
  const [xLow, xHigh] = [Math.min(...xs), Math.max(...xs)];
  const plot = { width: width - PAD.left - PAD.right, height: height - PAD.top - PAD.bottom };
  // Curves that stand side by side need room at both ends.
  const inset = curves.some((curve) => curve.letter) ? curves.length * 4 + 4 : 0;
  const px = (x: number): number =>
    PAD.left + inset + (xHigh === xLow ? 0.5 : (x - xLow) / (xHigh - xLow)) * (plot.width - 2 * inset);
  const py = (y: number): number => {
    if (y === Infinity) return PAD.top;
    if (log && y <= 0) return PAD.top + plot.height;
    return PAD.top + (1 - Math.min(1, Math.max(0, (t(y) - bottom) / (top - bottom)))) * plot.height;
  };
  const base = PAD.top + plot.height;
  return (
    <svg
      className="lab-plot curve-plot"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${yLabel} over ${xLabel}: ${curves.map((c) => c.name).join(', ')}`}
    >
      {ticksOf(yLow, yHigh, log, 5).map((y) => (
        <g key={y}>
          <line className="grid" x1={PAD.left} x2={width - PAD.right} y1={py(y)} y2={py(y)} />
          <text className="tick" x={PAD.left - 6} y={py(y) + 4} textAnchor="end">
            {formatY(y)}
          </text>
        </g>
      ))}
      {(xTicks ?? ticksOf(xLow, xHigh, false, 6)).map((x) => (
        <text key={x} className="tick" x={px(x)} y={base + 14} textAnchor="middle">
          {formatX(x)}
        </text>
      ))}
      <text className="tick" x={PAD.left + plot.width / 2} y={height - 4} textAnchor="middle">
        {xLabel}
      </text>
      <text className="tick" transform={`translate(11 ${PAD.top + plot.height / 2}) rotate(-90)`} textAnchor="middle">
        {yLabel}
      </text>
      <line className="axis" x1={PAD.left} x2={width - PAD.right} y1={base} y2={base} />
      {marks.map(({ x, label }) => (
        <g key={label} className="mark">
          <line x1={px(x)} x2={px(x)} y1={PAD.top} y2={base} />
          <text
            x={px(x) + (px(x) > width * 0.7 ? -4 : 4)}
            y={base - 6}
            textAnchor={px(x) > width * 0.7 ? 'end' : 'start'}
          >
            {label}
          </text>
        </g>
      ))}
      {curves.map(({ name, color, letter, points }, c) => {
        // Side by side, so that points of curves with the same sizes do not hide each other.
        const shift = (c - (curves.length - 1) / 2) * (letter ? 8 : 3);
        let pen = 'M';
        const path = points
          .map(({ x, y }) => {
            if (Number.isNaN(y)) {
              pen = 'M';
              return '';
            }
            const piece = `${pen}${px(x) + shift} ${py(y)}`;
            pen = 'L';
            return piece;
          })
          .join('');
        return (
          <g key={name}>
            <path d={path} fill="none" stroke={color} strokeWidth={1.5} />
            {points.map(
              ({ x, y, low, high }) =>
                !Number.isNaN(y) && (
                  <g key={x} onClick={onPick && (() => onPick(x))}>
                    <title>{`${name}, ${formatX(x)}: ${formatY(y)} (${formatY(low)} to ${formatY(high)})`}</title>
                    <line
                      x1={px(x) + shift}
                      x2={px(x) + shift}
                      y1={py(low)}
                      y2={py(high)}
                      stroke={color}
                      strokeWidth={1}
                      opacity={0.6}
                    />
                    <circle cx={px(x) + shift} cy={py(y)} r={letter ? 5 : 3} fill={color} />
                    {letter && (
                      <text className="letter" x={px(x) + shift} y={py(y) + 2.8} textAnchor="middle">
                        {letter}
                      </text>
                    )}
                  </g>
                ),
            )}
          </g>
        );
      })}
    </svg>
  );
}
