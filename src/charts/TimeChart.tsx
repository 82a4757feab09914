import { memo, useCallback, useMemo, type ReactNode } from 'react';
import { formatQuantity, type Unit } from '../core/format.ts';
import type { Draw } from './canvas.ts';
import type { DrawAtCursor } from './CursorLayer.tsx';
import { DataTable } from './DataTable.tsx';
import { span } from './domain.ts';
import type { Domain, PlotBox } from './domain.ts';
import { hitTick, type Episode } from './episodes.ts';
import { LimitHandles } from './LimitHandles.tsx';
import type { LimitControl } from './limits.ts';
import { bandResolution, buildOption, buildSeries, type Band, type TimeLine } from './lineOption.ts';
import {
  paintBeyond,
  paintEpisodeTicks,
  paintMarkArea,
  paintThresholds,
  paintValueAxis,
  paintVerticalGrid,
  paintZone,
  type MarkArea,
  type Threshold,
  type Zone,
} from './paint.ts';
import { LayeredCanvas } from './LayeredCanvas.tsx';
import { Plot, type AxisLink } from './Plot.tsx';
import { valueAsOf } from './points.ts';
import { fitScale, pxToY, toScaled, unitsPerPixel, yExtent, yToPx, type YScale } from './scale.ts';
import type { AxisTick } from './ticks.ts';
import { TipLayer, useTip, type TipPlace } from './TipLayer.tsx';
import type { PlotPoint } from './usePlotGestures.ts';
import { useHeldLimit } from './useHeldLimit.ts';
import { sameFields, useSame } from './useSame.ts';
import type { Size } from './useSize.ts';

/** What a chart of lines shows, without where and when: pure data, made by a panel. */
export interface TimeChartSpec {
  readonly unit: Unit;
  readonly scale: 'linear' | 'log';
  /** Smallest value on a log scale. */
  readonly floor?: number;
  readonly lines: readonly TimeLine[];
  readonly bands: readonly Band[];
  readonly thresholds: readonly Threshold[];
  readonly zones: readonly Zone[];
  /** Values that must be in view even where no line reaches them. */
  readonly include: readonly number[];
}

/** A place in a chart with its value, and what one pixel is worth there. */
export interface TimePick {
  readonly x: number;
  /** NaN if only the axis position was chosen. */
  readonly y: number;
  readonly xScale: number;
  readonly yScale: number;
}

export interface TimeChartProps extends AxisLink {
  readonly label: string;
  readonly height: number;
  readonly spec: TimeChartSpec;
  readonly ticks: readonly AxisTick[];
  readonly markAreas: readonly MarkArea[];
  readonly reference: Domain | null;
  readonly episodes: readonly Episode[];
  /** True while a table of values is shown below the chart. */
  readonly table: boolean;
  readonly formatX: (x: number) => string;
  /** Its limits that can be dragged. */
  readonly limits?: LimitControl;
  /** What stands beside the pointer. */
  readonly tip?: (at: TipPlace) => ReactNode;
  readonly onPick?: (pick: TimePick) => void;
  readonly onPickEpisode?: (id: number) => void;
}

const PAD = { top: 5, bottom: 7 } as const;

/**
 * The vertical scale of a chart over the visible stretch: data, thresholds and bounds in view. What follows the
 * reference period tells, where both are seen: a start-up in it would press the rest flat.
 */
export function chartScale(spec: TimeChartSpec, domain: Domain, reference: Domain | null = null): YScale {
  const data = [...spec.lines.map((line) => line.points), ...spec.bands.flatMap((band) => [band.upper, band.lower])];
  const include = [
    ...spec.include,
    ...spec.thresholds.map((threshold) => threshold.value),
    ...spec.zones.flatMap((zone) => [zone.low, zone.high]),
  ];
  // The zeros that every stream starts with would stretch a log scale down to its floor.
  const least = spec.scale === 'log' ? 0 : -Infinity;
  const both = reference && reference.min <= domain.min && reference.max > domain.min && reference.max < domain.max;
  const [low, high] = yExtent(data, both ? reference.max : domain.min, domain.max, least);
  const extent = low <= high ? ([low, high] as const) : yExtent(data, domain.min, domain.max, least);
  return fitScale(spec.scale, extent, include, spec.floor);
}

/** The scale, and how far lines of the reference go beyond its top; null where they do not. */
function useFitting(spec: TimeChartSpec, domain: Domain, reference: Domain | null) {
  const fitting = useSame(
    useMemo(() => chartScale(spec, domain, reference), [spec, domain, reference]),
    sameFields,
  );
  const beyond = useMemo(() => {
    if (!reference) return null;
    const lines = spec.lines.map(({ points }) => points);
    const [, most] = yExtent(lines, domain.min, Math.min(domain.max, reference.max));
    return toScaled(most, fitting) > fitting.max ? most : null;
  }, [spec.lines, domain, reference, fitting]);
  return { fitting, beyond };
}

/**
 * Lines on the shared axis, with thresholds, zones, bands, the reference period and alerts. The same numbers stand in a
 * table for screen readers and for anyone who asks.
 */
export const TimeChart = memo(function TimeChart(props: TimeChartProps) {
  const {
    label,
    height,
    spec,
    ticks,
    markAreas,
    reference,
    episodes,
    table,
    formatX,
    limits,
    tip,
    onPick,
    onPickEpisode,
    ...link
  } = props;
  const { domain } = link;
  const { fitting, beyond } = useFitting(spec, domain, reference);
  const { thresholds, scale, held, grab } = useHeldLimit(spec.thresholds, fitting, limits);

  const { tips, wrapper, hover } = useTip(scale);

  const under = useCallback<Draw>(
    (g, box, theme) => {
      for (const area of markAreas) paintMarkArea(g, box, theme, domain, area, false);
      for (const zone of spec.zones) paintZone(g, box, theme, scale, zone);
      paintVerticalGrid(g, box, theme, domain, ticks);
      paintValueAxis(g, box, theme, scale);
      paintEpisodeTicks(g, box, theme, domain, episodes);
      if (beyond !== null) paintBeyond(g, box, theme, `↑ to ${formatQuantity(beyond, spec.unit)}`);
    },
    [markAreas, spec.zones, spec.unit, domain, ticks, scale, episodes, beyond],
  );

  const over = useCallback<Draw>(
    (g, box, theme) => paintThresholds(g, box, theme, scale, thresholds),
    [scale, thresholds],
  );

  const atCursor = useCallback<DrawAtCursor>(
    (g, x, px, box, theme) => {
      for (const line of spec.lines) {
        const value = valueAsOf(line.points, x);
        if (!Number.isFinite(value)) continue;
        g.beginPath();
        g.arc(px, yToPx(value, scale, box), 2.75, 0, 2 * Math.PI);
        g.fillStyle = line.style.color;
        g.fill();
        g.strokeStyle = theme.bg;
        g.lineWidth = 1;
        g.stroke();
      }
    },
    [spec.lines, scale],
  );

  const describe = useCallback(
    (x: number) => {
      const values = spec.lines.map((line) => `${line.name} ${formatQuantity(valueAsOf(line.points, x), spec.unit)}`);
      return `${formatX(x)}: ${values.join(', ')}`;
    },
    [spec, formatX],
  );

  const pick = (point: PlotPoint, box: PlotBox) => {
    const episode = onPickEpisode && hitTick(episodes, point.px, domain, box, point.py < box.top + 14 ? 7 : 2);
    if (episode) onPickEpisode(episode.id);
    else
      onPick?.({
        x: point.x,
        y: pxToY(point.py, scale, box),
        xScale: span(domain) / box.width,
        yScale: unitsPerPixel(point.py, scale, box),
      });
  };

  return (
    <div ref={wrapper}>
      <Plot
        {...link}
        label={label}
        height={height}
        pad={PAD}
        atCursor={atCursor}
        describe={describe}
        onPick={pick}
        onGrab={grab}
        onHover={tip && hover}
      >
        {(size, box) => (
          <>
            <Lines spec={spec} domain={domain} scale={scale} size={size} box={box} under={under} over={over} />
            {limits && <LimitHandles limits={limits} thresholds={thresholds} scale={scale} box={box} held={held} />}
          </>
        )}
      </Plot>
      {tip && <TipLayer store={tips} tip={tip} />}
      <DataTable
        caption={label}
        lines={spec.lines}
        unit={spec.unit}
        domain={domain}
        formatX={formatX}
        whole={link.cursorStep > 0}
        open={table}
      />
    </div>
  );
});

interface LinesProps {
  readonly spec: TimeChartSpec;
  readonly domain: Domain;
  readonly scale: YScale;
  readonly size: Size;
  readonly box: PlotBox;
  readonly under: Draw;
  readonly over: Draw;
}

function Lines({ spec, domain, scale, size, box, under, over }: LinesProps) {
  const { kind, floor } = scale;
  const perPixel = bandResolution(domain, box);
  const series = useMemo(
    () => buildSeries(spec.lines, spec.bands, { kind, floor }, perPixel),
    [spec.lines, spec.bands, kind, floor, perPixel],
  );
  const option = useMemo(() => buildOption(series, domain, scale, box), [series, domain, scale, box]);
  return <LayeredCanvas size={size} box={box} under={under} option={option} over={over} />;
}
