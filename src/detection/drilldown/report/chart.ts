import { formatNumber } from '../../../core/format.ts';
import { html, type Markup } from './html.ts';

/** A line chart of a report: data in, SVG out, no script. */
export interface ReportChart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly ReportLine[];
  /** Where the values are expected. */
  readonly band?: readonly [low: number, high: number];
  readonly thresholds?: readonly { readonly value: number; readonly label: string }[];
  /**
   * Episodes on the x axis, as bars along the top; `shaded` ones over the whole height, with a line where they fired.
   */
  readonly episodes?: readonly ReportEpisode[];
  /** How a position on the x axis reads. */
  readonly formatX: (x: number) => string;
}
interface ReportEpisode {
  readonly from: number;
  readonly fired: number;
  /** Null = still open. */
  readonly to: number | null;
  readonly label: string;
  readonly shaded: boolean;
}
interface ReportLine {
  readonly name: string;
  /** Interleaved x, y, ascending in x; y NaN is a gap. */
  readonly points: Float64Array;
}

const WIDTH = 920;
const HEIGHT = 230;
const LEFT = 62;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 30;

/** Told apart in print too: by dashes (Okabe & Ito 2008 for the colours). */
const STYLES: readonly (readonly [color: string, dash: string])[] = [
  ['#0072b2', ''],
  ['#d55e00', '6 3'],
  ['#009e73', '2 2'],
  ['#cc79a7', '8 3 2 3'],
  ['#56b4e9', ''],
  ['#e69f00', '6 3'],
  ['#000000', '2 2'],
  ['#999999', '8 3 2 3'],
];

/** The chart as an SVG with its legend. */
export function lineChart(chart: ReportChart): Markup {
  const x = extent(chart.lines.flatMap(({ points }) => [points[0], points[points.length - 2]]));
  const y = verticalExtent(chart);
  if (!x || !y) return html`<p class="none">${chart.title}: no values here.</p>`;
  const toX = scale(x, LEFT, WIDTH - RIGHT);
  const toY = scale(y, HEIGHT - BOTTOM, TOP);
  const clamped = (value: number) => Math.min(HEIGHT - BOTTOM, Math.max(TOP, toY(value)));
  const within = (value: number) => value >= x[0] && value <= x[1];
  const episodes = (chart.episodes ?? []).filter(({ from, to }) => from <= x[1] && (to ?? Infinity) >= x[0]);
  const band = ([low, high]: readonly [number, number]) => {
    const height = Math.max(0, clamped(low) - clamped(high));
    return html`<rect class="band" x="${LEFT}" width="${WIDTH - LEFT - RIGHT}" y="${px(clamped(high))}" \
height="${px(height)}"><title>expected from ${formatNumber(low)} to ${formatNumber(high)}</title></rect>`;
  };
  const episode = ({ from, fired, to, label, shaded }: ReportEpisode) => {
    const left = toX(Math.max(from, x[0]));
    const width = Math.max(1, toX(Math.min(to ?? x[1], x[1])) - left);
    const line = html`<line class="fired" x1="${px(toX(fired))}" x2="${px(toX(fired))}" \
y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`;
    return html`<rect class="${shaded ? 'episode' : 'bar'}" x="${px(left)}" y="${TOP}" \
width="${px(width)}" height="${shaded ? HEIGHT - TOP - BOTTOM : 4}"><title>${label}</title></rect>\
${shaded && within(fired) ? line : null}`;
  };
  const across = (kind: string, at: number) =>
    html`<line class="${kind}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(at)}" y2="${px(at)}"/>`;
  const tickY = (value: number) => html`${across('grid', toY(value))}\
<text class="y" x="${LEFT - 6}" y="${px(toY(value) + 4)}">${formatNumber(value)}</text>`;
  const tickX = (value: number) =>
    html`<text class="x" x="${px(toX(value))}" y="${HEIGHT - BOTTOM + 18}">${chart.formatX(value)}</text>`;
  const threshold = ({ value, label }: { readonly value: number; readonly label: string }) => {
    // One that is off the axis would read as its end.
    const off = value > y[1] ? '↑' : value < y[0] ? '↓' : null;
    const text = off === null ? label : `${off} ${label} = ${formatNumber(value)}, beyond the axis`;
    const at = value > y[1] ? TOP + 12 : clamped(value) - 4;
    return html`${off === null ? across('threshold', clamped(value)) : null}\
<text class="threshold" x="${WIDTH - RIGHT}" y="${px(at)}">${text}</text>`;
  };
  const stroke = (i: number) => html`stroke="${style(i)[0]}" stroke-dasharray="${style(i)[1]}"`;
  const key = (name: string, i: number) =>
    html`<span><svg class="key" viewBox="0 0 26 10"><path d="M0 5H26" ${stroke(i)}/></svg>${name}</span>`;
  return html`<figure><figcaption>${chart.title}${chart.unit && `, ${chart.unit}`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${chart.title}">
${chart.band && band(chart.band)}
${episodes.map(episode)}
${ticks(y, 4).map(tickY)}
${ticks(x, 6).map(tickX)}
${(chart.thresholds ?? []).filter(({ value }) => Number.isFinite(value)).map(threshold)}
${chart.lines.map(({ points }, i) => html`<path d="${path(points, toX, toY)}" ${stroke(i)}/>`)}
</svg><p class="legend">${chart.lines.map(({ name }, i) => key(name, i))}</p></figure>`;
}

const style = (i: number) => STYLES[i % STYLES.length];
const px = (value: number): string => value.toFixed(1);

/** Moves to the first point after a gap, draws lines else; a lone point is a dot-long line. */
export function path(points: Float64Array, toX: (x: number) => number, toY: (y: number) => number): string {
  const parts: string[] = [];
  let pen = false;
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isNaN(points[i + 1])) {
      pen = false;
      continue;
    }
    const at = `${px(toX(points[i]))} ${px(toY(points[i + 1]))}`;
    const alone = !pen && (i + 2 >= points.length || Number.isNaN(points[i + 3]));
    parts.push(pen ? `L${at}` : alone ? `M${at}h.1` : `M${at}`);
    pen = true;
  }
  return parts.join('');
}

type Extent = readonly [number, number];

function extent(values: readonly number[]): Extent | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? null : low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** The values, with thresholds and band where they are not so far off that the lines would become flat. */
function verticalExtent({ lines, band, thresholds }: ReportChart): Extent | null {
  const values: number[] = [];
  for (const { points } of lines) for (let i = 1; i < points.length; i += 2) values.push(points[i]);
  const own = extent(values);
  if (!own) return null;
  const height = own[1] - own[0];
  const near = [...(band ?? []), ...(thresholds ?? []).map(({ value }) => value)].filter(
    (value) => value > own[0] - height && value < own[1] + height,
  );
  const [low, high] = extent([...own, ...near])!;
  const margin = 0.04 * (high - low);
  return [low - (low === 0 ? 0 : margin), high + margin];
}

const scale =
  ([from, to]: Extent, a: number, b: number) =>
  (value: number): number =>
    a + ((value - from) / (to - from)) * (b - a);

/** About `count` round values within the extent. */
export function ticks([low, high]: Extent, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Points of two windows on a plane, and the moves between them. */
export interface ReportMap {
  readonly title: string;
  readonly before: { readonly name: string; readonly points: Float64Array };
  readonly after: { readonly name: string; readonly points: Float64Array };
  /** Positions in `before` and `after`. */
  readonly moves: readonly (readonly [from: number, to: number])[];
}

const SIDE = 440;

/** The map as an SVG: hollow before, filled after. */
export function transportMap({ title, before, after, moves }: ReportMap): Markup {
  const all = [...before.points, ...after.points];
  const x = extent(all.filter((_, i) => i % 2 === 0));
  const y = extent(all.filter((_, i) => i % 2 === 1));
  if (!x || !y) return html`<p class="none">${title}: no points.</p>`;
  const reach = Math.max(x[1] - x[0], y[1] - y[0]) / 2;
  const toX = scale([(x[0] + x[1]) / 2 - reach, (x[0] + x[1]) / 2 + reach], 12, SIDE - 12);
  const toY = scale([(y[0] + y[1]) / 2 - reach, (y[0] + y[1]) / 2 + reach], SIDE - 12, 12);
  const at = (points: Float64Array, i: number) => [px(toX(points[2 * i])), px(toY(points[2 * i + 1]))] as const;
  const dots = (points: Float64Array, kind: string) =>
    Array.from({ length: points.length / 2 }, (_, i) => {
      const [cx, cy] = at(points, i);
      return html`<circle class="${kind}" cx="${cx}" cy="${cy}" r="3.5"/>`;
    });
  const key = (kind: string, name: string) =>
    html`<span><svg class="key" viewBox="0 0 10 10"><circle class="${kind}" cx="5" cy="5" r="3.5"/></svg>\
${name}</span>`;
  return html`<figure><figcaption>${title}</figcaption>\
<svg class="map" viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label="${title}">
${moves.map(([from, to]) => {
  const [x1, y1] = at(before.points, from);
  const [x2, y2] = at(after.points, to);
  return html`<line class="move" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
})}${dots(before.points, 'before')}${dots(after.points, 'after')}</svg>
<p class="legend">${key('before', before.name)}${key('after', after.name)}</p></figure>`;
}
