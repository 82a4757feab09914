import { memo, useMemo } from 'react';
import { LaneChart } from '../../charts/LaneChart.tsx';
import { kindStyle, streamStyle, type Mode } from '../../charts/palette.ts';
import { useUnchanged } from '../../charts/useSame.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatNumber } from '../../core/format.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import { ALERT_KINDS, type Alert } from '../../detection/types.ts';
import { useAgainst } from '../../state/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { Watched } from './Watched.tsx';
import { episodesOf, overlaysOf } from '../stack/episodes.ts';
import { laneMarkAreas } from '../stack/markAreas.ts';
import { useShared } from '../stack/timeline.ts';

/** An alert in one line; `overlayOf` names the baseline that raises it, null for an alert proper. */
export function describeAlert(alert: Alert, stream: string, overlayOf: string | null): string {
  const until = alert.resolved === null ? 'still open' : `resolved ${formatCount(alert.resolved)}`;
  return (
    `${overlayOf === null ? '' : `With ${overlayOf}: `}${kindLabel(alert.kind)} of ${stream}: ` +
    `onset ${formatCount(alert.onset)}, fired ${formatCount(alert.fired)} (lag ${formatCount(alert.lag)}), ` +
    `${until}, peak ${formatNumber(alert.peak)}`
  );
}

const ofStreams = (alerts: readonly Alert[], streams: readonly number[]): readonly Alert[] =>
  alerts.filter(({ stream }) => streams.includes(stream));

/** The alert timeline: a lane for each visible stream, and the key of kinds. */
export function AlertLanes({ table }: { table: boolean }) {
  const { link, report, streams, episodes, ticks, markAreas, pickEpisode } = useShared();
  const { mode } = useChartTheme();
  const against = useAgainst();
  const lanes = useMemo(
    () => streams.map((stream) => ({ name: report.streams[stream].name, style: streamStyle(stream, mode) })),
    [streams, report.streams, mode],
  );
  const inLanes = useUnchanged(useMemo(() => laneMarkAreas(markAreas, streams), [markAreas, streams]));
  const shown = useMemo(() => episodesOf(episodes, streams), [episodes, streams]);
  const overlays = useMemo(
    () => overlaysOf(report.alerts, report.baselineAlerts),
    [report.alerts, report.baselineAlerts],
  );
  const seen = useMemo(() => ofStreams(report.alerts, streams), [report.alerts, streams]);
  const alertOf = (id: number): Alert => (id >= 0 ? report.alerts[id] : overlays[-1 - id]);

  if (streams.length === 0)
    return <p className="panel-message">All streams are hidden. Click a stream in the legend to draw it.</p>;
  return (
    <>
      <LaneChart
        {...link}
        label={`Alert timeline: ${formatCount(seen.length)} alerts ` + `on ${formatCount(streams.length)} streams`}
        lanes={lanes}
        episodes={shown}
        ticks={ticks}
        markAreas={inLanes}
        onPickEpisode={pickEpisode}
        describeEpisode={(id) =>
          describeAlert(alertOf(id), report.streams[alertOf(id).stream].name, id < 0 ? against : null)
        }
      />
      <AlertKey
        alerts={seen}
        hidden={report.alerts.length - seen.length}
        overlays={ofStreams(overlays, streams).length}
        against={against}
        labelled={inLanes.some(({ tone }) => tone === 'labelled')}
        mode={mode}
      />
      <Watched report={report} />
      <AlertTable alerts={report.alerts} names={report.streams} streams={streams} table={table} />
    </>
  );
}

/** What the colours and letters of bars stand for. */
const AlertKey = memo(function AlertKey({
  alerts,
  hidden,
  overlays,
  against,
  labelled,
  mode,
}: {
  alerts: readonly Alert[];
  hidden: number;
  overlays: number;
  against: string;
  labelled: boolean;
  mode: Mode;
}) {
  const hatched = useTautline((state) => state.view.labels === 'hatched');
  const kinds = ALERT_KINDS.filter((kind) => alerts.some((alert) => alert.kind === kind));
  return (
    <ul className="key">
      {kinds.map((kind) => {
        const { color, letter } = kindStyle(kind, mode);
        return (
          <li key={kind}>
            <b style={{ background: color }}>{letter}</b>
            {kindLabel(kind)} {formatCount(alerts.filter((alert) => alert.kind === kind).length)}
          </li>
        );
      })}
      {labelled && (
        <li>
          <b className="labelled" />
          labelled
          <button
            type="button"
            aria-pressed={hatched}
            title="Labelled stretches hatched in every panel, or ticks here only"
            onClick={() => actions.setLayout({ labels: hatched ? 'ticks' : 'hatched' })}
          >
            hatch the panels
          </button>
        </li>
      )}
      {hidden > 0 && <li>{formatCount(hidden)} more in hidden streams</li>}
      {overlays > 0 && (
        <li>
          <b className="overlay" />
          only with {against} {formatCount(overlays)}
        </li>
      )}
    </ul>
  );
});

const ROWS = 50;

interface AlertTableProps {
  readonly alerts: readonly Alert[];
  readonly names: AnalysisReport['streams'];
  readonly streams: readonly number[];
  readonly table: boolean;
}

const AlertTable = memo(function AlertTable({ alerts, names, streams, table }: AlertTableProps) {
  const rows = ofStreams(alerts, streams);
  return (
    <div className={table ? 'chart-table' : 'visually-hidden'}>
      <table>
        <caption>
          {rows.length > ROWS
            ? `The first ${ROWS} of ${formatCount(rows.length)} alerts; the alert table has all of them`
            : `${formatCount(rows.length)} alerts`}
        </caption>
        <thead>
          <tr>
            {['Kind', 'Stream', 'Onset', 'Fired', 'Resolved', 'Lag', 'Peak'].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map((alert) => (
            <tr key={`${alert.kind}-${alert.stream}-${alert.fired}`}>
              <th scope="row">{kindLabel(alert.kind)}</th>
              <td>{names[alert.stream].name}</td>
              <td>{formatCount(alert.onset)}</td>
              <td>{formatCount(alert.fired)}</td>
              <td>{alert.resolved === null ? 'open' : formatCount(alert.resolved)}</td>
              <td>{formatCount(alert.lag)}</td>
              <td>{formatNumber(alert.peak)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});
