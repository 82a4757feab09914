import { formatCount } from '../core/format.ts';
import type { Case } from './bench.ts';
import { cost, SECTIONS, type EngineName, type Report, type Section, type Table } from './model.ts';
import { floorTable } from './floorTable.ts';
import { peersTable } from './peersTable.ts';
import { appTable, machineLine, markdownTable, poolTable, targetTable } from './report.ts';

/** What docs/performance.md says of speed. */
export function performanceBlock(report: Report, cases: readonly Case[]): string {
  const parts = [
    `Measured on ${machineLine(report)}; ${datesLine(report)}. Ratios are medians of interleaved runs.`,
    ...(report.measurements.length === 0
      ? []
      : [stageTable(report, cases), poolTable(report), targetTable({ ...report, app: [], large: [] })]),
    appTable(report),
    floorTable(report),
    peersTable(report),
  ];
  return parts
    .filter((part) => part !== null)
    .map((part) => (typeof part === 'string' ? part : markdownTable(part)))
    .join('\n\n');
}

const NAMES: Readonly<Record<Section, string>> = {
  kernels: 'kernels',
  app: 'the app',
  large: 'many events',
  floor: 'native programs',
  peers: 'others',
};

/** When which part was measured: "all on 2026-01-05", or day by day. */
function datesLine({ dates }: Report): string {
  const days = new Map<string, string[]>();
  for (const section of SECTIONS) {
    const day = dates[section]?.slice(0, 10);
    if (day !== undefined) days.set(day, [...(days.get(day) ?? []), NAMES[section]]);
  }
  return [...days].map(([day, names]) => `${names.join(', ')} on ${day}`).join('; ');
}

const [OPENS, CLOSES] = ['<!-- bench -->\n', '\n<!-- /bench -->'];

/** The page with another block between its markers. */
export function withBlock(page: string, block: string): string {
  const [from, to] = [page.indexOf(OPENS), page.indexOf(CLOSES)];
  if (from < 0 || to < from) throw new Error(`the page has no ${OPENS.trim()} ... ${CLOSES.trim()} to write between`);
  return page.slice(0, from + OPENS.length) + block + page.slice(to);
}

const SIDES = ['C -msse2', 'C native', 'C -msse2, textbook', 'reference'];

/** The stages: ns per event, wasm in every engine beside C and reference implementation. */
function stageTable({ measurements, base }: Report, cases: readonly Case[]): Table {
  const price = (engine: EngineName, id: string, n: number, k: number, side: string) => {
    const m = measurements.find(
      (found) => found.engine === engine && found.case === id && found.n === n && found.k === k && found.side === side,
    );
    return m ? formatCount(Math.round(cost(m) * 10) / 10) : '–';
  };
  const engines = (['Chromium', 'Node'] as const).filter((engine) => measurements.some((m) => m.engine === engine));
  const first = measurements[0]?.engine ?? 'Node';
  const rows = cases
    .filter(({ group }) => group === 'stage')
    .flatMap(({ id, title }) =>
      [...new Set(measurements.filter((m) => m.case === id).map(({ n, k }) => `${n}x${k}`))].map((size) => {
        const [n, k] = size.split('x').map(Number);
        return [
          title,
          formatCount(n),
          String(k),
          ...engines.map((engine) => price(engine, id, n, k, 'wasm')),
          ...SIDES.map((side) => price(first, id, n, k, side)),
        ];
      }),
    );
  return {
    title: `Stages, base ${base.n}`,
    rows: [['ns per event', 'N', 'k', ...engines.map((engine) => `wasm, ${engine}`), ...SIDES], ...rows],
  };
}
