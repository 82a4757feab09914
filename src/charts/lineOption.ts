import { bandPolygon } from './band.ts';
import type { PlotBox, Domain } from './domain.ts';
import { span } from './domain.ts';
import type { ChartOption, CustomSeriesOption, LineSeriesOption } from './echarts.ts';
import type { StreamStyle } from './palette.ts';
import { mapY } from './points.ts';
import { toScaled, type YScale } from './scale.ts';

export interface TimeLine {
  /** Unique within the chart, stable between updates. */
  readonly key: string;
  readonly name: string;
  readonly style: StreamStyle;
  /** Interleaved x, y (Float64), x ascending, y NaN marks a gap. */
  readonly points: Float64Array;
}
/** The area between two lines. */
export interface Band {
  readonly key: string;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  readonly color: string;
}

type Series = LineSeriesOption | CustomSeriesOption;

/**
 * Lines of more points than this are drawn thin: they are dense, and where the processor draws, strokes of more than a
 * pixel take it six times as long.
 */
const MANY_POINTS = 500;

function lineSeries(line: TimeLine, scale: Pick<YScale, 'kind' | 'floor'>, width: number): LineSeriesOption {
  const { kind, floor } = scale;
  return {
    id: `line:${line.key}`,
    name: line.name,
    type: 'line',
    data: (kind === 'log'
      ? mapY(line.points, (y) => toScaled(y, { kind, floor }))
      : line.points) as unknown as LineSeriesOption['data'],
    dimensions: ['x', 'y'],
    encode: { x: 'x', y: 'y' },
    showSymbol: false,
    silent: true,
    animation: false,
    clip: true,
    connectNulls: false,
    emphasis: { disabled: true },
    lineStyle: {
      color: line.style.color,
      width,
      opacity: 0.9,
      type: line.style.dash.length > 0 ? [...line.style.dash] : 'solid',
      join: 'bevel',
    },
    z: 3,
  };
}

function bandSeries(band: Band, scale: Pick<YScale, 'kind' | 'floor'>, perPixel: number): CustomSeriesOption {
  const polygon = mapY(bandPolygon(band.upper, band.lower, perPixel), (y) => toScaled(y, scale));
  return {
    id: `band:${band.key}`,
    type: 'custom',
    data: [0],
    silent: true,
    animation: false,
    clip: true,
    z: 1,
    renderItem: (_params, api) => {
      const points: number[][] = [];
      for (let i = 0; i < polygon.length; i += 2) points.push(api.coord([polygon[i], polygon[i + 1]]));
      return { type: 'polygon', shape: { points }, style: { fill: band.color } };
    },
  };
}

/** Series of a chart; made anew only when lines, bands or the kind of scale change, not on zoom. */
export function buildSeries(
  lines: readonly TimeLine[],
  bands: readonly Band[],
  scale: Pick<YScale, 'kind' | 'floor'>,
  perPixel: number,
): Series[] {
  const width = lines.length > 8 || lines.some(({ points }) => points.length > 2 * MANY_POINTS) ? 1 : 1.4;
  return [
    ...bands.map((band) => bandSeries(band, scale, perPixel)),
    ...lines.map((line) => lineSeries(line, scale, width)),
  ];
}

/** ECharts option of a chart whose ticks and labels are drawn elsewhere: a bare grid at exactly `box`. */
export function buildOption(series: Series[], domain: Domain, scale: YScale, box: PlotBox): ChartOption {
  return {
    animation: false,
    grid: { left: box.left, top: box.top, width: box.width, height: box.height, outerBoundsMode: 'none' },
    xAxis: { type: 'value', show: false, min: domain.min, max: domain.max },
    yAxis: { type: 'value', show: false, min: scale.min, max: scale.max },
    series,
  };
}

/** Axis units of one pixel, for thinning bands; a power of two, so that zooming does not thin anew on every step. */
export const bandResolution = (domain: Domain, box: PlotBox): number =>
  2 ** Math.floor(Math.log2(span(domain) / box.width / 2));
