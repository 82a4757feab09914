import { formatCompact, formatNumber } from '../core/format.ts';
import { cost, type Measurement, type Report } from './model.ts';

interface Series {
  readonly name: string;
  /** Class of the line: one of the colours of `STYLE`. */
  readonly tone: string;
  /** Size and ns a unit, by size. */
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 860;
const HEIGHT = 380;
const TOP = 74;
const BOTTOM = 44;
const LEFT = 62;
const GAP = 76;
const PANEL = (WIDTH - LEFT - GAP - 24) / 2;

const LINES = [
  { side: 'reference', engine: 'Node', name: 'TypeScript reference, Node', tone: 'reference' },
  { side: 'C -msse2, textbook', engine: 'Node', name: 'C -msse2, textbook', tone: 'text' },
  { side: 'C -msse2', engine: 'Node', name: 'C -msse2', tone: 'sse' },
  { side: 'wasm', engine: 'Node', name: 'wasm, Node', tone: 'node' },
  { side: 'wasm', engine: 'Chromium', name: 'wasm, Chromium', tone: 'page' },
  { side: 'C native', engine: 'Node', name: 'C -march=native', tone: 'own' },
] as const;

/** Grey text and lines stand out from white and from black; the scheme of the reader only improves on them. */
const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #59636e; }
.title { font-weight: 600; }
.grid { stroke: #8b949e; stroke-opacity: .25; }
.line { fill: none; stroke-width: 2; }
.reference { stroke: #8b949e; fill: #8b949e; }
.text { stroke: #b07d48; fill: #b07d48; }
.sse { stroke: #d1602a; fill: #d1602a; }
.node { stroke: #4c8bf5; fill: #4c8bf5; }
.page { stroke: #1b4fb8; fill: #1b4fb8; stroke-dasharray: 6 3; }
.own { stroke: #2f9e6e; fill: #2f9e6e; }
.dot { stroke: none; } path.line { fill: none; }
@media (prefers-color-scheme: dark) { text { fill: #b3bcc6; } .page { stroke: #9cc2ff; fill: #9cc2ff; } }`;

/** Cost of an event in the signals stage against the number of events and of axes, both axes logarithmic, as an SVG. */
export function costPlot(report: Report): string {
  const { base, measurements } = report;
  const ours = measurements.filter((m) => m.case === 'signals');
  const left = seriesOf(
    ours.filter((m) => m.k === base.k),
    'n',
  );
  const right = seriesOf(
    ours.filter((m) => m.n === base.n),
    'k',
  );
  const all = [...left, ...right].flatMap(({ points }) => points.map(([, y]) => y));
  const low = 10 ** Math.floor(Math.log10(Math.min(...all)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...all)));
  const y = (ns: number) => TOP + ((HEIGHT - TOP - BOTTOM) * Math.log(high / ns)) / Math.log(high / low);
  const decades = Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, i) => low * 10 ** i);
  const legend = [...left, ...right]
    .filter(({ name }, i, list) => list.findIndex((s) => s.name === name) === i)
    .map(({ name, tone }, i) => {
      const x = LEFT + (i % 3) * 250;
      const at = 32 + Math.floor(i / 3) * 18;
      return `<path class="line ${tone}" d="M${x} ${at - 4}h22"/><text x="${x + 28}" y="${at}">${name}</text>`;
    });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" ` +
      'aria-label="Cost of an event in the signals stage">',
    `<style>${STYLE}</style>`,
    `<text class="title" x="${LEFT}" y="14">Signals stage: cost of an event</text>`,
    ...legend,
    ...panel(left, LEFT, `events N (k = ${base.k})`, y, decades),
    ...panel(right, LEFT + PANEL + GAP, `axes k (N = ${formatCompact(base.n)})`, y, decades),
    '</svg>',
  ].join('\n');
}

function seriesOf(measurements: readonly Measurement[], by: 'n' | 'k'): Series[] {
  return LINES.map(({ side, engine, name, tone }) => ({
    name,
    tone,
    points: measurements
      .filter((m) => m.side === side && m.engine === engine)
      .map((m) => [m[by], cost(m)] as const)
      .sort((a, b) => a[0] - b[0]),
  })).filter(({ points }) => points.length > 0);
}

function panel(
  series: readonly Series[],
  left: number,
  label: string,
  y: (ns: number) => number,
  decades: readonly number[],
): string[] {
  const sizes = [...new Set(series.flatMap(({ points }) => points.map(([size]) => size)))].sort((a, b) => a - b);
  if (sizes.length === 0) return [];
  const span = Math.log(sizes[sizes.length - 1] / sizes[0]);
  const x = (size: number) => left + (span > 0 ? (PANEL * Math.log(size / sizes[0])) / span : PANEL / 2);
  const at = (v: number) => v.toFixed(1);
  return [
    ...decades.map(
      (ns) =>
        `<path class="grid" d="M${left} ${at(y(ns))}h${at(PANEL)}"/>` +
        `<text x="${left - 8}" y="${at(y(ns) + 4)}" text-anchor="end">${nanoseconds(ns)}</text>`,
    ),
    ...sizes.map(
      (size) =>
        `<text x="${at(x(size))}" y="${HEIGHT - BOTTOM + 21}" text-anchor="middle">${formatCompact(size)}</text>`,
    ),
    `<text x="${at(left + PANEL / 2)}" y="${HEIGHT - 6}" text-anchor="middle">${label}</text>`,
    ...series.flatMap(({ tone, points }) => {
      const d = points.map(([size, ns], i) => `${i === 0 ? 'M' : 'L'}${at(x(size))} ${at(y(ns))}`).join('');
      return [
        `<path class="line ${tone}" d="${d}"/>`,
        ...points.map(([size, ns]) => `<circle class="dot ${tone}" cx="${at(x(size))}" cy="${at(y(ns))}" r="3"/>`),
      ];
    }),
  ];
}

const nanoseconds = (ns: number): string =>
  ns < 1000 ? `${formatNumber(ns)} ns` : ns < 1e6 ? `${formatNumber(ns / 1e3)} µs` : `${formatNumber(ns / 1e6)} ms`;
