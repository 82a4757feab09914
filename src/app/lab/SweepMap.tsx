import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatCount, formatNumber } from '../../core/format.ts';
import type { Sweep, SweepCell } from '../../detection/lab/sweep.ts';
import { PARAMETER_SPECS, type Parameters } from '../../detection/parameters.ts';
import { MEASURES, moveCell, positionIn, shadeOf, type MeasureName } from './heat.ts';

const PAD = { left: 74, right: 8, top: 8, bottom: 40 } as const;
const WIDTH = 560;
const HEIGHT = 400;

const labelOf = (name: Sweep['x']['name']): string => {
  const { label, unit } = PARAMETER_SPECS[name];
  return unit ? `${label}, ${unit}` : label;
};
const short = (v: number): string => formatNumber(v, 4);

function CellText({
  sweep,
  cell,
  scored,
}: {
  readonly sweep: Sweep;
  readonly cell: SweepCell;
  readonly scored: boolean;
}): ReactNode {
  const at = `${PARAMETER_SPECS[sweep.x.name].label} ${short(cell.x)}, ${PARAMETER_SPECS[sweep.y.name].label} ${short(cell.y)}`;
  if (cell.problem)
    return (
      <>
        <strong>{at}</strong>: {cell.problem}
      </>
    );
  const found = scored
    ? `, precision ${MEASURES.precision.format(cell.precision)}, recall ${MEASURES.recall.format(cell.recall)}, F1 ${MEASURES.f1.format(cell.f1)}, median delay ${MEASURES.medianDelay.format(cell.medianDelay)}`
    : '';
  return (
    <>
      <strong>{at}</strong>: {formatCount(cell.alerts)} {cell.alerts === 1 ? 'alert' : 'alerts'}
      {found}
    </>
  );
}

/**
 * The grid of a sweep. Hover or arrow keys read a cell, click or Enter adopts its parameters; a ring marks the
 * parameters in force.
 */
export function SweepMap({
  sweep,
  measure,
  scored,
  parameters,
  onAdopt,
}: {
  readonly sweep: Sweep;
  readonly measure: MeasureName;
  readonly scored: boolean;
  readonly parameters: Parameters;
  readonly onAdopt: (cell: SweepCell) => void;
}): ReactNode {
  const [at, setAt] = useState<readonly [number, number] | null>(null);
  const root = useRef<SVGSVGElement>(null);
  const columns = sweep.x.values.length;
  const rows = sweep.y.values.length;
  const w = (WIDTH - PAD.left - PAD.right) / columns;
  const h = (HEIGHT - PAD.top - PAD.bottom) / rows;
  const shade = shadeOf(sweep.cells, measure);
  const cellAt = (column: number, row: number): SweepCell => sweep.cells[row * columns + column];
  const cellX = (column: number): number => PAD.left + column * w;
  // Values grow upwards.
  const cellY = (row: number): number => PAD.top + (rows - 1 - row) * h;
  const inForce = [
    positionIn(sweep.x.values, parameters[sweep.x.name] as number),
    positionIn(sweep.y.values, parameters[sweep.y.name] as number),
  ] as const;
  const isInside = inForce.every(Number.isFinite);
  const read = at && cellAt(...at);
  const adopt = (cell: SweepCell): void => {
    if (!cell.problem) onAdopt(cell);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = at ?? (isInside ? [Math.round(inForce[0]), Math.round(inForce[1])] : [0, 0]);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      adopt(cellAt(...from));
      return;
    }
    const next = moveCell(event.key, from, columns, rows);
    if (!next) return;
    event.preventDefault();
    setAt(next);
  };
  const everyX = Math.ceil(columns / Math.floor((WIDTH - PAD.left) / 46));
  const everyY = Math.ceil(rows / Math.floor(HEIGHT / 18));
  return (
    <div className="sweep-map">
      <svg
        ref={root}
        className="lab-plot"
        width={WIDTH}
        height={HEIGHT}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="application"
        tabIndex={0}
        aria-label={`${MEASURES[measure].title} over ${labelOf(sweep.x.name)} and ${labelOf(sweep.y.name)}. Arrow keys read the cells, Enter adopts one.`}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        {sweep.cells.map((cell, i) => {
          const column = i % columns;
          const row = Math.floor(i / columns);
          const value = cell[measure];
          const known = Number.isFinite(value);
          const share = known ? shade(value) : 0;
          return (
            <g
              key={i}
              className="cell"
              data-cell={`${column},${row}`}
              onPointerEnter={() => setAt([column, row])}
              onClick={() => adopt(cell)}
            >
              <rect
                x={cellX(column)}
                y={cellY(row)}
                width={Math.max(1, w - 1)}
                height={Math.max(1, h - 1)}
                rx={1.5}
                className={known ? undefined : 'blank'}
                style={
                  known
                    ? { fill: `color-mix(in oklch, var(--accent) ${Math.round(6 + 94 * share)}%, var(--bg-sunken))` }
                    : undefined
                }
              />
              {known && w >= 34 && h >= 16 && (
                <text
                  x={cellX(column) + w / 2}
                  y={cellY(row) + h / 2 + 4}
                  textAnchor="middle"
                  className={share > 0.55 ? 'on' : undefined}
                >
                  {measure === 'f1' ? formatNumber(value, 2) : MEASURES[measure].format(value)}
                </text>
              )}
            </g>
          );
        })}
        {isInside && (
          <circle
            className="in-force"
            cx={cellX(inForce[0]) + w / 2}
            cy={cellY(inForce[1]) + h / 2}
            r={Math.min(9, w / 2, h / 2)}
          />
        )}
        {at && <rect className="pointed" x={cellX(at[0]) - 0.5} y={cellY(at[1]) - 0.5} width={w} height={h} rx={2} />}
        {sweep.x.values.map(
          (v, i) =>
            i % everyX === 0 && (
              <text key={v} className="tick" x={cellX(i) + w / 2} y={HEIGHT - PAD.bottom + 14} textAnchor="middle">
                {short(v)}
              </text>
            ),
        )}
        {sweep.y.values.map(
          (v, i) =>
            i % everyY === 0 && (
              <text key={v} className="tick" x={PAD.left - 6} y={cellY(i) + h / 2 + 4} textAnchor="end">
                {short(v)}
              </text>
            ),
        )}
        <text className="tick" x={PAD.left + (WIDTH - PAD.left) / 2} y={HEIGHT - 6} textAnchor="middle">
          {labelOf(sweep.x.name)}
        </text>
        <text className="tick" transform={`translate(12 ${(HEIGHT - PAD.bottom) / 2}) rotate(-90)`} textAnchor="middle">
          {labelOf(sweep.y.name)}
        </text>
      </svg>
      <p className="sweep-read" aria-live="polite">
        {read ? (
          <CellText sweep={sweep} cell={read} scored={scored} />
        ) : (
          <span className="dim">
            Point at a cell to read it, click to adopt its parameters
            {isInside ? '; the ring is where the parameters in force lie' : ''}.
          </span>
        )}
      </p>
    </div>
  );
}

/** The same grid as numbers. */
export function SweepTable({
  sweep,
  measure,
  onAdopt,
}: {
  readonly sweep: Sweep;
  readonly measure: MeasureName;
  readonly onAdopt: (cell: SweepCell) => void;
}): ReactNode {
  const columns = sweep.x.values.length;
  return (
    <div className="sweep-table">
      <table className="lab-table">
        <caption>
          {MEASURES[measure].title}: rows {labelOf(sweep.y.name)}, columns {labelOf(sweep.x.name)}
        </caption>
        <thead>
          <tr>
            <td />
            {sweep.x.values.map((v) => (
              <th key={v} scope="col">
                {short(v)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sweep.y.values.map((y, row) => (
            <tr key={y}>
              <th scope="row">{short(y)}</th>
              {sweep.x.values.map((x, column) => {
                const cell = sweep.cells[row * columns + column];
                return (
                  <td key={x}>
                    <button
                      type="button"
                      disabled={cell.problem !== null}
                      title={cell.problem ?? 'Adopt these parameters'}
                      onClick={() => onAdopt(cell)}
                    >
                      {MEASURES[measure].format(cell[measure])}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
