import { useCallback, useMemo, useState } from 'react';
import type { Draw } from './canvas.ts';
import { withAlpha } from './color.ts';
import { xToPx, type PlotBox } from './domain.ts';
import { episodeRow, hitEpisode, layoutLanes, type Episode } from './episodes.ts';
import { hatchFill, paintBadge, paintLabelTick, paintMarkArea, paintVerticalGrid, type MarkArea } from './paint.ts';
import { kindStyle, type StreamStyle } from './palette.ts';
import { Plot, type AxisLink } from './Plot.tsx';
import type { ChartTheme } from './theme.ts';
import type { AxisTick } from './ticks.ts';

export interface LaneChartProps extends AxisLink {
  readonly label: string;
  readonly lanes: readonly { readonly name: string; readonly style: StreamStyle }[];
  readonly episodes: readonly Episode[];
  readonly ticks: readonly AxisTick[];
  readonly markAreas: readonly MarkArea[];
  readonly onPickEpisode: (id: number) => void;
  /** The episode under the pointer, in words, for the tip. */
  readonly describeEpisode: (id: number) => string;
}

const PAD = { top: 4, bottom: 4 } as const;
/** Bars narrower than this carry no letter, in pixels. */
const LETTER_WIDTH = 15;
/** Half of what a tip may be wide, so that it stays within the chart. */
const TIP_HALF = 210;

/**
 * one lane per stream, one row per kind; episodes are bars from onset through the tick where they fired to where they
 * resolved, baseline alerts outlined bars.
 */
export function LaneChart(props: LaneChartProps) {
  const { label, lanes, episodes, ticks, markAreas, onPickEpisode, describeEpisode, ...link } = props;
  const { domain } = link;
  const [hovered, setHovered] = useState<{ episode: Episode; px: number; py: number } | null>(null);

  const layout = useMemo(() => layoutLanes(episodes, lanes.length), [episodes, lanes.length]);

  const draw = useCallback<Draw>(
    (g, box, theme) => {
      for (const area of markAreas) {
        const lane = area.lane === undefined ? null : layout.lanes[area.lane];
        if (lane === undefined) continue;
        const own = lane ? { ...box, top: box.top + lane.top, height: lane.height } : box;
        if (area.tone === 'labelled') paintLabelTick(g, own, theme, domain, area);
        else paintMarkArea(g, own, theme, domain, area, false);
      }
      paintVerticalGrid(g, box, theme, domain, ticks);
      g.font = `10.5px ${theme.fontUi}`;
      const fits = (name: string) => g.measureText(name).width <= box.left - 12;
      g.textBaseline = 'middle';
      lanes.forEach((lane, i) => {
        const height = layout.lanes[i].height;
        const top = box.top + layout.lanes[i].top;
        g.fillStyle = theme.grid;
        g.fillRect(box.left, Math.round(top + height) - 1, box.width, 1);
        g.fillStyle = lane.style.color;
        g.fillRect(box.left - 5, top + 3, 2, height - 6);
        g.fillStyle = theme.textDim;
        g.textAlign = 'right';
        if (fits(lane.name)) g.fillText(lane.name, box.left - 9, top + height / 2);
      });
      g.save();
      g.beginPath();
      g.rect(box.left, box.top, box.width, box.height);
      g.clip();
      for (const episode of episodes.toSorted((a, b) => Number(b.overlay) - Number(a.overlay))) {
        const from = xToPx(episode.onset, domain, box);
        const to = Math.max(from + 3, xToPx(episode.end, domain, box));
        if (to < box.left || from > box.left + box.width) continue;
        const row = episodeRow(episode, layout, box);
        const gap = row.height > 6 ? 1 : 0.5;
        const [top, height] = [row.top + gap, row.height - 2 * gap];
        const { color, letter, hatch } = kindStyle(episode.kind, theme.mode);
        g.beginPath();
        g.roundRect(
          Math.max(from, box.left - 4),
          top,
          Math.min(to, box.left + box.width + 4) - Math.max(from, box.left - 4),
          height,
          2,
        );
        if (episode.overlay) {
          g.setLineDash([3, 2]);
          g.strokeStyle = theme.overlay;
          g.lineWidth = 1;
          g.stroke();
          g.setLineDash([]);
          continue;
        }
        g.globalAlpha = episode.open ? 0.55 : 0.75;
        g.fillStyle = hatchFill(g, color, hatch, theme.bg);
        g.fill();
        g.globalAlpha = 1;
        const fired = xToPx(episode.fired, domain, box);
        g.fillStyle = withAlpha(theme.bg, 0.7);
        g.fillRect(Math.round(fired) - 1, top, 3, height);
        g.fillStyle = color;
        g.fillRect(Math.round(fired), top - 1, 1.5, height + 2);
        if (to - from >= LETTER_WIDTH && height >= 10) {
          const x = Math.max(fired, box.left) + 9;
          paintBadge(g, theme, x + 6 > to ? to - 7 : x, top + height / 2, color, letter);
        }
      }
      g.restore();
      for (const [i, { name, style }] of lanes.entries())
        if (!fits(name)) paintLongName(g, box, theme, name, style.color, layout.lanes[i]);
      g.fillStyle = theme.border;
      g.fillRect(box.left - 1, box.top, 1, box.height);
    },
    [lanes, layout, episodes, ticks, markAreas, domain],
  );

  return (
    <div className="chart-lanes">
      <Plot
        {...link}
        label={label}
        height={layout.height + PAD.top + PAD.bottom}
        pad={PAD}
        under={draw}
        onPick={(point, box) => {
          const hit = hitEpisode(episodes, point.px, point.py, domain, box, layout);
          if (hit) onPickEpisode(hit.id);
        }}
        onHover={(point, box) => {
          const hit = point && hitEpisode(episodes, point.px, point.py, domain, box, layout);
          setHovered(point && hit ? { episode: hit, px: point.px, py: point.py } : null);
        }}
      />
      {hovered && (
        <div
          className="chart-tip"
          style={{ left: `clamp(${TIP_HALF}px, ${hovered.px}px, calc(100% - ${TIP_HALF}px))`, top: hovered.py }}
        >
          {describeEpisode(hovered.episode.id)}
        </div>
      )}
    </div>
  );
}

/** A lane's name that is wider than the margin: it has the room of the chart. */
function paintLongName(
  g: CanvasRenderingContext2D,
  box: PlotBox,
  theme: ChartTheme,
  name: string,
  color: string,
  lane: { readonly top: number; readonly height: number },
): void {
  g.font = `10.5px ${theme.fontUi}`;
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  const text = fitText(g, name, box.width / 3);
  const y = box.top + lane.top + lane.height / 2;
  g.fillStyle = withAlpha(theme.bg, 0.85);
  g.fillRect(6, y - 7, g.measureText(text).width + 6, 14);
  g.fillStyle = theme.textDim;
  g.fillText(text, 9, y);
  g.fillStyle = color;
  g.fillRect(3, box.top + lane.top + 3, 2, lane.height - 6);
}

/** Cuts a text to a width with an ellipsis. */
export function fitText(g: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string {
  if (g.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (g.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}
