import type { ReactNode } from 'react';
import { IntervalMarks } from '../../charts/IntervalMarks.tsx';
import { formatCount, formatNumber } from '../../core/format.ts';
import { ALERT_KINDS } from '../../detection/types.ts';
import { MEASURES, type CaseSummary, type Measure } from '../../harness/monteCarlo.ts';
import type { Proportion, Rate } from '../../core/statistics.ts';
import type { VerdictRow } from '../../harness/verdicts.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import { measureText, shareText } from './text.ts';

interface Share {
  readonly id: string;
  readonly what: string;
  readonly draws: boolean;
  readonly proportion: Proportion;
}

const rangeText = ([low, high]: readonly [number, number]): string => `${shareText(low)} to ${shareText(high)}`;

function sharesOf(summary: CaseSummary, rows: readonly VerdictRow[]): Share[] {
  const { transientsAbsorbed, transientsSilent } = summary;
  const verdicts = rows.filter(
    (row) => row.case === summary.case && row.id !== `${summary.case}-alerts` && summary.passes[row.id],
  );
  return [
    { id: 'clean', what: 'no false alert', draws: false, proportion: summary.clean },
    ...verdicts.map((row) => ({
      id: row.id,
      what: `${row.what}: ${row.paper === '–' ? 'within the budget' : row.paper}`,
      draws: row.seedBound,
      proportion: summary.passes[row.id],
    })),
    ...(transientsAbsorbed
      ? [{ id: 'absorbed', what: 'of all transients: no drift alert', draws: false, proportion: transientsAbsorbed }]
      : []),
    ...(transientsSilent
      ? [{ id: 'silent', what: 'of all transients: nothing fired at all', draws: false, proportion: transientsSilent }]
      : []),
  ];
}

/** Shares of seeds that pass, with their Wilson intervals. */
export function ShareTable({
  summaries,
  rows,
}: {
  readonly summaries: readonly CaseSummary[];
  readonly rows: readonly VerdictRow[];
}): ReactNode {
  return (
    <section aria-labelledby="shares-title">
      <h4 id="shares-title">Shares that pass</h4>
      <div className="table-scroll">
        <table className="summary">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="number">
                Passed
              </th>
              <th scope="col" className="number">
                Share
              </th>
              <th scope="col">95 % interval (Wilson)</th>
              <th scope="col">
                <span className="visually-hidden">Drawn, from 0 to 100 %</span>
              </th>
            </tr>
          </thead>
          {summaries.map((summary) => (
            <tbody key={summary.case} data-case={summary.case}>
              <tr className="group">
                <th scope="rowgroup" colSpan={5}>
                  {summary.title}
                </th>
              </tr>
              {sharesOf(summary, rows).map(({ id, what, draws, proportion }) => (
                <tr key={id} data-share={id}>
                  <th scope="row">
                    {what}
                    {draws && <span className="tag quiet">depends on the draw</span>}
                  </th>
                  <td className="number">
                    {formatCount(proportion.count)} of {formatCount(proportion.of)}
                  </td>
                  <td className="number">{shareText(proportion.share)}</td>
                  <td className="number">{rangeText(proportion.interval)}</td>
                  <td>
                    <IntervalMarks
                      marks={[{ value: proportion.share, interval: proportion.interval }]}
                      scale={[0, 1]}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </section>
  );
}

const MILLION = 1e6;

function RateCell({ rate, isOverBudget }: { readonly rate: Rate; readonly isOverBudget: boolean }): ReactNode {
  if (rate.exposure === 0) return <td className="number">–</td>;
  const per = (x: number) => formatNumber(x * MILLION, 2);
  return (
    <td
      className={rate.count > 0 ? 'number some' : 'number'}
      title={`${formatCount(rate.count)} in ${formatCount(rate.exposure)} events`}
    >
      {per(rate.rate)}{' '}
      <span className="dim">
        ({per(rate.interval[0])} to {per(rate.interval[1])})
      </span>
      {isOverBudget && <span className="tag">above the budget</span>}
    </td>
  );
}

/** Alerts where none may fire, against the events in which none may. */
export function RateTable({
  summaries,
  budget,
}: {
  readonly summaries: readonly CaseSummary[];
  /** Events to one false alarm of lasting change. */
  readonly budget: number;
}): ReactNode {
  return (
    <section aria-labelledby="rates-title">
      <h4 id="rates-title">False alerts in a million events</h4>
      <div className="table-scroll">
        <table className="summary">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              {summaries.map(({ case: name, title }) => (
                <th scope="col" key={name} className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ALERT_KINDS.map((kind) => (
              <tr key={kind}>
                <th scope="row" title={kind}>
                  {kindLabel(kind)}
                </th>
                {summaries.map((s) => (
                  <RateCell
                    key={s.case}
                    rate={s.falseAlerts[kind]}
                    isOverBudget={s.overBudget.some((over) => over === kind)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="dim">
        In brackets the exact Poisson interval, which takes alerts for independent: one cause may fire several streams.
        Style, meaning and behaviour change are counted where no fault is felt; their budget is{' '}
        {formatNumber(MILLION / budget, 4)} in a million.
      </p>
    </section>
  );
}

/** Medians and spreads of everything measured. */
export function MeasureTable({ summaries }: { readonly summaries: readonly CaseSummary[] }): ReactNode {
  return (
    <section aria-labelledby="measures-title">
      <h4 id="measures-title">Measures</h4>
      <div className="table-scroll">
        <table className="summary">
          <thead>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col" className="number">
                Median
              </th>
              <th scope="col" className="number">
                its interval
              </th>
              <th scope="col" className="number">
                5 to 95 %
              </th>
              <th scope="col" className="number">
                Ledgers
              </th>
              <th scope="col" className="number">
                without
              </th>
            </tr>
          </thead>
          {summaries.map((summary) => (
            <tbody key={summary.case}>
              <tr className="group">
                <th scope="rowgroup" colSpan={6}>
                  {summary.title}
                </th>
              </tr>
              {(Object.entries(summary.measures) as [Measure, NonNullable<CaseSummary['measures'][Measure]>][]).map(
                ([measure, d]) => {
                  const text = (x: number) => measureText(measure, x);
                  const { title, unit } = MEASURES[measure];
                  return (
                    <tr key={measure} data-measure={measure}>
                      <th scope="row">
                        {title}
                        {unit && unit !== 'event_id' && <span className="dim">, {unit}</span>}
                      </th>
                      <td className="number">{text(d.median)}</td>
                      <td className="number">
                        {text(d.medianInterval[0])} to {text(d.medianInterval[1])}
                      </td>
                      <td className="number">
                        {text(d.q05)} to {text(d.q95)}
                      </td>
                      <td className="number">{formatCount(d.n)}</td>
                      <td className="number">{formatCount(d.missing)}</td>
                    </tr>
                  );
                },
              )}
            </tbody>
          ))}
        </table>
      </div>
    </section>
  );
}
