import { expect, it } from 'vitest';
import { buildHeatMap } from './HeatMap.tsx';
import { divergingColor } from './palette.ts';
import type { ChartTheme } from './theme.ts';

const theme: ChartTheme = {
  mode: 'dark',
  bg: '#0f1318',
  bgRaised: '#171c23',
  text: '#dfe6ee',
  textDim: '#93a0b1',
  border: '#2a323d',
  accent: '#4fd0c5',
  danger: '#ff7b72',
  warn: '#e8b04a',
  ok: '#5bd08d',
  grid: '#232a34',
  band: '#4fd0c51f',
  overlay: '#6b788a',
  fontUi: 'sans-serif',
  fontMono: 'monospace',
};

interface Cell {
  readonly shape: { readonly x: number; readonly y: number };
  readonly style: { readonly fill: string };
  readonly textContent: { readonly style: { readonly text: string } };
}

/** What the custom series draws for every cell, at `cell` pixels each. */
function cells(matrix: Float64Array, cell: number): Cell[] {
  const { series } = buildHeatMap(['a', 'b'], matrix, cell, theme);
  const [{ renderItem }] = series as unknown as [
    { renderItem: (params: { dataIndex: number }, api: { coord: (at: number[]) => number[] }) => Cell },
  ];
  return Array.from(matrix, (_, dataIndex) => renderItem({ dataIndex }, { coord: ([x, y]) => [x * cell, y * cell] }));
}

it('draws row by row, colours by value and leaves the diagonal blank', () => {
  const drawn = cells(Float64Array.of(Number.NaN, 0.718, -0.3, Number.NaN), 36);
  expect(drawn.map(({ shape }) => [shape.x, shape.y])).toEqual([
    [1, 1],
    [37, 1],
    [1, 37],
    [37, 37],
  ]);
  expect(drawn.map(({ style }) => style.fill)).toEqual([
    'transparent',
    divergingColor(0.718, 'dark'),
    divergingColor(-0.3, 'dark'),
    'transparent',
  ]);
  expect(drawn.map(({ textContent }) => textContent.style.text)).toEqual(['', '0.72', '−0.3', '']);
});

it('draws no numbers in cells too small for them', () => {
  expect(
    cells(Float64Array.of(Number.NaN, 0.7, 0.7, Number.NaN), 12).every(
      ({ textContent }) => textContent.style.text === '',
    ),
  ).toBe(true);
});
