import { useMemo, useRef, useState } from 'react';
import { formatNumber } from '../core/format.ts';
import type { ChartOption } from './echarts.ts';
import { divergingColor } from './palette.ts';
import { LayeredCanvas } from './LayeredCanvas.tsx';
import { contrast } from './color.ts';
import { useChartTheme, type ChartTheme } from './theme.ts';
import { useSize } from './useSize.ts';

export interface HeatMapProps {
  readonly label: string;
  readonly names: readonly string[];
  /** Row-major S x S, correlations from -1 to 1; NaN is left blank. */
  readonly matrix: Float64Array;
  /** The table of the same numbers is shown instead of the map. */
  readonly table: boolean;
}

const LEFT = 84;
const TOP = 20;
const MAX_CELL = 36;
/** The matrix lays its own margins out. */
const NO_MARGIN = { left: 0, top: 0, width: 0, height: 0 } as const;
/** Smallest cell that holds a number. */
const LABEL_CELL = 30;

/** ECharts option of the matrix: one custom series whose item i is cell i. */
export function buildHeatMap(
  names: readonly string[],
  matrix: Float64Array,
  cell: number,
  theme: ChartTheme,
): ChartOption {
  const side = names.length;
  const width = cell * side;
  return {
    animation: false,
    grid: { left: LEFT, top: TOP, width, height: width, outerBoundsMode: 'none' },
    xAxis: { type: 'value', min: 0, max: side, show: false },
    yAxis: { type: 'value', min: 0, max: side, inverse: true, show: false },
    series: [
      {
        id: 'cells',
        type: 'custom',
        silent: true,
        animation: false,
        data: Array.from(matrix, (_, i) => [i % side, Math.floor(i / side)]),
        renderItem: (params, api) => {
          const value = matrix[params.dataIndex];
          const [x, y] = api.coord([params.dataIndex % side, Math.floor(params.dataIndex / side)]);
          const fill = divergingColor(value, theme.mode);
          const ink = contrast(fill, theme.text) >= contrast(fill, theme.bg) ? theme.text : theme.bg;
          const known = Number.isFinite(value);
          return {
            type: 'rect',
            shape: { x: x + 1, y: y + 1, width: cell - 2, height: cell - 2, r: 2 },
            style: { fill, stroke: known ? undefined : theme.grid, lineWidth: known ? 0 : 1 },
            // Always there: ECharts keeps the text of a shape that is drawn again without one.
            textContent: {
              type: 'text',
              style: {
                text: known && cell >= LABEL_CELL ? formatNumber(Math.round(value * 100) / 100, 2) : '',
                fill: ink,
                font: `10px ${theme.fontUi}`,
              },
            },
            textConfig: { position: 'inside' },
          };
        },
      },
    ],
  };
}

/** Pairwise correlations of streams as a coloured matrix; the row speaks, the column is who it is coupled to. */
export function HeatMap({ label, names, matrix, table }: HeatMapProps) {
  const element = useRef<HTMLDivElement>(null);
  const measured = useSize(element);
  const theme = useChartTheme();
  const [hovered, setHovered] = useState<{ row: number; column: number } | null>(null);
  const side = names.length;
  const cell = measured
    ? Math.max(6, Math.min(MAX_CELL, Math.floor((measured.width - LEFT - 4) / Math.max(1, side))))
    : 0;
  const option = useMemo(
    () => (cell > 0 ? buildHeatMap(names, matrix, cell, theme) : null),
    [names, matrix, cell, theme],
  );
  const size = useMemo(
    () => (measured ? { width: measured.width, height: TOP + cell * side + 2 } : null),
    [measured, cell, side],
  );
  const scale = [-1, 0, 1].map((value) => divergingColor(value, theme.mode)).join(', ');
  const at = hovered && matrix[hovered.row * side + hovered.column];
  return (
    <figure className="chart-heat">
      <div
        ref={element}
        className={table ? 'visually-hidden' : 'chart-heat-layer'}
        style={{ height: size?.height ?? TOP + side * 12 }}
        aria-hidden="true"
        onPointerMove={(event) => {
          const bounds = event.currentTarget.getBoundingClientRect();
          const column = Math.floor((event.clientX - bounds.left - LEFT) / cell);
          const row = Math.floor((event.clientY - bounds.top - TOP) / cell);
          setHovered(row >= 0 && row < side && column >= 0 && column < side ? { row, column } : null);
        }}
        onPointerLeave={() => setHovered(null)}
      >
        {option && size && <LayeredCanvas option={option} size={size} box={NO_MARGIN} />}
        {cell > 0 &&
          names.map((name, i) => (
            <span
              key={`row ${name}`}
              className="chart-heat-row"
              style={{ top: TOP + i * cell, height: cell, lineHeight: `${cell}px`, width: LEFT - 6 }}
              title={name}
            >
              {name}
            </span>
          ))}
        {cell > 0 &&
          names.map((name, i) => (
            <span
              key={`column ${name}`}
              className="chart-heat-column"
              style={{ left: LEFT + i * cell, width: cell, height: TOP }}
              title={name}
            >
              {side * cell > 0 && cell >= 26 ? shortName(name, names, Math.floor(cell / 6)) : i + 1}
            </span>
          ))}
      </div>
      <figcaption className={table ? 'visually-hidden' : undefined}>
        {hovered && at !== null ? (
          hovered.row === hovered.column ? (
            names[hovered.row]
          ) : (
            `${names[hovered.row]} with ${names[hovered.column]}: ${formatNumber(at)}`
          )
        ) : (
          <span className="chart-heat-scale">
            <span>−1</span>
            <i
              style={{
                background: `linear-gradient(90deg, ${scale})`,
              }}
            />
            <span>1</span>
          </span>
        )}
      </figcaption>
      <div className={table ? 'chart-table' : 'visually-hidden'}>
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">Stream</th>
              {names.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, row) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {names.map((other, column) => (
                  <td key={other}>{formatNumber(matrix[row * side + column])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

/** What tells a name from the others: its end, without the prefix all of them share, cut to `length`. */
export function shortName(name: string, names: readonly string[], length: number): string {
  let shared = 0;
  while (names.length > 1 && shared < name.length - 1 && names.every((other) => other[shared] === name[shared]))
    shared++;
  const rest = name.slice(shared);
  return rest.length <= length ? rest : `${rest.slice(0, Math.max(1, length - 1))}…`;
}
