import type { ReactNode } from 'react';
import { IntervalMarks } from '../../charts/IntervalMarks.tsx';
import { formatCount, formatNumber } from '../../core/format.ts';
import type { Difference, MonteCarloRun } from '../../harness/monteCarlo.ts';
import { CASES } from '../../harness/trial.ts';
import type { Compared } from '../../state/calibration.ts';
import { changedText, shareText } from './text.ts';

const valueText = ({ kind, unit }: Difference, value: number): string => {
  if (kind === 'share') return shareText(value);
  return unit === 'event_id' ? formatNumber(value, 6) : formatNumber(value, 4);
};

const parametersText = (run: MonteCarloRun): string =>
  changedText(run.parameters)
    .map(({ text }) => text)
    .join(', ') || 'default parameters';

function Row({ row }: { readonly row: Difference }): ReactNode {
  const text = (x: number) => valueText(row, x);
  const ends = [...row.aInterval, ...row.bInterval].filter(Number.isFinite);
  const scale = row.kind === 'share' ? ([0, 1] as const) : ([Math.min(...ends), Math.max(...ends)] as const);
  return (
    <tr className={row.significant ? 'differs' : undefined} data-differs={row.significant}>
      <th scope="row">
        {row.what} <span className="dim">{CASES[row.case].title}</span>
      </th>
      <td className="number">
        {text(row.a)}{' '}
        <span className="dim">
          ({text(row.aInterval[0])} to {text(row.aInterval[1])})
        </span>
      </td>
      <td className="number">
        {text(row.b)}{' '}
        <span className="dim">
          ({text(row.bInterval[0])} to {text(row.bInterval[1])})
        </span>
      </td>
      <td>
        <IntervalMarks
          marks={[
            { value: row.b, interval: row.bInterval },
            { value: row.a, interval: row.aInterval },
          ]}
          scale={scale}
        />
      </td>
      <td className="number">
        {text(row.difference)}{' '}
        <span className="dim">
          ({text(row.interval[0])} to {text(row.interval[1])})
        </span>
      </td>
      <td>{row.significant ? <strong>differs</strong> : <span className="dim">within chance</span>}</td>
    </tr>
  );
}

/** What changes from the run that was loaded or kept to the current one. */
export function Comparison({
  compared,
  current,
}: {
  readonly compared: Extract<Compared, { phase: 'loaded' }>;
  readonly current: MonteCarloRun | null;
}): ReactNode {
  const { name, run, differences } = compared;
  const itself = run === current;
  const count = differences?.filter((row) => row.significant).length ?? 0;
  return (
    <section className="comparison" aria-labelledby="comparison-title">
      <h4 id="comparison-title">Compared with {name}</h4>
      <p className="dim">
        Then: seeds {run.from} to {run.from + run.seeds - 1}, {parametersText(run)}.
        {current && (
          <>
            {' '}
            Now: seeds {current.from} to {current.from + current.seeds - 1}, {parametersText(current)}.
          </>
        )}
      </p>
      {!current && <p>Run the Monte Carlo to see what has changed since.</p>}
      {itself && (
        <p>
          This is the run below. Change the thresholds or the seeds and run again: what has changed will stand here.
        </p>
      )}
      {current && !itself && !differences && <p role="status">Comparing…</p>}
      {!itself && differences && (
        <>
          <p role="status">
            <strong>
              {count === 0
                ? 'Nothing differs'
                : `${formatCount(count)} of ${formatCount(differences.length)} figures differ`}
            </strong>{' '}
            <span className="dim">by more than chance at 95 %, each looked at by itself.</span>
          </p>
          <div className="table-scroll">
            <table className="summary">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col" className="number">
                    Then
                  </th>
                  <th scope="col" className="number">
                    Now
                  </th>
                  <th scope="col">
                    <span className="key solid" /> now <span className="key hollow" /> then
                  </th>
                  <th scope="col" className="number">
                    Difference
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Verdict</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {differences.map((row) => (
                  <Row key={`${row.case} ${row.what}`} row={row} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
