import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatCount, formatNumber } from '../../core/format.ts';
import type { Sweep, SweepCell } from '../../detection/lab/sweep.ts';
import { PARAMETER_SPECS, type Parameters } from '../../detection/parameters.ts';
import { axisLabel, MEASURES, moveCell, positionIn, fractionOf, scaleOf, tickText, type MeasureName } from './heat.ts';

const PAD = { left: 74, right: 8, top: 8, bottom: 40 } as const;
const WIDTH = 560;
const HEIGHT = 400;
/** px that a tick label needs. */
const TICK_ROOM = { x: 46, y: 18 } as const;

type CellPosition = readonly [column: number, row: number];

/** Where the cells of a sweep lie in the map, in px; values grow rightwards and upwards. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Size of a cell. */
  readonly w: number;
  readonly h: number;
  readonly x: (column: number) => number;
  readonly y: (row: number) => number;
}

function gridOf(sweep: Sweep): Grid {
  const columns = sweep.x.values.length;
  const rows = sweep.y.values.length;
  const w = (WIDTH - PAD.left - PAD.right) / columns;
  const h = (HEIGHT - PAD.top - PAD.bottom) / rows;
  return { columns, rows, w, h, x: (column) => PAD.left + column * w, y: (row) => PAD.top + (rows - 1 - row) * h };
}

const SCORES = [
  ['precision', 'precision'],
  ['recall', 'recall'],
  ['f1', 'F1'],
  ['medianDelay', 'median delay'],
] as const satisfies readonly (readonly [MeasureName, string])[];

function CellText({
  sweep,
  cell,
  scored,
}: {
  readonly sweep: Sweep;
  readonly cell: SweepCell;
  readonly scored: boolean;
}): ReactNode {
  const at = [sweep.x, sweep.y]
    .map(({ name }, i) => `${PARAMETER_SPECS[name].label} ${tickText(i === 0 ? cell.x : cell.y)}`)
    .join(', ');
  if (cell.problem)
    return (
      <>
        <strong>{at}</strong>: {cell.problem}
      </>
    );
  const found = scored ? SCORES.map(([name, word]) => `, ${word} ${MEASURES[name].format(cell[name])}`).join('') : '';
  return (
    <>
      <strong>{at}</strong>: {formatCount(cell.alerts)} {cell.alerts === 1 ? 'alert' : 'alerts'}
      {found}
    </>
  );
}

function Cell({
  cell,
  at: [column, row],
  grid,
  measure,
  fraction,
  onPoint,
  onAdopt,
}: {
  readonly cell: SweepCell;
  readonly at: CellPosition;
  readonly grid: Grid;
  readonly measure: MeasureName;
  /** Between the least and the greatest of the sweep; NaN: nothing is known of this cell. */
  readonly fraction: number;
  readonly onPoint: (at: CellPosition) => void;
  readonly onAdopt: (cell: SweepCell) => void;
}): ReactNode {
  const { w, h, x, y } = grid;
  const known = Number.isFinite(fraction);
  const percent = Math.round(6 + 94 * fraction);
  const fill = known ? `color-mix(in oklch, var(--accent) ${percent}%, var(--bg-sunken))` : undefined;
  return (
    <g
      className="cell"
      data-cell={`${column},${row}`}
      onPointerEnter={() => onPoint([column, row])}
      onClick={() => onAdopt(cell)}
    >
      <rect
        x={x(column)}
        y={y(row)}
        width={Math.max(1, w - 1)}
        height={Math.max(1, h - 1)}
        rx={1.5}
        className={known ? undefined : 'blank'}
        style={{ fill }}
      />
      {known && w >= 34 && h >= 16 && (
        <text
          x={x(column) + w / 2}
          y={y(row) + h / 2 + 4}
          textAnchor="middle"
          className={fraction > 0.55 ? 'on' : undefined}
        >
          {measure === 'f1' ? formatNumber(cell[measure], 2) : MEASURES[measure].format(cell[measure])}
        </text>
      )}
    </g>
  );
}

function Axes({ sweep, grid }: { readonly sweep: Sweep; readonly grid: Grid }): ReactNode {
  const everyX = Math.ceil(grid.columns / Math.floor((WIDTH - PAD.left) / TICK_ROOM.x));
  const everyY = Math.ceil(grid.rows / Math.floor(HEIGHT / TICK_ROOM.y));
  return (
    <>
      {sweep.x.values.map(
        (v, i) =>
          i % everyX === 0 && (
            <text key={v} className="tick" x={grid.x(i) + grid.w / 2} y={HEIGHT - PAD.bottom + 14} textAnchor="middle">
              {tickText(v)}
            </text>
          ),
      )}
      {sweep.y.values.map(
        (v, i) =>
          i % everyY === 0 && (
            <text key={v} className="tick" x={PAD.left - 6} y={grid.y(i) + grid.h / 2 + 4} textAnchor="end">
              {tickText(v)}
            </text>
          ),
      )}
      <text className="tick" x={PAD.left + (WIDTH - PAD.left) / 2} y={HEIGHT - 6} textAnchor="middle">
        {axisLabel(sweep.x.name)}
      </text>
      <text className="tick" transform={`translate(12 ${(HEIGHT - PAD.bottom) / 2}) rotate(-90)`} textAnchor="middle">
        {axisLabel(sweep.y.name)}
      </text>
    </>
  );
}

/** What the colours stand for; where all cells are alike, that, in words. */
function Scale({ cells, measure }: { readonly cells: readonly SweepCell[]; readonly measure: MeasureName }): ReactNode {
  const values = cells.map((cell) => cell[measure]).filter(Number.isFinite);
  if (values.length === 0) return null;
  const { title, format } = MEASURES[measure];
  const [low, high] = scaleOf(values, measure);
  const least = Math.min(...values);
  if (least === Math.max(...values)) {
    const what =
      measure === 'alerts' ? `${format(least)} ${least === 1 ? 'alert' : 'alerts'}` : `${title} ${format(least)}`;
    return (
      <p data-testid="sweep-scale">
        {what} in all {formatCount(values.length)} cells: neither parameter makes a difference within these ranges.
      </p>
    );
  }
  return (
    <p className="sweep-scale" data-testid="sweep-scale">
      <span>
        {title} {format(low)}
      </span>
      <i aria-hidden="true" />
      <span>{format(high)}</span>
    </p>
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
  const [at, setAt] = useState<CellPosition | null>(null);
  const root = useRef<SVGSVGElement>(null);
  const grid = gridOf(sweep);
  const { columns, rows, w, h } = grid;
  const fraction = fractionOf(sweep.cells, measure);
  const cellAt = ([column, row]: CellPosition): SweepCell => sweep.cells[row * columns + column];
  const inForce = [
    positionIn(sweep.x.values, parameters[sweep.x.name] as number),
    positionIn(sweep.y.values, parameters[sweep.y.name] as number),
  ] as const;
  const isInside = inForce.every(Number.isFinite);
  const read = at && cellAt(at);
  const adopt = (cell: SweepCell): void => {
    if (!cell.problem) onAdopt(cell);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = at ?? (isInside ? ([Math.round(inForce[0]), Math.round(inForce[1])] as const) : ([0, 0] as const));
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      adopt(cellAt(from));
      return;
    }
    const next = moveCell(event.key, from, columns, rows);
    if (!next) return;
    event.preventDefault();
    setAt(next);
  };
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
        aria-label={
          `${MEASURES[measure].title} over ${axisLabel(sweep.x.name)} and ${axisLabel(sweep.y.name)}. ` +
          'Arrow keys read the cells, Enter adopts one.'
        }
        onKeyDown={onKeyDown}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        {sweep.cells.map((cell, i) => (
          <Cell
            key={i}
            cell={cell}
            at={[i % columns, Math.floor(i / columns)]}
            grid={grid}
            measure={measure}
            fraction={Number.isFinite(cell[measure]) ? fraction(cell[measure]) : Number.NaN}
            onPoint={setAt}
            onAdopt={adopt}
          />
        ))}
        {isInside && (
          <circle
            className="in-force"
            cx={grid.x(inForce[0]) + w / 2}
            cy={grid.y(inForce[1]) + h / 2}
            r={Math.min(9, w / 2, h / 2)}
          />
        )}
        {at && <rect className="pointed" x={grid.x(at[0]) - 0.5} y={grid.y(at[1]) - 0.5} width={w} height={h} rx={2} />}
        <Axes sweep={sweep} grid={grid} />
      </svg>
      <Scale cells={sweep.cells} measure={measure} />
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
