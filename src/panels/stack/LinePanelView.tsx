import { useCallback, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import type { TipPlace } from '../../charts/TipLayer.tsx';
import { TimeChart, type TimePick } from '../../charts/TimeChart.tsx';
import { useChartTheme } from '../../charts/theme.ts';
import { useUnchanged } from '../../charts/useSame.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { LinePanel } from '../panel.ts';
import { ChartTip } from './ChartTip.tsx';
import { needsLog } from './lines.ts';
import type { PanelBodyProps } from './PanelFrame.tsx';
import { Readout } from './Readout.tsx';
import { useLimits } from './useLimits.tsx';
import { useLineData } from './useLineData.ts';
import { lineMarkAreas } from './markAreas.ts';
import { useShared } from './timeline.ts';

interface LinePanelViewProps extends PanelBodyProps {
  readonly panel: LinePanel;
  /** The scale that was chosen; null leaves it to the data. */
  readonly chosen: 'linear' | 'log' | null;
  readonly onScale: (scale: 'linear' | 'log') => void;
}

/** A click selects the nearest event of the panel's first series. */
function usePick(panel: LinePanel): (pick: TimePick) => void {
  const { axis, streams, report } = useShared();
  const everyStream = report.streams.length;
  return useCallback(
    ({ x, y, xScale, yScale }: TimePick) => {
      const among = panel.ledgerWide ? Array.from({ length: everyStream }, (_, i) => i) : streams;
      session.engine.nearest(panel.series[0], axis, x, y, xScale, yScale, among).then(
        (found) => {
          if (found !== null) actions.select(found);
          else actions.toast('info', `${panel.title} has no event with a value near there.`);
        },
        (thrown: unknown) => actions.toast('error', explain(toTautlineError(thrown, 'finding the nearest event'))),
      );
    },
    [panel, axis, streams, everyStream],
  );
}

/**
 * Body of any panel of lines: fetches what the panel names, and keeps the previous chart while the next is computed.
 */
export function LinePanelView({ panel, slot, table, chosen, onScale }: LinePanelViewProps) {
  const { link, range, report, streams, ticks, markAreas, reference, episodes, formatX, pickEpisode } = useShared();
  const { parameters } = report;
  const { mode } = useChartTheme();
  const { series, stale, pending, error, retry } = useLineData(panel);

  const draw = useCallback(
    (scale: 'linear' | 'log') => panel.toChart({ series, streams, report, parameters, mode, scale }),
    [panel, series, streams, report, parameters, mode],
  );
  const plain = useMemo(() => draw(chosen ?? panel.scales[0]), [draw, chosen, panel]);
  // Once a spike has called for a log scale it stays, or the chart would jump while panning.
  const [spiked, setSpiked] = useState(false);
  const spikes = useMemo(
    () => chosen === null && panel.scales.includes('log') && needsLog(plain.lines, reference?.max),
    [chosen, panel, plain.lines, reference],
  );
  if (spikes && !spiked) setSpiked(true);
  const scale = chosen ?? (spiked ? 'log' : panel.scales[0]);
  const spec = useUnchanged(useMemo(() => (scale === plain.scale ? plain : draw(scale)), [scale, plain, draw]));
  const height = useTautline((state) => state.view.panelHeights[panel.id] ?? panel.height);
  const limits = useLimits(panel, spec.thresholds);
  const highlighted = useUnchanged(
    useMemo(
      () => episodes.filter((episode) => panel.kinds.includes(episode.kind) && streams.includes(episode.lane)),
      [episodes, panel, streams],
    ),
  );
  const hatched = useTautline((state) => state.view.labels === 'hatched');
  const behind = useUnchanged(useMemo(() => lineMarkAreas(markAreas, streams, hatched), [markAreas, streams, hatched]));
  const hasValues = useMemo(
    () => spec.lines.some((line) => line.points.some((value, i) => i % 2 === 1 && Number.isFinite(value))),
    [spec.lines],
  );
  const note = panel.note?.(report, parameters) ?? null;

  const onPick = usePick(panel);
  const tip = useCallback((at: TipPlace) => <ChartTip panel={panel} spec={spec} at={at} />, [panel, spec]);

  const message = (() => {
    if (streams.length === 0)
      return <p className="panel-message">All streams are hidden. Click a stream in the legend to draw it.</p>;
    if (error) {
      return (
        <p className="panel-message error" role="alert">
          {explain(toTautlineError(error, `drawing ${panel.title}`))}{' '}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      );
    }
    if (pending)
      return (
        <p className="panel-message shimmer" role="status">
          <span className="visually-hidden">Loading {panel.title}</span>
        </p>
      );
    return hasValues ? null : <p className="panel-message">{panel.empty(report)}</p>;
  })();

  const header = (
    <>
      {note && (
        <span className="panel-note" title={note}>
          {note}
        </span>
      )}
      <Readout lines={spec.lines} unit={panel.unit} series={panel.series[0]} perStream={!panel.ledgerWide} />
      {panel.scales.length > 1 && (
        <button
          type="button"
          className="panel-tool wide"
          aria-pressed={scale === 'log'}
          aria-label={`log scale of ${panel.title}`}
          title="Logarithmic scale"
          onClick={() => onScale(scale === 'log' ? 'linear' : 'log')}
        >
          log
        </button>
      )}
    </>
  );

  return (
    <>
      {slot && createPortal(header, slot)}
      <div className={`panel-chart${stale ? ' loading' : ''}`}>
        <TimeChart
          {...link}
          label={`${panel.title}, events ${formatCount(range.from)} to ${formatCount(range.to - 1)}`}
          height={height}
          spec={spec}
          ticks={ticks}
          markAreas={behind}
          reference={reference}
          episodes={highlighted}
          table={table}
          formatX={formatX}
          limits={limits}
          tip={tip}
          onPick={onPick}
          onPickEpisode={pickEpisode}
        />
        {message}
      </div>
      {panel.Extra && <panel.Extra table={table} />}
    </>
  );
}
