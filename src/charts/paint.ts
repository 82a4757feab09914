import { formatCompact } from '../core/format.ts';
import type { LimitRule } from '../detection/channels/limitRule.ts';
import { withAlpha } from './color.ts';
import { xToPx, type Domain, type PlotBox } from './domain.ts';
import { unionSpans, type Episode } from './episodes.ts';
import { spreadLabels } from './labels.ts';
import { kindStyle, type Hatch } from './palette.ts';
import { yTicks, yToPx, type YScale } from './scale.ts';
import { toneColor, type ChartTheme, type Tone } from './theme.ts';
import type { AxisTick } from './ticks.ts';

type G = CanvasRenderingContext2D;

/** A horizontal line at a detector's limit. */
export interface Threshold {
  readonly value: number;
  readonly label: string;
  readonly tone: Tone;
  readonly dash?: readonly number[];
  /** How it follows from a parameter; absent where none governs it. */
  readonly rule?: LimitRule;
}
/** A horizontal stretch of values that counts as healthy. */
export interface Zone {
  readonly low: number;
  readonly high: number;
  readonly label: string;
}
/** A mark area: a stretch of the axis that is set off, e.g. the reference period. */
export interface MarkArea {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** What it is: the reference period, or a labelled stretch. */
  readonly tone?: 'reference' | 'labelled';
  /** The lane that it is of; all where absent. */
  readonly lane?: number;
}

const SMALL = 10.5;
/** Size of the labels of limits, CSS px. */
export const LIMIT_FONT = 10;
const font = (theme: ChartTheme, size = SMALL, mono = false) => `${size}px ${mono ? theme.fontMono : theme.fontUi}`;

export function paintVerticalGrid(
  g: G,
  box: PlotBox,
  theme: ChartTheme,
  domain: Domain,
  ticks: readonly AxisTick[],
): void {
  g.fillStyle = theme.grid;
  for (const tick of ticks) g.fillRect(Math.round(xToPx(tick.x, domain, box)), box.top, 1, box.height);
}

export function paintValueAxis(
  g: G,
  box: PlotBox,
  theme: ChartTheme,
  scale: YScale,
  format: (value: number) => string = (value) => formatCompact(value, 4),
): void {
  g.font = font(theme);
  g.textAlign = 'right';
  g.textBaseline = 'middle';
  for (const tick of yTicks(scale, box.height / 26)) {
    const y = Math.round(yToPx(tick.value, scale, box));
    g.fillStyle = theme.grid;
    g.fillRect(box.left, y, box.width, 1);
    g.fillStyle = theme.textDim;
    g.fillText(format(tick.value), box.left - 7, Math.min(box.top + box.height - 4, Math.max(box.top + 4, y)));
  }
  g.fillStyle = theme.border;
  g.fillRect(box.left - 1, box.top, 1, box.height);
}

/** Paints a mark area, with slanted lines so that it reads without colour. */
export function paintMarkArea(
  g: G,
  box: PlotBox,
  theme: ChartTheme,
  domain: Domain,
  area: MarkArea,
  labelled: boolean,
): void {
  const from = Math.max(box.left, xToPx(area.from, domain, box));
  const to = Math.min(box.left + box.width, xToPx(area.to, domain, box));
  if (to < from || (to === from && area.tone !== 'labelled')) return;
  const labels = area.tone === 'labelled';
  const color = labels ? theme.warn : theme.accent;
  g.save();
  g.beginPath();
  g.rect(from, box.top, Math.max(labels ? 2 : 0, to - from), box.height);
  g.clip();
  g.fillStyle = withAlpha(color, labels ? 0.1 : 0.05);
  g.fillRect(from, box.top, Math.max(2, to - from), box.height);
  g.strokeStyle = withAlpha(color, labels ? 0.16 : 0.1);
  g.lineWidth = 1;
  g.beginPath();
  // Slanted the other way where faults are labelled.
  for (let x = Math.floor(from / 8) * 8 - box.height; x < to; x += 8) {
    g.moveTo(x, labels ? box.top : box.top + box.height);
    g.lineTo(x + box.height, labels ? box.top + box.height : box.top);
  }
  g.stroke();
  g.fillStyle = withAlpha(color, 0.45);
  g.fillRect(Math.round(to) - 1, box.top, 1, box.height);
  if (labels) g.fillRect(Math.round(from), box.top, 1, box.height);
  g.restore();
  if (!labelled || to - from < 40) return;
  g.font = font(theme, 10);
  g.fillStyle = theme.textDim;
  g.textAlign = 'left';
  g.textBaseline = 'top';
  g.fillText(area.label, from + 5, box.top + 3, to - from - 8);
}

/** A labelled stretch as a faint tick at the foot of a lane. */
export function paintLabelTick(g: G, box: PlotBox, theme: ChartTheme, domain: Domain, { from, to }: MarkArea): void {
  const start = Math.max(box.left, xToPx(from, domain, box));
  const end = Math.min(box.left + box.width, xToPx(to, domain, box));
  if (end < start) return;
  g.fillStyle = withAlpha(theme.warn, 0.55);
  g.fillRect(start, box.top + box.height - 4, Math.max(2, end - start), 3);
}

export function paintZone(g: G, box: PlotBox, theme: ChartTheme, scale: YScale, zone: Zone): void {
  if (!Number.isFinite(zone.low) || !Number.isFinite(zone.high)) return;
  const clampY = (y: number) => Math.min(box.top + box.height, Math.max(box.top, y));
  const top = clampY(yToPx(zone.high, scale, box));
  const bottom = clampY(yToPx(zone.low, scale, box));
  g.fillStyle = theme.band;
  g.fillRect(box.left, top, box.width, bottom - top);
}

/** Says how far lines of the reference period go beyond the top. */
export function paintBeyond(g: G, box: PlotBox, theme: ChartTheme, text: string): void {
  g.font = font(theme, LIMIT_FONT);
  g.textAlign = 'left';
  g.textBaseline = 'top';
  g.fillStyle = withAlpha(theme.bgRaised, 0.82);
  g.fillRect(box.left + 3, box.top + 1, g.measureText(text).width + 6, 13);
  g.fillStyle = theme.textDim;
  g.fillText(text, box.left + 6, box.top + 3);
}

/** Height of what a limit is held by, and of a label that none is over. */
const HANDLE = 24;
const LABEL = 13;

/**
 * Where threshold lines and their labels, moved apart where they would overlap, lie; limits are those in view.
 * @param keeps one that stays at the edge where it is out of view: it has the focus, and would lose it
 */
export function placeThresholds(
  box: PlotBox,
  scale: YScale,
  thresholds: readonly Threshold[],
  keeps: (threshold: Threshold) => boolean = () => false,
): { readonly threshold: Threshold; readonly line: number; readonly label: number }[] {
  const shown = thresholds
    .filter(({ value }) => Number.isFinite(value))
    .map((threshold) => ({ threshold, line: yToPx(threshold.value, scale, box) }))
    .filter(({ threshold, line }) => keeps(threshold) || (line >= box.top - 1 && line <= box.top + box.height + 1))
    .map((one) => ({ ...one, line: Math.max(box.top, Math.min(box.top + box.height, one.line)) }));
  const held = shown.filter(({ threshold }) => threshold.rule).length > 1;
  const labels = spreadLabels(
    shown.map(({ line }) => line - 7),
    held ? HANDLE : LABEL,
    box.top + 6,
    box.top + box.height - 6,
  );
  return shown.map((one, i) => ({ ...one, label: labels[i] }));
}

/** Threshold lines with their labels at the right edge. */
export function paintThresholds(
  g: G,
  box: PlotBox,
  theme: ChartTheme,
  scale: YScale,
  thresholds: readonly Threshold[],
): void {
  for (const { threshold, line, label } of placeThresholds(box, scale, thresholds)) {
    const color = toneColor(threshold.tone, theme);
    g.strokeStyle = color;
    g.lineWidth = 1;
    g.setLineDash([...(threshold.dash ?? [5, 3])]);
    g.beginPath();
    g.moveTo(box.left, Math.round(line) + 0.5);
    g.lineTo(box.left + box.width, Math.round(line) + 0.5);
    g.stroke();
    g.setLineDash([]);
    g.font = font(theme, LIMIT_FONT);
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    const width = g.measureText(threshold.label).width;
    g.fillStyle = withAlpha(theme.bgRaised, 0.82);
    g.fillRect(box.left + box.width - width - 8, label - 6, width + 6, 12);
    g.fillStyle = color;
    g.fillText(threshold.label, box.left + box.width - 5, label + 0.5);
  }
}

/**
 * Episodes behind lines: a tint over the stretches that any of them covers, a tick where they fired with the letter of
 * the kind; overlays as outlined ticks.
 */
export function paintEpisodeTicks(
  g: G,
  box: PlotBox,
  theme: ChartTheme,
  domain: Domain,
  episodes: readonly Episode[],
): void {
  const right = box.left + box.width;
  for (const kind of new Set(episodes.map((episode) => episode.kind))) {
    g.fillStyle = withAlpha(kindStyle(kind, theme.mode).color, 0.08);
    for (const [from, to] of unionSpans(episodes.filter((episode) => episode.kind === kind && !episode.overlay))) {
      const start = Math.max(box.left, xToPx(from, domain, box));
      const end = Math.min(right, xToPx(to, domain, box));
      if (end > box.left && start < right) g.fillRect(start, box.top, Math.max(1, end - start), box.height);
    }
  }
  let lastLetter = -Infinity;
  for (const episode of episodes) {
    const fired = xToPx(episode.fired, domain, box);
    const { color, letter } = kindStyle(episode.kind, theme.mode);
    if (fired < box.left || fired > right) continue;
    if (episode.overlay) {
      g.strokeStyle = theme.overlay;
      g.setLineDash([2, 2]);
      g.beginPath();
      g.moveTo(Math.round(fired) + 0.5, box.top);
      g.lineTo(Math.round(fired) + 0.5, box.top + box.height);
      g.stroke();
      g.setLineDash([]);
      continue;
    }
    g.fillStyle = withAlpha(color, 0.5);
    g.fillRect(Math.round(fired), box.top, 1, box.height);
    if (fired - lastLetter < 13) continue;
    lastLetter = fired;
    paintBadge(g, theme, fired, box.top + 6, color, letter);
  }
}

/** A small filled square with a letter, legible on any background. */
export function paintBadge(g: G, theme: ChartTheme, x: number, y: number, color: string, letter: string): void {
  g.fillStyle = color;
  g.beginPath();
  g.roundRect(x - 6, y - 6, 12, 12, 2.5);
  g.fill();
  g.fillStyle = theme.bg;
  g.font = `bold 9px ${theme.fontUi}`;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillText(letter, x, y + 0.5);
}

/** Of each context its own: one that writes SVG has other patterns. */
const patterns = new WeakMap<G, Map<string, CanvasPattern | string>>();

/** Fill of an area: its colour, hatched with the surface colour so that areas differ without colour. */
export function hatchFill(g: G, color: string, hatch: Hatch, surface: string): CanvasPattern | string {
  if (hatch === 'none') return color;
  const key = `${color}|${hatch}|${surface}`;
  const own = patterns.get(g) ?? new Map<string, CanvasPattern | string>();
  patterns.set(g, own);
  const known = own.get(key);
  if (known) return known;
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const t = tile.getContext('2d');
  if (!t) return color;
  t.fillStyle = color;
  t.fillRect(0, 0, 8, 8);
  t.strokeStyle = surface;
  t.fillStyle = surface;
  t.globalAlpha = 0.32;
  t.lineWidth = 1.25;
  t.beginPath();
  const line = (x0: number, y0: number, x1: number, y1: number) => {
    t.moveTo(x0, y0);
    t.lineTo(x1, y1);
  };
  if (hatch === 'rising' || hatch === 'cross') [-8, 0, 8].forEach((shift) => line(shift, 8, shift + 8, 0));
  if (hatch === 'falling' || hatch === 'cross') [-8, 0, 8].forEach((shift) => line(shift, 0, shift + 8, 8));
  if (hatch === 'horizontal') line(0, 4, 8, 4);
  if (hatch === 'vertical') line(4, 0, 4, 8);
  t.stroke();
  if (hatch === 'dots') t.fillRect(3, 3, 2, 2);
  const pattern = g.createPattern(tile, 'repeat') ?? color;
  own.set(key, pattern);
  return pattern;
}
