import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { createCursor } from '../../charts/cursor.ts';
import { MARGIN, span, type Domain } from '../../charts/domain.ts';
import type { Episode } from '../../charts/episodes.ts';
import type { Shade } from '../../charts/paint.ts';
import type { AxisLink } from '../../charts/Plot.tsx';
import { axisTicks, type AxisTick } from '../../charts/ticks.ts';
import { sameFields, sameItems, useSame } from '../../charts/useSame.ts';
import type { IndexRange } from '../../core/columns.ts';
import { formatCount, formatTime } from '../../core/format.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { Interval } from '../../detection/lab/score.ts';
import { useLabels } from '../../state/lab/queries.ts';
import { useVisibleRange } from '../../state/queries.ts';
import type { AnalysisReport, Axis } from '../../workers/protocol.ts';
import { alertIndices, ghostsOf, placeEpisodes } from './episodes.ts';

/** What all panels of a stack share: the axis, what is placed on it, and who is drawn. */
export interface Timeline {
  readonly axis: Axis;
  readonly link: AxisLink;
  readonly range: IndexRange;
  /** Width of the plot area in CSS pixels. */
  readonly width: number;
  readonly ticks: readonly AxisTick[];
  readonly shades: readonly Shade[];
  readonly reference: Domain | null;
  /** Alerts and ghosts of all streams; the lane is the stream. */
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

/** Labelled stretches shaded at most; the laboratory counts and scores all of them. */
const MOST_LABELS = 1000;
const NO_LABELS: readonly Interval[] = [];

/** Pixels a tick label needs. */
const TICK_ROOM = 96;
/** Fewest events that may fill the width. */
const LEAST_EVENTS = 5;
/** Positions on the time axis are always told to the minute at least, however long the view is. */
const WEEK = 7 * 86_400_000;
/** In axis units of the time axis; timestamps are no finer. */
const MICROSECOND = 1e-3;

export const fullDomain = (axis: Axis, report: AnalysisReport): Domain =>
  axis === 'time'
    ? { min: report.timeRange[0], max: Math.max(report.timeRange[0] + 1, report.timeRange[1]) }
    : { min: 0, max: Math.max(1, report.events - 1) };

/** The event range that covers a stretch of the event axis. */
export const rangeOfEvents = (domain: Domain, events: number): IndexRange => {
  const from = Math.min(events - 1, Math.max(0, Math.floor(domain.min)));
  return { from, to: Math.max(from + 1, Math.min(events, Math.ceil(domain.max) + 1)) };
};

const sameRange = (a: IndexRange, b: IndexRange): boolean => a.from === b.from && a.to === b.to;

/**
 * The stretch that a gesture asked for, to a fraction of an event; it stands while the view's range is the one it led
 * to (null: not known yet).
 */
interface Gesture {
  readonly domain: Domain | null;
  readonly range: IndexRange | null;
}

/**
 * Axis positions of events, asked of the engine on the time axis, which do not change with the decisions on them; a
 * lookup that is NaN where it is not known yet.
 */
function usePositions(axis: Axis, signalsRevision: number, indices: readonly number[]): (index: number) => number {
  const wanted = useMemo(() => [...new Set(indices)].sort((a, b) => a - b), [indices]);
  const { data } = useQuery({
    queryKey: ['positions', signalsRevision, axis, wanted],
    queryFn: async () => {
      const positions = await session.engine.positionsOf(axis, wanted);
      return new Map(wanted.map((index, i) => [index, positions[i]]));
    },
    enabled: axis === 'time' && wanted.length > 0,
    // Most of the wanted positions are known from before.
    placeholderData: keepPreviousData,
  });
  return useCallback((index) => (axis === 'event' ? index : (data?.get(index) ?? Number.NaN)), [axis, data]);
}

export function useTimeline(report: AnalysisReport, containerWidth: number): Timeline {
  const chosenAxis = useTautline((state) => state.view.axis);
  const axis: Axis = report.hasTime ? chosenAxis : 'event';
  const viewRange = useVisibleRange();
  const hidden = useTautline((state) => state.view.hiddenStreams);
  const selectedIndex = useTautline((state) => state.view.selected);
  const { events, signalsRevision } = report;
  const range = useMemo(() => viewRange ?? { from: 0, to: events }, [viewRange, events]);
  const full = useSame(
    useMemo(() => fullDomain(axis, report), [axis, report]),
    sameFields,
  );
  const minSpan = axis === 'event' ? LEAST_EVENTS : 1;

  const { alerts, baselineAlerts, reference: period, streams: named } = report;
  const ghosts = useMemo(() => ghostsOf(alerts, baselineAlerts), [alerts, baselineAlerts]);
  const edges = useMemo(() => [period.from, Math.max(period.from, period.to - 1)], [period]);
  const placeAlert = usePositions(
    axis,
    signalsRevision,
    useMemo(() => [...alertIndices(alerts), ...alertIndices(ghosts), ...edges], [alerts, ghosts, edges]),
  );
  const labelled = useLabels().data?.intervals ?? NO_LABELS;
  const labels = useMemo(() => labelled.slice(0, MOST_LABELS), [labelled]);
  const placeLabel = usePositions(
    axis,
    signalsRevision,
    useMemo(() => labels.flatMap(({ from, to }) => [from, to - 1]), [labels]),
  );
  const isWhole = range.from === 0 && range.to === events;
  const placeView = usePositions(
    axis,
    signalsRevision,
    useMemo(() => {
      const ends = isWhole ? [] : [range.from, range.to - 1];
      return selectedIndex === null ? ends : [...ends, selectedIndex];
    }, [isWhole, range, selectedIndex]),
  );

  const [gestures] = useState(() => createStore<Gesture>(() => ({ domain: null, range: null })));
  const gesture = useStore(gestures);
  const [settledMin, settledMax] = isWhole ? [full.min, full.max] : [placeView(range.from), placeView(range.to - 1)];
  const standing =
    gesture.domain && gesture.domain.max <= full.max && (gesture.range === null || sameRange(gesture.range, range))
      ? gesture.domain
      : null;
  const domain = useMemo<Domain>(() => {
    if (standing) return standing;
    if (!Number.isFinite(settledMin) || !Number.isFinite(settledMax)) return full;
    return settledMax > settledMin
      ? { min: settledMin, max: settledMax }
      : { min: settledMin - minSpan / 2, max: settledMin + minSpan / 2 };
  }, [standing, settledMin, settledMax, full, minSpan]);

  const newest = useRef(0);
  const onDomain = useCallback(
    (next: Domain, rest: boolean) => {
      const turn = ++newest.current;
      const settle = (to: IndexRange) => {
        if (turn !== newest.current) return;
        gestures.setState({ domain: next, range: to }, true);
        actions.setRange(to, rest);
      };
      if (axis === 'event') {
        settle(rangeOfEvents(next, events));
        return;
      }
      gestures.setState({ domain: next, range: null }, true);
      Promise.all([session.engine.indexAt(axis, next.min), session.engine.indexAt(axis, next.max)]).then(
        ([first, last]) => {
          const from = Math.min(first, events - 1);
          settle({ from, to: Math.min(events, Math.max(from, last) + 1) });
        },
        () => undefined,
      ); // A worker that died reports itself.
    },
    [axis, events, gestures],
  );

  const onReset = useCallback(() => {
    newest.current++;
    gestures.setState({ domain: null, range: null }, true);
    actions.setRange(null, true);
  }, [gestures]);

  // Another axis or ledger: a stretch of the old one means nothing on the new one.
  useEffect(() => () => gestures.setState({ domain: null, range: null }, true), [axis, events, gestures]);

  const { cursor, onCursor } = useSharedCursor(axis, events);
  const selected = selectedIndex === null ? Number.NaN : placeView(selectedIndex);
  const cursorStep = axis === 'event' ? 1 : 0;
  const link = useMemo<AxisLink>(
    () => ({ domain, full, minSpan, cursor, cursorStep, selected, onCursor, onDomain, onReset }),
    [domain, full, minSpan, cursor, cursorStep, selected, onCursor, onDomain, onReset],
  );

  const width = Math.max(1, containerWidth - MARGIN.left - MARGIN.right);
  const ticks = useMemo(() => axisTicks(axis, domain, width / TICK_ROOM), [axis, domain, width]);
  const visibleSpan = span(domain);
  const formatX = useCallback(
    (x: number) => (axis === 'time' ? formatTime(x, Math.min(visibleSpan, WEEK)) : formatCount(x)),
    [axis, visibleSpan],
  );
  const episodes = useMemo(
    () => placeEpisodes(alerts, ghosts, placeAlert, full.max),
    [alerts, ghosts, placeAlert, full],
  );
  const [referenceFrom, referenceTo] = edges.map(placeAlert);
  const reference = useMemo(
    () =>
      Number.isFinite(referenceFrom) && Number.isFinite(referenceTo) ? { min: referenceFrom, max: referenceTo } : null,
    [referenceFrom, referenceTo],
  );
  const shades = useMemo<Shade[]>(() => {
    const faults = labels.map((interval): Shade => {
      const stream = interval.stream === null ? undefined : named.findIndex(({ name }) => name === interval.stream);
      return {
        from: placeLabel(interval.from),
        to: placeLabel(interval.to - 1),
        label: interval.label,
        tone: 'labelled',
        lane: stream,
      };
    });
    const period: Shade[] = reference ? [{ from: reference.min, to: reference.max, label: 'reference' }] : [];
    return [...period, ...faults.filter(({ from, to }) => Number.isFinite(from) && Number.isFinite(to))];
  }, [reference, labels, placeLabel, named]);
  const streams = useSame(
    useMemo(() => named.flatMap((stream, i) => (hidden.includes(stream.name) ? [] : [i])), [named, hidden]),
    sameItems,
  );

  const pickEpisode = useCallback(
    (id: number) => {
      const alert = id >= 0 ? alerts[id] : ghosts[-1 - id];
      if (alert) actions.select(alert.fired);
    },
    [alerts, ghosts],
  );

  const setReference = useCallback(
    (next: Domain) => {
      const apply = (from: number, to: number) =>
        actions.setParameters({ reference_range: [Math.max(0, from), Math.min(events, Math.max(from + 1, to))] }, true);
      if (axis === 'event') {
        apply(Math.round(next.min), Math.round(next.max) + 1);
        return;
      }
      Promise.all([session.engine.indexAt(axis, next.min), session.engine.indexAt(axis, next.max)]).then(
        ([from, to]) => apply(from, to + 1),
        () => undefined,
      ); // A worker that died reports itself.
    },
    [axis, events],
  );

  return useMemo(
    () => ({
      axis,
      link,
      range,
      width,
      ticks,
      shades,
      reference,
      episodes,
      streams,
      report,
      formatX,
      pickEpisode,
      setReference,
    }),
    [axis, link, range, width, ticks, shades, reference, episodes, streams, report, formatX, pickEpisode, setReference],
  );
}

/** The cursor of all charts, tied to the store's event index in both directions; at most one look-up is under way. */
function useSharedCursor(axis: Axis, events: number) {
  const [cursor] = useState(createCursor);
  const own = useRef<number | null>(null);
  const waiting = useRef<{ busy: boolean; x: number | null }>({ busy: false, x: null });

  const publish = useCallback((index: number | null) => {
    own.current = index;
    actions.setCursor(index);
  }, []);

  const onCursor = useCallback(
    (x: number | null) => {
      if (x === null) {
        cursor.set(Number.NaN);
        waiting.current.x = null;
        publish(null);
        return;
      }
      if (axis === 'event') {
        const index = Math.min(events - 1, Math.max(0, Math.round(x)));
        cursor.set(index);
        publish(index);
        return;
      }
      cursor.set(x);
      const state = waiting.current;
      state.x = x;
      if (state.busy) return;
      state.busy = true;
      const next = (): void => {
        const at = state.x;
        if (at === null) {
          state.busy = false;
          return;
        }
        state.x = null;
        // The engine names the first event at or after a time; the cursor stands at the last one that has happened.
        session.engine.indexAt(axis, at + MICROSECOND / 2).then(
          (after) => {
            if (Number.isFinite(cursor.get())) publish(Math.max(0, after - 1));
            next();
          },
          () => {
            state.busy = false;
          },
        ); // A worker that died reports itself.
      };
      next();
    },
    [axis, events, cursor, publish],
  );

  useEffect(
    () =>
      session.store.subscribe(({ cursor: index }, before) => {
        if (index === before.cursor || index === own.current) return;
        own.current = index;
        if (index === null) cursor.set(Number.NaN);
        else if (axis === 'event') cursor.set(index);
        else
          session.engine.positionOf(axis, index).then(
            (x) => {
              if (session.store.getState().cursor === index) cursor.set(x);
            },
            () => undefined,
          );
      }),
    [axis, cursor],
  );

  return { cursor, onCursor };
}
