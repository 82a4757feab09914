import { createContext, useCallback, useContext, useMemo } from 'react';
import { MARGIN, span, type Domain } from '../../charts/domain.ts';
import type { Episode } from '../../charts/episodes.ts';
import type { MarkArea } from '../../charts/paint.ts';
import type { AxisLink } from '../../charts/Plot.tsx';
import { axisTicks, type AxisTick } from '../../charts/ticks.ts';
import { sameFields, sameItems, useSame } from '../../charts/useSame.ts';
import type { IndexRange } from '../../core/columns.ts';
import { formatCount, formatTime } from '../../core/format.ts';
import { useVisibleRange } from '../../state/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AnalysisReport, Axis } from '../../workers/protocol.ts';
import { askRange, fullDomain, usePositions } from './axis.ts';
import { usePlacedAlerts, useMarkAreas } from './useMarkers.ts';
import { useSharedCursor } from './useSharedCursor.ts';
import { useVisibleDomain } from './useVisibleDomain.ts';

/** What all panels of a stack share: the axis, what is placed on it, and who is drawn. */
export interface Timeline {
  readonly axis: Axis;
  readonly link: AxisLink;
  readonly range: IndexRange;
  /** Width of the plot area in CSS pixels. */
  readonly width: number;
  readonly ticks: readonly AxisTick[];
  readonly markAreas: readonly MarkArea[];
  readonly reference: Domain | null;
  /** Alerts and overlays of all streams; the lane is the stream. */
  readonly episodes: readonly Episode[];
  /** Streams drawn, ascending. */
  readonly streams: readonly number[];
  readonly report: AnalysisReport;
  readonly formatX: (x: number) => string;
  readonly pickEpisode: (id: number) => void;
  readonly setReference: (reference: Domain) => void;
}

const TimelineContext = createContext<Timeline | null>(null);
export const TimelineProvider = TimelineContext.Provider;

export function useShared(): Timeline {
  const timeline = useContext(TimelineContext);
  if (!timeline) throw new Error('A panel is drawn outside a PanelStack');
  return timeline;
}

/** Pixels a tick label needs. */
const TICK_ROOM = 96;
/** Fewest events that may fill the width. */
const MIN_EVENTS = 5;
/** Positions on the time axis are always told to the minute at least, however long the view is. */
const WEEK = 7 * 86_400_000;
/** The axis as the charts are told of it: the visible stretch, the cursor and the selected event. */
function useAxisLink(axis: Axis, range: IndexRange, report: AnalysisReport, full: Domain): AxisLink {
  const selectedIndex = useTautline((state) => state.view.selected);
  const { events, signalsRevision } = report;
  const minSpan = axis === 'event' ? MIN_EVENTS : 1;
  const isWhole = range.from === 0 && range.to === events;
  const placeView = usePositions(
    axis,
    signalsRevision,
    useMemo(() => {
      const ends = isWhole ? [] : [range.from, range.to - 1];
      return selectedIndex === null ? ends : [...ends, selectedIndex];
    }, [isWhole, range, selectedIndex]),
  );
  const { domain, onDomain, onReset } = useVisibleDomain(
    axis,
    events,
    range,
    full,
    minSpan,
    isWhole ? [full.min, full.max] : [placeView(range.from), placeView(range.to - 1)],
  );
  const { cursor, onCursor } = useSharedCursor(axis, events);
  const selected = selectedIndex === null ? Number.NaN : placeView(selectedIndex);
  const cursorStep = axis === 'event' ? 1 : 0;
  return useMemo<AxisLink>(
    () => ({ domain, full, minSpan, cursor, cursorStep, selected, onCursor, onDomain, onReset }),
    [domain, full, minSpan, cursor, cursorStep, selected, onCursor, onDomain, onReset],
  );
}

/** Sets the reference period to a stretch of the axis, both ends included. */
function useSetReference(axis: Axis, events: number): (reference: Domain) => void {
  return useCallback(
    (next: Domain) => {
      const apply = ({ from, to }: IndexRange) =>
        actions.setParameters({ reference_range: [Math.max(0, from), Math.min(events, Math.max(from + 1, to))] }, true);
      if (axis === 'event') apply({ from: Math.round(next.min), to: Math.round(next.max) + 1 });
      else askRange(axis, next, events).then(apply, () => undefined); // A worker that died reports itself.
    },
    [axis, events],
  );
}

export function useTimeline(report: AnalysisReport, containerWidth: number): Timeline {
  const chosenAxis = useTautline((state) => state.view.axis);
  const axis: Axis = report.hasTime ? chosenAxis : 'event';
  const viewRange = useVisibleRange();
  const hidden = useTautline((state) => state.view.hiddenStreams);
  const { events, streams: named } = report;
  const range = useMemo(() => viewRange ?? { from: 0, to: events }, [viewRange, events]);
  const full = useSame(
    useMemo(() => fullDomain(axis, report), [axis, report]),
    sameFields,
  );
  const link = useAxisLink(axis, range, report, full);
  const { domain } = link;
  const width = Math.max(1, containerWidth - MARGIN.left - MARGIN.right);
  const ticks = useMemo(() => axisTicks(axis, domain, width / TICK_ROOM), [axis, domain, width]);
  const visibleSpan = span(domain);
  const formatX = useCallback(
    (x: number) => (axis === 'time' ? formatTime(x, Math.min(visibleSpan, WEEK)) : formatCount(x)),
    [axis, visibleSpan],
  );
  const { reference, episodes, pickEpisode } = usePlacedAlerts(axis, report, full);
  const markAreas = useMarkAreas(axis, report, reference);
  const streams = useSame(
    useMemo(() => named.flatMap((stream, i) => (hidden.includes(stream.name) ? [] : [i])), [named, hidden]),
    sameItems,
  );

  const setReference = useSetReference(axis, events);
  return useMemo(
    () => ({
      axis,
      link,
      range,
      width,
      ticks,
      markAreas,
      reference,
      episodes,
      streams,
      report,
      formatX,
      pickEpisode,
      setReference,
    }),
    [
      axis,
      link,
      range,
      width,
      ticks,
      markAreas,
      reference,
      episodes,
      streams,
      report,
      formatX,
      pickEpisode,
      setReference,
    ],
  );
}
