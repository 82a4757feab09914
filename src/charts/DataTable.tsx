import { memo, useEffect, useState } from 'react';
import { formatQuantity, type Unit } from '../core/format.ts';
import type { Domain } from './domain.ts';
import { span } from './domain.ts';
import type { TimeLine } from './lineOption.ts';
import { summarize, valueAsOf } from './points.ts';

const ROWS = 50;
/** The summary follows the chart when it has been still for this long, in ms. */
const REST = 400;

interface DataTableProps {
  readonly caption: string;
  readonly lines: readonly TimeLine[];
  readonly unit: Unit;
  readonly domain: Domain;
  readonly formatX: (x: number) => string;
  /** True if positions are whole numbers (events). */
  readonly whole: boolean;
  /** False: the summary only, for screen readers; true: shown to all, with up to 50 rows of values. */
  readonly open: boolean;
}

/** The last value that stood still for `REST` ms. */
function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

/** At most `count` axis positions spread evenly over the domain. */
export function sampleAxis(domain: Domain, count: number, whole: boolean): number[] {
  const step = span(domain) / Math.max(1, count - 1);
  const positions = Array.from({ length: count }, (_, i) => domain.min + i * step);
  return whole ? [...new Set(positions.map(Math.round))] : positions;
}

/** The table reference implementation of a chart of lines; it follows when the chart has come to rest. */
export function DataTable(props: DataTableProps) {
  const rested = useRested(props);
  return <Tables {...rested} open={props.open} />;
}

const Tables = memo(function Tables({ caption, lines, unit, domain, formatX, whole, open: show }: DataTableProps) {
  const summaries = lines.map((line) => ({ line, summary: summarize(line.points, domain.min, domain.max) }));
  const value = (number: number) => formatQuantity(number, unit);
  return (
    <div
      className={show ? 'chart-table' : 'visually-hidden'}
      tabIndex={show ? 0 : undefined}
      role={show ? 'region' : undefined}
      aria-label={show ? `${caption}: table` : undefined}
    >
      <table>
        <caption>
          {caption}, from {formatX(domain.min)} to {formatX(domain.max)}. The median is that of the points drawn.
        </caption>
        <thead>
          <tr>
            <th scope="col">Stream</th>
            <th scope="col">Minimum</th>
            <th scope="col">Median</th>
            <th scope="col">Maximum</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {summaries.map(({ line, summary }) => (
            <tr key={line.key}>
              <th scope="row">{line.name}</th>
              <td>{value(summary.min)}</td>
              <td>{value(summary.median)}</td>
              <td>{value(summary.max)}</td>
              <td>{value(summary.last)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {show && (
        <table>
          <caption>Values as of up to {ROWS} places</caption>
          <thead>
            <tr>
              <th scope="col">At</th>
              {lines.map((line) => (
                <th scope="col" key={line.key}>
                  {line.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sampleAxis(domain, ROWS, whole).map((x) => (
              <tr key={x}>
                <th scope="row">{formatX(x)}</th>
                {lines.map((line) => (
                  <td key={line.key}>{value(valueAsOf(line.points, x))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
});
