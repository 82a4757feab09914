import { useMemo, type ReactNode } from 'react';
import { Histogram, type Sample } from '../../charts/Histogram.tsx';
import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import type { CalibrationReport } from '../../harness/calibration.ts';
import { distribution, type Distribution } from '../../core/statistics.ts';
import { CASES, type CaseName, type TrialResult } from '../../harness/trial.ts';
import { falseAlerts } from '../../harness/verdicts.ts';

interface Plot {
  readonly id: string;
  readonly title: string;
  readonly case: CaseName;
  /** Null if a ledger has none. */
  readonly value: (result: TrialResult) => number | null;
  readonly format: (x: number) => string;
}

const fine = (x: number): string => formatNumber(x, 4);
const alertsOf = (name: CaseName): Plot => ({
  id: `false-${name}`,
  title: 'False alerts a ledger',
  case: name,
  value: falseAlerts,
  format: formatCount,
});

const PLOTS: readonly Plot[] = [
  {
    id: 'lag',
    title: 'Detection lag, events of the stream',
    case: 'fracture',
    value: (r) => r.lag,
    format: formatCount,
  },
  {
    id: 'drift',
    title: 'Event at which drift fires',
    case: 'fracture',
    value: (r) => r.driftEvent,
    format: formatCount,
  },
  {
    id: 'warning',
    title: 'Event of the first warning',
    case: 'homogenisation',
    value: (r) => r.warningEvent,
    format: formatCount,
  },
  { id: 'coupling', title: 'Off-diagonal coupling', case: 'benign', value: (r) => r.coupling, format: fine },
  alertsOf('benign'),
  alertsOf('fracture'),
  alertsOf('backoff'),
  alertsOf('ablation'),
];

const summaryText = (d: Distribution, format: (x: number) => string): string =>
  `median ${format(d.median)} (${format(d.medianInterval[0])} to ${format(d.medianInterval[1])}), ` +
  `5 to 95 %: ${format(d.q05)} to ${format(d.q95)}`;

const distributionOf = (plot: Plot, results: readonly TrialResult[]): Distribution =>
  distribution(results.filter((r) => r.case === plot.case).map(plot.value));
const sampleOf = (d: Distribution): Sample => ({ values: d.values, centre: d.median, interval: d.medianInterval });

function One({
  plot,
  trials,
  compared,
  report,
}: {
  readonly plot: Plot;
  readonly trials: readonly TrialResult[];
  readonly compared: readonly TrialResult[] | null;
  readonly report: CalibrationReport | null;
}): ReactNode {
  const own = useMemo(() => distributionOf(plot, trials), [trials, plot]);
  const other = useMemo(() => (compared ? distributionOf(plot, compared) : null), [compared, plot]);
  const tabled = report ? plot.value(report.results[plot.case]) : null;
  const mark = useMemo(
    () => (tabled === null || !report ? undefined : { x: tabled, label: `seed ${report.seed}` }),
    [tabled, report],
  );
  const sample = useMemo(() => sampleOf(own), [own]);
  const over = useMemo(() => (other && other.n > 0 ? sampleOf(other) : undefined), [other]);
  if (own.n + own.missing === 0) return null;
  const missing =
    own.missing > 0
      ? `; none in ${formatCount(own.missing)} (${formatPercent(own.missing / (own.n + own.missing))})`
      : '';
  const text =
    own.n === 0 ? `none in any of ${formatCount(own.missing)} ledgers` : summaryText(own, plot.format) + missing;
  return (
    <figure className="distribution" data-plot={plot.id}>
      <figcaption>
        <strong>{plot.title}</strong> <span className="dim">{CASES[plot.case].title}</span>
      </figcaption>
      <Histogram
        sample={sample}
        compared={over}
        mark={mark}
        format={plot.format}
        label={`${plot.title}, ${CASES[plot.case].title}: ${text}; ${formatCount(own.n)} ledgers`}
      />
      <p className="dim">{text}</p>
    </figure>
  );
}

/** What varies from seed to seed, drawn. */
export function Distributions({
  trials,
  compared,
  report,
}: {
  readonly trials: readonly TrialResult[];
  readonly compared: readonly TrialResult[] | null;
  /** The table of the same parameters, to show where its seed lies. */
  readonly report: CalibrationReport | null;
}): ReactNode {
  return (
    <>
      <p className="dim legend-line">
        Bars: share of ledgers. <span className="key solid" /> median, with its interval on top.
        {compared && (
          <>
            {' '}
            <span className="key outline" /> the run compared with.
          </>
        )}
        {report && (
          <>
            {' '}
            <span className="key mark" /> the seed of the verdicts above.
          </>
        )}
      </p>
      <div className="distributions">
        {PLOTS.map((plot) => (
          <One key={plot.id} plot={plot} trials={trials} compared={compared} report={report} />
        ))}
      </div>
    </>
  );
}
