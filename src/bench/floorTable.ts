import { formatCount, formatNumber } from '../core/format.ts';
import type { Report, Table } from './model.ts';

const ms = (value: number): string => `${formatNumber(value)} ms`;

/** What native programs need for the app's ledger, and how many times that its first picture takes. */
export function floorTable({ floor, firstPicture, machine }: Report): Table | null {
  if (!floor) return null;
  const { duckdb, events, dimension, k, sides } = floor;
  const of = (side: string) => sides.find((found) => found.side === side)?.ms ?? Number.NaN;
  const work = 'projection fitted and applied, signals, decisions from the decoded columns on, one thread';
  const natives = sides.map(({ side }) => side).filter((side) => side.startsWith('C '));
  const row = (what: string, value: number) => [what, Number.isNaN(value) ? 'not measured here' : ms(value)];
  const database = of('DuckDB');
  return {
    title: `${formatCount(events)} x ${dimension}, k = ${k}: what it costs at least`,
    rows: [
      [`${formatCount(events)} x ${dimension}, k = ${k}`, 'median'],
      row(
        `DuckDB${duckdb === null ? '' : ` ${duckdb}`}: reads the same files whole and aggregates them, ` +
          `${machine.cores} threads`,
        database,
      ),
      ...natives.map((side) => row(`${side}: ${work}`, of(side))),
      row(`our kernels in Node: ${work}`, of('wasm')),
      row('the app in Chromium: first full picture', firstPicture ?? Number.NaN),
      ...natives.map((side) => {
        const ratio = (firstPicture ?? Number.NaN) / (database + of(side));
        return [
          `first full picture against DuckDB and ${side} together`,
          Number.isNaN(ratio) ? 'not measured here' : `${ratio.toFixed(1)}×`,
        ];
      }),
    ],
  };
}
