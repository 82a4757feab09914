import type { TipPlace } from '../../charts/TipLayer.tsx';
import type { TimeChartSpec } from '../../charts/TimeChart.tsx';
import { valueAsOf } from '../../charts/points.ts';
import { toneColor, useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatQuantity, formatTimeFull } from '../../core/format.ts';
import { useEvent } from '../../state/queries.ts';
import type { LinePanel } from '../panel.ts';
import { LineSwatch, useExactValues, useSharedRestingCursor } from './Readout.tsx';
import { useShared } from './timeline.ts';
import { nearestLines } from './tip.ts';

interface ChartTipProps {
  readonly panel: LinePanel;
  readonly spec: TimeChartSpec;
  readonly at: TipPlace;
}

/** What stands at the pointer: when, every visible stream with its value, and the limits. */
export function ChartTip({ panel, spec, at }: ChartTipProps) {
  const { axis, formatX, report, link } = useShared();
  const theme = useChartTheme();
  const resting = useSharedRestingCursor();
  const { data: event } = useEvent(resting);
  const exact = useExactValues(panel.series[0], panel.ledgerWide ? null : resting);
  const time = report.hasTime && event && event.index === resting ? formatTimeFull(event.time) : null;
  const cursor = Number.isFinite(link.cursor.get()) ? link.cursor.get() : at.x;
  const { shown, more, nearest } = nearestLines(
    spec.lines.map((line) => ({ ...line, value: exact.get(Number(line.key)) ?? valueAsOf(line.points, cursor) })),
    at.y,
  );
  return (
    <>
      <b>{axis === 'time' ? (time ?? formatX(at.x)) : `event ${formatX(cursor)}`}</b>
      {axis === 'event' && time && <span className="dim"> {time}</span>}
      <ul>
        {shown.map((line) => (
          <li key={line.key} className={line.key === nearest ? 'near' : undefined}>
            <LineSwatch style={line.style} />
            <span>{line.name}</span>
            <span>
              {!panel.ledgerWide && !exact.has(Number(line.key)) && Number.isFinite(line.value) ? '≈' : ''}
              {formatQuantity(line.value, panel.unit)}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="dim">and {formatCount(more)} more, farther from the pointer</p>}
      {spec.thresholds
        .filter(({ value }) => Number.isFinite(value))
        .map(({ label, tone }) => (
          <p key={label} style={{ color: toneColor(tone, theme) }}>
            {label}
          </p>
        ))}
    </>
  );
}
