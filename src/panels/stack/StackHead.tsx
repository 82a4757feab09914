import { useMemo } from 'react';
import { AxisStrip } from '../../charts/AxisStrip.tsx';
import { Overview } from '../../charts/Overview.tsx';
import { eventStateStyle, streamStyle } from '../../charts/palette.ts';
import type { Layer } from '../../charts/StackedArea.tsx';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatDuration, formatTimeFull } from '../../core/format.ts';
import { eventStateName } from '../../detection/eventStateNames.ts';
import { EVENT_STATES } from '../../detection/types.ts';
import { useEvent } from '../../state/queries.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { stretchView } from '../../state/stretch.ts';
import { Legend } from './Legend.tsx';
import { Found, Highlighted } from './Marked.tsx';
import { useSharedRestingCursor } from './Readout.tsx';
import { SignalsExport } from './SignalsExport.tsx';
import { SplitRefused } from './SplitBy.tsx';
import { useShared } from './timeline.ts';
import { useComposition } from './useComposition.ts';
import './tools.css';

/**
 * Overview of the whole ledger, legend, what stands at the cursor, and the labels of the shared axis; stays on top
 * while panels scroll.
 */
export function StackHead() {
  const { link, report, axis, width, reference, episodes, ticks, formatX, setReference, streams } = useShared();
  const { mode } = useChartTheme();
  const layers = useMemo<Layer[]>(
    () =>
      EVENT_STATES.map((eventState) => ({
        key: eventState,
        name: eventStateName(eventState),
        style: eventStateStyle(eventState, mode),
      })),
    [mode],
  );
  const { counts } = useComposition({ from: 0, to: report.events }, Math.ceil(width / 3 / 64) * 64);
  const shown = useMemo(() => episodes.filter((episode) => streams.includes(episode.lane)), [episodes, streams]);
  return (
    <div className="stack-head">
      <Overview
        label="Overview of the whole ledger"
        full={link.full}
        domain={link.domain}
        minSpan={link.minSpan}
        reference={reference}
        layers={layers}
        data={counts}
        episodes={shown}
        formatX={formatX}
        onDomain={link.onDomain}
        onReference={setReference}
      />
      <div className="stack-bar">
        <Legend />
        <Where />
        <div className="stack-tools">
          <FindButton />
          <SignalsExport />
        </div>
      </div>
      <SplitRefused />
      <AxisStrip {...link} label={axis === 'time' ? 'Time axis, UTC' : 'Event axis'} ticks={ticks} formatX={formatX} />
      <Highlighted />
      <Found />
    </div>
  );
}

function FindButton() {
  const open = useTautline((state) => state.view.find !== null);
  return (
    <button
      type="button"
      className="stack-find"
      aria-pressed={open}
      title="Find in the messages (f or Ctrl+K)"
      onClick={() => actions.setFind(open ? null : { text: '', filters: [] })}
    >
      Find
    </button>
  );
}

/** The event at the cursor; without one the stretch that is visible. */
function Where() {
  const { range, report, axis, link } = useShared();
  const { mode } = useChartTheme();
  const resting = useSharedRestingCursor();
  const { data: event } = useEvent(resting);
  if (resting === null || event?.index !== resting) {
    const count = `${formatCount(range.to - range.from)} of ${formatCount(report.events)} events`;
    const zoomed = range.to - range.from < report.events;
    return (
      <div className="where">
        <span>{axis === 'time' ? `${count} · ${formatDuration(link.domain.max - link.domain.min)} · UTC` : count}</span>
        {zoomed && (
          <>
            <button
              type="button"
              onClick={() => actions.showEvidence(stretchView(session.store.getState(), range, range.from))}
              title="What differs in the visible stretch from what was before it, alert or none (i)"
            >
              Investigate
            </button>
            <button type="button" onClick={link.onReset} title="Show the whole ledger (double click on a chart, or 0)">
              All
            </button>
          </>
        )}
      </div>
    );
  }
  const stream = report.streams[event.stream];
  const eventState = eventStateStyle(event.eventState, mode);
  return (
    <div className="where">
      <span className="where-event">event {formatCount(event.index)}</span>
      {report.hasTime && <span className="where-time">{formatTimeFull(event.time)}</span>}
      <span style={{ color: streamStyle(event.stream, mode).color }}>{stream?.name}</span>
      <span className="where-route">
        <b style={{ background: eventState.color }}>{eventState.letter}</b>
        {eventStateName(event.eventState)}
      </span>
    </div>
  );
}
