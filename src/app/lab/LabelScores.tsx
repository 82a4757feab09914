import type { ReactNode } from 'react';
import { Histogram } from '../../charts/Histogram.tsx';
import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import type { Interval } from '../../detection/lab/intervals.ts';
import type { Score, Spread } from '../../detection/lab/score.ts';
import type { ScoreReport, ScoreRow } from '../../detection/lab/scoreReport.ts';
import type { Alert, AlertKind } from '../../detection/types.ts';
import { actions } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { zoomToAlert } from '../alerts/show.ts';
import { KindBadge } from '../shell/Badge.tsx';

/** Listed at most; the rest are counted. */
export const MAX_LISTED = 40;

const share = (v: number): string => (Number.isFinite(v) ? formatPercent(v, 3) : '–');
const spread = ({ mean, interval }: Spread, format: (v: number) => string): string =>
  Number.isFinite(mean) ? `${format(mean)} (${format(interval[0])} to ${format(interval[1])})` : '–';
const f1Text = (v: number): string => (Number.isFinite(v) ? formatNumber(v, 3) : '–');
const delayText = (v: number): string => (Number.isFinite(v) ? formatCount(v) : '–');

function ScoreLine({
  name,
  score,
  className,
}: {
  readonly name: ReactNode;
  readonly score: Score;
  readonly className?: string;
}): ReactNode {
  return (
    <tr className={className}>
      <th scope="row">{name}</th>
      <td>{formatCount(score.episodes)}</td>
      <td>{share(score.precision)}</td>
      <td>
        {share(score.recall)}{' '}
        <span className="dim">
          {formatCount(score.found)} of {formatCount(score.intervals)}
        </span>
      </td>
      <td>{f1Text(score.f1)}</td>
      <td>{delayText(score.delay.median)}</td>
    </tr>
  );
}

function ChanceLine({ row }: { readonly row: ScoreRow<Alert> }): ReactNode {
  const { chance, score } = row;
  if (!chance || score.episodes === 0) return null;
  return (
    <tr className="baseline" data-testid="chance">
      <th scope="row">
        Random <span className="dim">the same episodes at random events</span>
      </th>
      <td>{formatCount(score.episodes)}</td>
      <td>{spread(chance.precision, share)}</td>
      <td>{spread(chance.recall, share)}</td>
      <td>{spread(chance.f1, f1Text)}</td>
      <td>{delayText(chance.medianDelay.mean)}</td>
    </tr>
  );
}

function Scores({ report }: { readonly report: ScoreReport }): ReactNode {
  const kinds = report.kinds.filter((row) => row.score.episodes > 0);
  return (
    <table className="lab-table scores">
      <caption className="visually-hidden">Scores against the labels, with naive baselines</caption>
      <thead>
        <tr>
          <th scope="col">Detector</th>
          <th scope="col">Alerts</th>
          <th scope="col">Precision</th>
          <th scope="col">Recall</th>
          <th scope="col">F1</th>
          <th scope="col">Median delay</th>
        </tr>
      </thead>
      <tbody>
        <ScoreLine name={<strong>All kinds</strong>} score={report.all.score} className="total" />
        {kinds.map((row) => (
          <ScoreLine key={row.detector} name={<KindBadge kind={row.detector as AlertKind} />} score={row.score} />
        ))}
        <ScoreLine
          name={
            <>
              Always fires <span className="dim">an alert at every event</span>
            </>
          }
          score={report.alwaysFire.score}
          className="baseline"
        />
        <ChanceLine row={report.all} />
        {report.lengthOnly && (
          <ScoreLine
            name={
              <>
                Text length alone <span className="dim">style change, of the length only</span>
              </>
            }
            score={report.lengthOnly.score}
            className="baseline"
          />
        )}
      </tbody>
    </table>
  );
}

const show = (open: () => void): void => {
  open();
  actions.setScreen('monitor');
};

/** Stretches to open; `none` says why there are none. */
function Stretches({
  intervals,
  none,
  first,
}: {
  readonly intervals: readonly Interval[];
  readonly none: string;
  readonly first: (interval: Interval) => void;
}): ReactNode {
  if (intervals.length === 0) return <p className="dim">{none}</p>;
  return (
    <ul className="lab-list">
      {intervals.slice(0, MAX_LISTED).map((interval) => (
        <li key={`${interval.stream} ${interval.from} ${interval.label}`}>
          <button type="button" title="Open its first event in the inspector" onClick={() => first(interval)}>
            <strong>{interval.label}</strong> <span>{interval.stream ?? 'all streams'}</span>{' '}
            <span className="dim">
              events {formatCount(interval.from)} to {formatCount(interval.to - 1)}
            </span>
          </button>
        </li>
      ))}
      {intervals.length > MAX_LISTED && <li className="dim">and {formatCount(intervals.length - MAX_LISTED)} more</li>}
    </ul>
  );
}

function False({
  alerts,
  raised,
  streams,
}: {
  readonly alerts: readonly Alert[];
  /** All alerts, false or not. */
  readonly raised: number;
  readonly streams: AnalysisReport['streams'];
}): ReactNode {
  if (alerts.length === 0)
    return (
      <p className="dim">{raised === 0 ? 'No alert was raised.' : 'None: every alert matches a labelled stretch.'}</p>
    );
  return (
    <ul className="lab-list">
      {alerts.slice(0, MAX_LISTED).map((alert) => (
        <li key={`${alert.kind} ${alert.stream} ${alert.fired}`}>
          <button type="button" title="Open in the inspector" onClick={() => show(() => zoomToAlert(alert))}>
            <KindBadge kind={alert.kind} /> <span>{streams[alert.stream]?.name}</span>{' '}
            <span className="dim">fired {formatCount(alert.fired)}</span>
          </button>
        </li>
      ))}
      {alerts.length > MAX_LISTED && <li className="dim">and {formatCount(alerts.length - MAX_LISTED)} more</li>}
    </ul>
  );
}

function byLabelText({ byLabel, absorbedByLabel }: ScoreReport['all']['score']): string {
  const found = byLabel.map(({ label, intervals, found: count }) => `${label} ${count} of ${intervals}`);
  const absorbed = absorbedByLabel.map(({ label, intervals, absorbed: count }) => `${label} ${count} of ${intervals}`);
  return [
    ...(found.length > 0 ? [`Found by label: ${found.join(', ')}.`] : []),
    ...(absorbed.length > 0 ? [`Absorbed by label: ${absorbed.join(', ')}.`] : []),
  ].join(' ');
}

/** A missed stretch is shown with its surroundings, its first event selected. */
function openInterval({ from, to }: Interval): void {
  show(() => {
    const room = Math.max(50, Math.round((to - from) * 0.3));
    actions.setRange({ from: Math.max(0, from - room), to: to + room }, false);
    actions.select(from);
  });
}

/** Precision, recall and delay by kind beside naive baselines, and what was missed or false. */
export function LabelScores({
  scores,
  report,
}: {
  readonly scores: ScoreReport;
  readonly report: AnalysisReport;
}): ReactNode {
  const { score } = scores.all;
  const delays = score.matches.map((match) => match.delay);
  const { median, q05, q95, q25, q75 } = score.delay;
  return (
    <>
      <Scores report={scores} />
      <div className="lab-columns thirds">
        <figure>
          <figcaption>
            Delay of what was found <span className="dim">events of the stream from the start of the stretch</span>
          </figcaption>
          {delays.length > 0 ? (
            <>
              <Histogram
                sample={{ values: delays, centre: median, interval: [q25, q75] }}
                format={formatCount}
                label={`Delays: median ${delayText(median)}, 5 to 95 % ${delayText(q05)} to ${delayText(q95)}`}
              />
              <p className="dim">
                median {delayText(median)}, middle half {delayText(q25)} to {delayText(q75)}
              </p>
            </>
          ) : (
            <p className="dim">Nothing was found.</p>
          )}
        </figure>
        <div>
          <h3>
            Missed <span className="dim">{formatCount(score.missed.length)}</span>
          </h3>
          <Stretches
            intervals={score.missed}
            none={score.intervals === 0 ? 'There was none to find.' : 'None: every labelled stretch was found.'}
            first={openInterval}
          />
        </div>
        <div>
          <h3>
            False <span className="dim">{formatCount(score.falseEpisodes.length)}</span>
          </h3>
          <False alerts={score.falseEpisodes} raised={score.episodes} streams={report.streams} />
        </div>
        {score.toAbsorb > 0 && (
          <div data-testid="absorbed">
            <h3>
              Not absorbed{' '}
              <span className="dim">
                {formatCount(score.notAbsorbed.length)} of {formatCount(score.toAbsorb)}
              </span>
            </h3>
            <Stretches
              intervals={score.notAbsorbed}
              none="None: no alert fired where none should."
              first={openInterval}
            />
          </div>
        )}
      </div>
      {score.byLabel.length + score.absorbedByLabel.length > 1 && <p className="dim">{byLabelText(score)}</p>}
    </>
  );
}
