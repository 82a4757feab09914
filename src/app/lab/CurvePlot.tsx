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

export interface CurvePlotProps {
  readonly curves: readonly Curve[];
  readonly width: number;
  readonly height: number;
  readonly yScale?: 'linear' | 'log';
  /** Both ends; taken from the points if absent. */
  readonly yRange?: readonly [number, number];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** Where to label the horizontal axis; round numbers if absent. */
  readonly xTicks?: readonly number[];
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  /** A point was clicked. */
  readonly onPick?: (x: number) => void;
}

/** Both axes: what they span, and where a value lies in px. */
interface Scales {
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly log: boolean;
  readonly px: (x: number) => number;
  readonly py: (y: number) => number;
  /** px of the horizontal axis. */
  readonly base: number;
}

/** Null: there is nothing to draw. */
function scalesOf({ curves, width, height, yScale, yRange, marks = [] }: CurvePlotProps): Scales | null {
  const log = yScale === 'log';
  const all = curves.flatMap((curve) => curve.points);
  const usable = (y: number): boolean => Number.isFinite(y) && (!log || y > 0);
  const ys = all.flatMap(({ y, low, high }) => [y, low, high]).filter(usable);
  const xs = [...all.map(({ x }) => x), ...marks.map(({ x }) => x)].filter(Number.isFinite);
  if (xs.length === 0 || (!yRange && ys.length === 0)) return null;
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
  return { xRange: [xLow, xHigh], yRange: [yLow, yHigh], log, px, py, base: PAD.top + plot.height };
}

function Axes({ plot, scales }: { readonly plot: CurvePlotProps; readonly scales: Scales }): ReactNode {
  const { width, height, xLabel, yLabel, formatX, formatY, xTicks } = plot;
  const { xRange, yRange, log, px, py, base } = scales;
  return (
    <>
      {ticksOf(...yRange, log, 5).map((y) => (
        <g key={y}>
          <line className="grid" x1={PAD.left} x2={width - PAD.right} y1={py(y)} y2={py(y)} />
          <text className="tick" x={PAD.left - 6} y={py(y) + 4} textAnchor="end">
            {formatY(y)}
          </text>
        </g>
      ))}
      {(xTicks ?? ticksOf(...xRange, false, 6)).map((x) => (
        <text key={x} className="tick" x={px(x)} y={base + 14} textAnchor="middle">
          {formatX(x)}
        </text>
      ))}
      <text className="tick" x={(PAD.left + width - PAD.right) / 2} y={height - 4} textAnchor="middle">
        {xLabel}
      </text>
      <text className="tick" transform={`translate(11 ${(PAD.top + base) / 2}) rotate(-90)`} textAnchor="middle">
        {yLabel}
      </text>
      <line className="axis" x1={PAD.left} x2={width - PAD.right} y1={base} y2={base} />
    </>
  );
}

function Mark({
  x,
  label,
  width,
  base,
}: {
  /** px */
  readonly x: number;
  readonly label: string;
  readonly width: number;
  readonly base: number;
}): ReactNode {
  const leftwards = x > width * 0.7;
  return (
    <g className="mark">
      <line x1={x} x2={x} y1={PAD.top} y2={base} />
      <text x={x + (leftwards ? -4 : 4)} y={base - 6} textAnchor={leftwards ? 'end' : 'start'}>
        {label}
      </text>
    </g>
  );
}

/** A path through the points, broken where a value is NaN. */
function pathOf(points: readonly CurvePoint[], px: (x: number) => number, py: (y: number) => number): string {
  let pen = 'M';
  return points
    .map(({ x, y }) => {
      if (Number.isNaN(y)) {
        pen = 'M';
        return '';
      }
      const piece = `${pen}${px(x)} ${py(y)}`;
      pen = 'L';
      return piece;
    })
    .join('');
}

function CurveLine({
  curve: { name, color, letter, points },
  shift,
  scales: { px: exactPx, py },
  plot: { formatX, formatY, onPick },
}: {
  readonly curve: Curve;
  /** px to the right. */
  readonly shift: number;
  readonly scales: Scales;
  readonly plot: CurvePlotProps;
}): ReactNode {
  const px = (x: number): number => exactPx(x) + shift;
  return (
    <g>
      <path d={pathOf(points, px, py)} fill="none" stroke={color} strokeWidth={1.5} />
      {points.map(
        ({ x, y, low, high }) =>
          !Number.isNaN(y) && (
            <g key={x} onClick={onPick && (() => onPick(x))}>
              <title>{`${name}, ${formatX(x)}: ${formatY(y)} (${formatY(low)} to ${formatY(high)})`}</title>
              <line x1={px(x)} x2={px(x)} y1={py(low)} y2={py(high)} stroke={color} strokeWidth={1} opacity={0.6} />
              <circle cx={px(x)} cy={py(y)} r={letter ? 5 : 3} fill={color} />
              {letter && (
                <text className="letter" x={px(x)} y={py(y) + 2.8} textAnchor="middle">
                  {letter}
                </text>
              )}
            </g>
          ),
      )}
    </g>
  );
}

/** Curves with intervals, small: points joined by lines, a whisker for each interval. */
export function CurvePlot(props: CurvePlotProps): ReactNode {
  const { curves, width, height, xLabel, yLabel, marks = [] } = props;
  const scales = scalesOf(props);
  if (!scales) return <p className="dim">Nothing to draw.</p>;
  return (
    <svg
      className="lab-plot curve-plot"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${yLabel} over ${xLabel}: ${curves.map((c) => c.name).join(', ')}`}
    >
      <Axes plot={props} scales={scales} />
      {marks.map(({ x, label }) => (
        <Mark key={label} x={scales.px(x)} label={label} width={width} base={scales.base} />
      ))}
      {curves.map((curve, i) => {
        // Side by side, so that points of curves with the same sizes do not hide each other.
        const shift = (i - (curves.length - 1) / 2) * (curve.letter ? 8 : 3);
        return <CurveLine key={curve.name} curve={curve} shift={shift} scales={scales} plot={props} />;
      })}
    </svg>
  );
}
