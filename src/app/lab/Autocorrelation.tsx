import type { ReactNode } from 'react';
import { formatNumber } from '../../core/format.ts';

/**
 * Autocorrelations at lags 1, 2, … as bars about 0, with the band in which those of independent values lie 95 % of the
 * time.
 */
export function Autocorrelation({
  values,
  count,
  width,
  height,
  labelled = false,
}: {
  readonly values: readonly number[];
  /** Events that they were measured on. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly labelled?: boolean;
}): ReactNode {
  const foot = labelled ? 14 : 0;
  const left = labelled ? 30 : 0;
  const plot = { width: width - left, height: height - foot };
  const band = 1.96 / Math.sqrt(Math.max(1, count));
  const known = values.filter(Number.isFinite);
  const most = Math.min(1, Math.max(0.3, band * 1.5, ...known.map(Math.abs)) * 1.08);
  const low = Math.min(-band * 1.5, ...known.map((v) => v * 1.08));
  const py = (v: number): number => ((most - v) / (most - low)) * plot.height;
  const step = plot.width / values.length;
  return (
    <svg
      className="lab-plot autocorrelation"
      width={width}
      height={height}
      role="img"
      aria-label={`Autocorrelation of z: ${values
        .slice(0, 5)
        .map((v, i) => `lag ${i + 1} ${formatNumber(v, 2)}`)
        .join(', ')}`}
    >
      <rect className="band" x={left} width={plot.width} y={py(band)} height={py(-band) - py(band)} />
      {values.map(
        (value, i) =>
          Number.isFinite(value) && (
            <rect
              key={i}
              className="bar"
              x={left + i * step + 1}
              width={Math.max(1, step - 2)}
              y={Math.min(py(0), py(value))}
              height={Math.max(1, Math.abs(py(value) - py(0)))}
            >
              <title>{`lag ${i + 1}: ${formatNumber(value, 2)}`}</title>
            </rect>
          ),
      )}
      <line className="axis" x1={left} x2={width} y1={py(0)} y2={py(0)} />
      {labelled && (
        <>
          {[most / 1.08, 0].map((v) => (
            <text key={v} className="tick" x={left - 5} y={py(v) + 4} textAnchor="end">
              {formatNumber(v, 2)}
            </text>
          ))}
          {values.map(
            (_, i) =>
              ((i + 1) % 5 === 0 || i === 0) && (
                <text key={i} className="tick" x={left + (i + 0.5) * step} y={height - 2} textAnchor="middle">
                  {i + 1}
                </text>
              ),
          )}
        </>
      )}
    </svg>
  );
}
