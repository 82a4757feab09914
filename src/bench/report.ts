import { formatCount, formatNumber, formatPercent } from '../core/format.ts';
import type { Case } from './bench.ts';
import { floorTable } from './floorTable.ts';
import { cost, type EngineName, type Measurement, type Report, type Size, type Table } from './model.ts';
import { peersTable } from './peersTable.ts';
import { growthExponent, spread } from '../core/statistics.ts';

/** A target of the project and what came of it. */
export interface TargetRow {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Null if it was not measured. */
  readonly met: boolean | null;
}

const NONE = '–';
const OLD_SSE = 'C -msse2';

/** Measurements by engine, case, size and side. */
class Found {
  readonly #all: readonly Measurement[];

  constructor(all: readonly Measurement[]) {
    this.#all = all;
  }

  get(engine: EngineName, id: string, { n, k }: Size, side: string): Measurement | undefined {
    return this.#all.find((m) => m.engine === engine && m.case === id && m.n === n && m.k === k && m.side === side);
  }

  /** Cost of one side as a multiple of another's, ns a unit; NaN if either is missing. */
  ratio(engine: EngineName, id: string, size: Size, above: string, below: string): number {
    const [a, b] = [this.get(engine, id, size, above), this.get(engine, id, size, below)];
    return a && b ? cost(a) / cost(b) : Number.NaN;
  }

  /** The same of the fastest runs. */
  leastRatio(engine: EngineName, id: string, size: Size, above: string, below: string): number {
    const [a, b] = [this.get(engine, id, size, above), this.get(engine, id, size, below)];
    return a && b ? a.fastest / a.units / (b.fastest / b.units) : Number.NaN;
  }

  sizes(engine: EngineName, id: string): Size[] {
    return this.#all
      .filter((m) => m.engine === engine && m.case === id && m.side === 'wasm')
      .map(({ n, k }) => ({ n, k }));
  }
}

const enginesOf = (report: Report): EngineName[] =>
  (['Node', 'Chromium'] as const).filter((engine) => report.measurements.some((m) => m.engine === engine));
const times = (ratio: number): string => (Number.isNaN(ratio) ? NONE : `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`);

/** One table an engine: what each case costs, and beside what. */
function costTables(report: Report, cases: readonly Case[]): Table[] {
  const found = new Found(report.measurements);
  const builds = [...new Set(report.measurements.map((m) => m.side))]
    .filter((side) => side !== 'wasm' && side !== 'reference')
    .sort();
  return enginesOf(report).map((engine) => {
    const mine = builds.filter((side) => report.measurements.some((m) => m.engine === engine && m.side === side));
    const head = [
      '',
      'N',
      'k',
      'cost',
      'events/s',
      'MB/s',
      'reference / wasm',
      ...mine.map((side) => `wasm / ${side}`),
    ];
    const rows = cases.flatMap((c) =>
      found.sizes(engine, c.id).map((size) => {
        const wasm = found.get(engine, c.id, size, 'wasm')!;
        const referenceImplementation = found.get(engine, c.id, size, 'reference');
        const perSecond = c.unit === 'event' ? formatNumber((1000 * wasm.units) / wasm.ms) : NONE;
        const few =
          referenceImplementation && referenceImplementation.units < wasm.units
            ? ` (${formatCount(referenceImplementation.units)})`
            : '';
        return [
          c.title,
          formatCount(size.n),
          String(size.k),
          duration(cost(wasm)),
          perSecond,
          wasm.bytes > 0 ? formatNumber(wasm.bytes / wasm.ms / 1000) : NONE,
          times(found.ratio(engine, c.id, size, 'reference', 'wasm')) + few,
          ...mine.map((side) => times(found.ratio(engine, c.id, size, 'wasm', side))),
        ];
      }),
    );
    return {
      title:
        `${engine}: cost per event (or run) of the wasm, and ratios of medians; ` +
        '(n) = the reference implementation took the first n events only',
      rows: [head, ...rows],
    };
  });
}

/** ns in the unit that reads best. */
const duration = (ns: number): string =>
  ns < 1e4 ? `${formatNumber(ns)} ns` : ns < 1e7 ? `${formatNumber(ns / 1e3)} µs` : `${formatNumber(ns / 1e6)} ms`;

interface Growth {
  /** By how much the dearest size exceeds the cheapest; NaN of fewer than two sizes. */
  readonly overN: number;
  /** Exponent of the cost over k. */
  readonly overK: number;
}

function growthOf(report: Report, engine: EngineName, id: string): Growth {
  const found = new Found(report.measurements);
  const sizes = found.sizes(engine, id);
  const price = (size: Size) => cost(found.get(engine, id, size, 'wasm')!);
  const ns = sizes.filter(({ k }) => k === report.base.k);
  const ks = sizes.filter(({ n }) => n === report.base.n);
  return {
    overN: ns.length < 2 ? Number.NaN : spread(ns.map(price)),
    overK: growthExponent(
      ks.map(({ k }) => k),
      ks.map(price),
    ),
  };
}

/** How the cost of an event grows with the number of events and of axes. */
function growthTable(report: Report, cases: readonly Case[]): Table {
  const engines = enginesOf(report);
  const head = ['', ...engines.flatMap((engine) => [`${engine}: dearest N over cheapest`, `${engine}: cost ~ k^`])];
  const rows = cases
    .map((c) => [
      c.title,
      ...engines.flatMap((engine) => {
        const { overN, overK } = growthOf(report, engine, c.id);
        return [
          Number.isNaN(overN) ? NONE : `+${formatPercent(overN, 2)}`,
          Number.isNaN(overK) ? NONE : overK.toFixed(2),
        ];
      }),
    ])
    .filter((row) => row.slice(1).some((cell) => cell !== NONE));
  return { title: 'Growth of the cost of an event', rows: [head, ...rows] };
}

/** What the project set out to reach, and what was measured. */
export function targetRows(report: Report): TargetRow[] {
  const found = new Found(report.measurements);
  const rows: TargetRow[] = [];
  const atMost = (what: string, target: string, value: number, most: number, text: string) =>
    rows.push({
      what,
      target,
      measured: Number.isNaN(value) ? NONE : text,
      met: Number.isNaN(value) ? null : value <= most,
    });
  for (const engine of enginesOf(report)) {
    for (const k of [8, 64]) {
      const size = { n: report.base.n, k };
      if (!found.get(engine, 'signals', size, 'wasm')) continue;
      const ratio = found.ratio(engine, 'signals', size, 'wasm', OLD_SSE);
      const least = found.leastRatio(engine, 'signals', size, 'wasm', OLD_SSE);
      atMost(
        `signals stage against gcc -O3 -msse2, k = ${k}, ${engine}`,
        '≤ 1.5×',
        ratio,
        1.5,
        `${times(ratio)} (fastest runs ${times(least)})`,
      );
      const referenceImplementation = found.ratio(engine, 'signals', size, 'reference', 'wasm');
      rows.push({
        what: `TypeScript reference against signals stage, k = ${k}, ${engine}`,
        target: '≥ 5×',
        measured: times(referenceImplementation),
        met: Number.isNaN(referenceImplementation) ? null : referenceImplementation >= 5,
      });
    }
    const growth = report.growth.filter((point) => point.engine === engine);
    if (growth.length > 1) {
      const [from, to] = [growth[0], growth[growth.length - 1]];
      const over = spread(growth.map(({ ns }) => ns));
      atMost(
        `signals stage, cost per event from ${formatCount(from.n)} to ${formatCount(to.n)}, ${engine}`,
        'within 15 %',
        over,
        0.15,
        `within ${formatPercent(over, 2)}`,
      );
    }
    const million = found.get(engine, 'decisions', { n: 1_000_000, k: report.base.k }, 'wasm');
    if (million && engine === 'Chromium')
      atMost('decisions for 1,000,000 events, Chromium', '< 16 ms', million.ms, 16, `${formatNumber(million.ms)} ms`);
  }
  return [...rows, ...[...report.app, ...report.large].filter(({ target }) => target !== '')];
}

export function targetTable(report: Report): Table {
  const rows = targetRows(report).map(({ what, target, measured, met }) => [
    what,
    target,
    measured,
    met === null ? 'not measured' : met ? 'met' : 'not met',
  ]);
  return { title: 'Targets', rows: [['', 'target', 'measured', ''], ...rows] };
}

/** The signals stage at sizes that were run in turn. */
function sizesTable(report: Report): Table | null {
  if (report.growth.length === 0) return null;
  const rows = report.growth.map(({ engine, n, k, ns }) => [engine, formatCount(n), String(k), duration(ns)]);
  return { title: 'Signals stage, cost per event, sizes in turn', rows: [['', 'N', 'k', 'cost'], ...rows] };
}

export function poolTable(report: Report): Table | null {
  if (report.pool.length === 0) return null;
  const rows = report.pool.map((p) => {
    const one = report.pool.find(
      (q) =>
        q.engine === p.engine &&
        q.n === p.n &&
        q.k === p.k &&
        q.workers === Math.min(...report.pool.map(({ workers }) => workers)),
    )!;
    return [
      p.engine,
      formatCount(p.n),
      String(p.k),
      p.workers === 0 ? 'none' : String(p.workers),
      `${formatNumber(p.ms)} ms`,
      times(one.ms / p.ms),
    ];
  });
  return { title: 'Signals stage over workers', rows: [['', 'N', 'k', 'workers', 'time', 'faster'], ...rows] };
}

export function appTable({ app, appEvents, large }: Pick<Report, 'app' | 'appEvents' | 'large'>): Table | null {
  if (app.length + large.length === 0) return null;
  return {
    title: 'The app in Chromium',
    rows: [
      [`the app, ${formatCount(appEvents)} x 64`, 'measured', 'target', ''],
      ...[...app, ...large].map((r) => [r.what, r.measured, r.target, r.met === null ? '' : r.met ? 'met' : 'not met']),
    ],
  };
}

export const machineLine = ({ machine: m }: Report): string =>
  [
    `${m.cores} cores (${m.cpu}), ${m.system}`,
    `Node ${m.node.replace(/^v/, '')}`,
    m.chromium && `Chromium ${m.chromium}`,
    m.compiler ?? 'no C compiler',
  ]
    .filter(Boolean)
    .join(', ');

/** All tables, in the order in which they are read. */
export function tables(report: Report, cases: readonly Case[]): Table[] {
  const all = [
    ...(report.measurements.length > 0 ? [...costTables(report, cases), growthTable(report, cases)] : []),
    sizesTable(report),
    poolTable(report),
    appTable(report),
    floorTable(report),
    peersTable(report),
    targetTable(report),
  ];
  return all.filter((table): table is Table => table !== null && table.rows.length > 1);
}

/** A table for a terminal: the first column to the left, the others to the right. */
export function plainTable({ title, rows }: Table): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [title, ...rows.map(line)].join('\n');
}

export function markdownTable({ rows: [head, ...rows] }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
