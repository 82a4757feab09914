import type { ReactNode } from 'react';
import type { Sweep, SweepCell } from '../../detection/lab/sweep.ts';
import { axisLabel, MEASURES, tickText, type MeasureName } from './heat.ts';

/** The same grid as numbers. */
export function SweepTable({
  sweep,
  measure,
  onAdopt,
}: {
  readonly sweep: Sweep;
  readonly measure: MeasureName;
  readonly onAdopt: (cell: SweepCell) => void;
}): ReactNode {
  const columns = sweep.x.values.length;
  return (
    <div className="sweep-table">
      <table className="lab-table">
        <caption>
          {MEASURES[measure].title}: rows {axisLabel(sweep.y.name)}, columns {axisLabel(sweep.x.name)}
        </caption>
        <thead>
          <tr>
            <td />
            {sweep.x.values.map((v) => (
              <th key={v} scope="col">
                {tickText(v)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sweep.y.values.map((y, row) => (
            <tr key={y}>
              <th scope="row">{tickText(y)}</th>
              {sweep.x.values.map((x, column) => {
                const cell = sweep.cells[row * columns + column];
                return (
                  <td key={x}>
                    <button
                      type="button"
                      disabled={cell.problem !== null}
                      title={cell.problem ?? 'Adopt these parameters'}
                      onClick={() => onAdopt(cell)}
                    >
                      {MEASURES[measure].format(cell[measure])}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
