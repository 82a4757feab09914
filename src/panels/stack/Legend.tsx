import { memo } from 'react';
import { streamStyle } from '../../charts/palette.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount } from '../../core/format.ts';
import { actions } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { SplitBy } from './SplitBy.tsx';
import { useShared } from './timeline.ts';
import './legend.css';

export function Legend() {
  const { report, streams } = useShared();
  return (
    <div className="legend">
      <SplitBy />
      <Streams report={report} streams={streams} />
    </div>
  );
}

/** The streams with their line styles; a click hides or shows one, a double click (or shift) shows it alone. */
const Streams = memo(function Streams({ report, streams }: { report: AnalysisReport; streams: readonly number[] }) {
  const { mode } = useChartTheme();
  const shown = new Set(streams);
  const leftOut = report.streamsLeftOut;
  return (
    <div className="legend-streams" role="group" aria-label="Streams">
      {report.streams.map(({ name, events, voidEvents }, i) => {
        const { color, dash } = streamStyle(i, mode);
        const counts = `${formatCount(events)} events${voidEvents > 0 ? `, ${formatCount(voidEvents)} void` : ''}`;
        return (
          <button
            key={name}
            type="button"
            aria-pressed={shown.has(i)}
            title={`${name}: ${counts}. Click hides or shows it, shift-click or double click shows it alone.`}
            onClick={(event) => {
              if (event.shiftKey) actions.soloStream(name);
              else if (event.detail < 2) actions.toggleStream(name);
            }}
            onDoubleClick={() => actions.soloStream(name, true)}
          >
            <svg width="18" height="8" aria-hidden="true">
              <line x1="0" x2="18" y1="4" y2="4" stroke={color} strokeWidth="2.5" strokeDasharray={dash.join(' ')} />
            </svg>
            {name}
          </button>
        );
      })}
      {leftOut.length > 0 && (
        <span
          className="legend-note"
          title={leftOut.map((stream) => `${stream.name}: ${formatCount(stream.events)} events`).join('\n')}
        >
          {formatCount(leftOut.length)} quieter {leftOut.length === 1 ? 'stream' : 'streams'} not analysed
        </span>
      )}
    </div>
  );
});
