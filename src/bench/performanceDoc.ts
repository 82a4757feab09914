import { formatCount } from '../core/format.ts';
import type { Case } from './bench.ts';
import { cost, type EngineName, type Report } from './model.ts';
import { appTable, machineLine, markdownTable, poolTable, targetTable, type Table } from './report.ts';

/** What docs/performance.md says of speed: the stages beside C and reference implementation, the targets. */
export function performanceBlock(report: Report, cases: readonly Case[]): string {
  const parts = [
    `Measured on ${machineLine(report)}; ratios are medians of interleaved runs.`,
    markdownTable(stageTable(report, cases)),
    poolTable(report),
    targetTable({ ...report, app: [] }),
    appTable(report),
  ];
  return parts
    .filter((part) => part !== null)
    .map((part) => (typeof part === 'string' ? part : markdownTable(part)))
    .join('\n\n');
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
