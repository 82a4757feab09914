import { useCallback, useMemo } from 'react';
import { formatPercent } from '../core/format.ts';
import { bandPolygon } from './band.ts';
import type { Draw } from './canvas.ts';
import { span, xToPx, type Domain, type PlotBox } from './domain.ts';
import { hatchFill, paintValueAxis, paintVerticalGrid } from './paint.ts';
import type { KeyStyle } from './palette.ts';
import { Plot, type AxisLink } from './Plot.tsx';
import type { YScale } from './scale.ts';
import { stackShares } from './stack.ts';
import type { ChartTheme } from './theme.ts';
import type { AxisTick } from './ticks.ts';

export interface Layer {
  readonly key: string;
  readonly name: string;
  readonly style: KeyStyle;
}
/** Counts per bucket of the axis, row-major buckets x layers. */
export interface StackData {
  readonly x: Float64Array;
  readonly counts: Uint32Array;
}

export interface StackedAreaProps extends AxisLink {
  readonly label: string;
  readonly height: number;
  readonly layers: readonly Layer[];
  readonly data: StackData | null;
  readonly ticks: readonly AxisTick[];
  readonly describe?: (x: number) => string;
}

const PAD = { top: 5, bottom: 7 } as const;
const SHARES: YScale = { kind: 'linear', min: 0, max: 1, floor: 0 };

/** Fills one layer after the other between their edges; hatched, unless the strip is too thin for it. */
export function paintStack(
  g: CanvasRenderingContext2D,
  box: PlotBox,
  theme: ChartTheme,
  domain: Domain,
  edges: readonly Float64Array[],
  layers: readonly Layer[],
  hatched = true,
): void {
  g.save();
  g.beginPath();
  g.rect(box.left, box.top, box.width, box.height);
  g.clip();
  const perPixel = span(domain) / box.width;
  layers.forEach((layer, j) => {
    const polygon = bandPolygon(edges[j + 1], edges[j], perPixel);
    if (polygon.length < 6) return;
    g.beginPath();
    for (let i = 0; i < polygon.length; i += 2)
      g.lineTo(xToPx(polygon[i], domain, box), box.top + (1 - polygon[i + 1]) * box.height);
    g.closePath();
    g.fillStyle = hatched ? hatchFill(g, layer.style.color, layer.style.hatch, theme.bg) : layer.style.color;
    g.fill();
  });
  g.restore();
}

/** Shares of each layer along the axis, stacked to one. */
export function StackedArea({ label, height, layers, data, ticks, describe, ...link }: StackedAreaProps) {
  const { domain } = link;
  const edges = useMemo(
    () => (data && data.x.length > 0 ? stackShares(data.x, data.counts, layers.length) : null),
    [data, layers.length],
  );
  const under = useCallback<Draw>(
    (g, box, theme) => {
      paintValueAxis(g, box, theme, SHARES, (share) => formatPercent(share));
      paintVerticalGrid(g, box, theme, domain, ticks);
      if (!edges) return;
      g.globalAlpha = 0.85;
      paintStack(g, box, theme, domain, edges, layers);
      g.globalAlpha = 1;
    },
    [edges, layers, domain, ticks],
  );
  return <Plot {...link} label={label} height={height} pad={PAD} under={under} describe={describe} />;
}
