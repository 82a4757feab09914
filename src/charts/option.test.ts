import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadLabels } from './labels.ts';
import { fitText } from './LaneChart.tsx';
import { bandResolution, buildOption, buildSeries } from './lineOption.ts';
import { shortName } from './HeatMap.tsx';
import { streamStyle } from './palette.ts';
import { sampleAxis } from './DataTable.tsx';
import { chartScale } from './TimeChart.tsx';

const points = Float64Array.of(0, 1, 10, 100, 20, Number.NaN, 30, 0.001);
const line = { key: '0', name: 'a', style: streamStyle(9, 'dark'), points };
const band = { key: 'b', upper: Float64Array.of(0, 10, 30, 10), lower: Float64Array.of(0, 1, 30, 1), color: '#fff' };
const domain = { min: 0, max: 30 };
const box = { left: 66, top: 5, width: 600, height: 120 };

describe('series', () => {
  it("hand the engine's array to ECharts as it is, on a linear scale", () => {
    const [series] = buildSeries([line], [], { kind: 'linear', floor: 0 }, 1);
    expect(series.data).toBe(points);
    expect(series).toMatchObject({
      type: 'line',
      dimensions: ['x', 'y'],
      animation: false,
      silent: true,
      showSymbol: false,
    });
    expect(series).toMatchObject({ lineStyle: { color: line.style.color, type: line.style.dash } });
  });

  it("hold logarithms on a log scale, no lower than the floor, and leave the engine's array alone", () => {
    const [series] = buildSeries([line], [], { kind: 'log', floor: 0.01 }, 1);
    expect(Array.from(series.data as ArrayLike<unknown>)).toEqual([0, 0, 10, 2, 20, Number.NaN, 30, -2]);
    expect(points[3]).toBe(100);
  });

  it('draw a band as one polygon behind the lines', () => {
    const [first, second] = buildSeries([line], [band], { kind: 'linear', floor: 0 }, 1);
    expect(first).toMatchObject({ id: 'band:b', type: 'custom' });
    expect(first.z).toBeLessThan(Number(second.z));
    const api = { coord: ([x, y]: number[]) => [x * 2, y * 3] };
    const shape = (
      first as { renderItem: (params: unknown, api: unknown) => { shape: { points: number[][] } } }
    ).renderItem({}, api).shape;
    expect(shape.points).toEqual([
      [0, 30],
      [60, 30],
      [60, 3],
      [0, 3],
    ]);
  });

  it('lie in exactly the box that everything else is drawn in', () => {
    const scale = chartScale(
      {
        unit: '',
        scale: 'linear',
        lines: [line],
        bands: [band],
        thresholds: [{ value: 200, label: '', tone: 'danger' }],
        zones: [],
        include: [-5],
      },
      domain,
    );
    expect(scale.min).toBeLessThanOrEqual(-5);
    expect(scale.max).toBeGreaterThanOrEqual(200);
    expect(buildOption([], domain, scale, box)).toMatchObject({
      grid: { left: 66, top: 5, width: 600, height: 120, outerBoundsMode: 'none' },
      xAxis: { min: 0, max: 30 },
      yAxis: { min: scale.min, max: scale.max },
    });
  });

  it('thin bands finer than a pixel, in steps', () => {
    const at = (max: number) => bandResolution({ min: 0, max }, box);
    expect(at(6000)).toBeLessThanOrEqual(10);
    expect(at(6000)).toBe(at(6100));
  });
});

describe('labels', () => {
  it('keep their distance and their order, within bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 200 }), { maxLength: 8 }), (wanted) => {
        const placed = spreadLabels(wanted, 13, 6, 120);
        const sorted = placed.toSorted((a, b) => a - b);
        sorted.forEach((y, i) => {
          if (i > 0) expect(y - sorted[i - 1]).toBeGreaterThanOrEqual(13 - 1e-9);
        });
        for (const y of placed) {
          expect(y).toBeGreaterThanOrEqual(6 - 1e-9);
          expect(y).toBeLessThanOrEqual(120 + 1e-9);
        }
        wanted.forEach((a, i) =>
          wanted.forEach((b, j) => {
            if (a < b) expect(placed[i]).toBeLessThan(placed[j]);
          }),
        );
      }),
    );
  });

  it('stay where they want to be where there is room', () => {
    expect(spreadLabels([20, 80], 13, 6, 120)).toEqual([20, 80]);
  });

  it('are cut to fit', () => {
    const g = { measureText: (text: string) => ({ width: text.length * 6 }) as TextMetrics };
    expect(fitText(g, 'provider-0', 60)).toBe('provider-0');
    expect(fitText(g, 'provider-0', 42)).toBe('provid…');
  });

  it('of a matrix leave out what all names share', () => {
    const names = ['provider-0', 'provider-1'];
    expect(names.map((name) => shortName(name, names, 6))).toEqual(['0', '1']);
    expect(shortName('anthropic', ['anthropic', 'openai'], 6)).toBe('anthr…');
    expect(shortName('only', ['only'], 6)).toBe('only');
  });
});

it('a table samples the axis evenly, on whole events once each', () => {
  expect(sampleAxis({ min: 0, max: 4 }, 50, true)).toEqual([0, 1, 2, 3, 4]);
  const times = sampleAxis({ min: 0, max: 98 }, 50, false);
  expect(times).toHaveLength(50);
  expect(times[49]).toBe(98);
});
