import { useCallback, useMemo } from 'react';
import type { Domain } from '../../charts/domain.ts';
import type { Episode } from '../../charts/episodes.ts';
import type { MarkArea } from '../../charts/paint.ts';
import type { Interval } from '../../detection/lab/intervals.ts';
import { useLabels } from '../../state/lab/queries.ts';
import { actions } from '../../state/store.ts';
import type { AnalysisReport, Axis } from '../../workers/protocol.ts';
import { usePositions } from './axis.ts';
import { alertIndices, overlaysOf, placeEpisodes } from './episodes.ts';

/** Labelled stretches marked at most; the laboratory counts and scores all of them. */
const MAX_LABELS = 1000;
const NO_LABELS: readonly Interval[] = [];

export interface PlacedAlerts {
  readonly reference: Domain | null;
  /** Alerts and overlays of all streams; the lane is the stream. */
  readonly episodes: readonly Episode[];
  readonly pickEpisode: (id: number) => void;
}

/** Alerts, those of the comparison and the reference period, on the axis. */
export function usePlacedAlerts(axis: Axis, report: AnalysisReport, full: Domain): PlacedAlerts {
  const { alerts, baselineAlerts, reference: period, signalsRevision } = report;
  const overlays = useMemo(() => overlaysOf(alerts, baselineAlerts), [alerts, baselineAlerts]);
  const edges = useMemo(() => [period.from, Math.max(period.from, period.to - 1)], [period]);
  const placeAlert = usePositions(
    axis,
    signalsRevision,
    useMemo(() => [...alertIndices(alerts), ...alertIndices(overlays), ...edges], [alerts, overlays, edges]),
  );
  const episodes = useMemo(
    () => placeEpisodes(alerts, overlays, placeAlert, full.max),
    [alerts, overlays, placeAlert, full],
  );
  const [referenceFrom, referenceTo] = edges.map(placeAlert);
  const reference = useMemo(
    () =>
      Number.isFinite(referenceFrom) && Number.isFinite(referenceTo) ? { min: referenceFrom, max: referenceTo } : null,
    [referenceFrom, referenceTo],
  );
  const pickEpisode = useCallback(
    (id: number) => {
      const alert = id >= 0 ? alerts[id] : overlays[-1 - id];
      if (alert) actions.select(alert.fired);
    },
    [alerts, overlays],
  );

  return { reference, episodes, pickEpisode };
}

/** The reference period and the labelled stretches, as mark areas of the axis. */
export function useMarkAreas(axis: Axis, report: AnalysisReport, reference: Domain | null): readonly MarkArea[] {
  const { signalsRevision, streams: named } = report;
  const labelled = useLabels().data?.intervals ?? NO_LABELS;
  const labels = useMemo(() => labelled.slice(0, MAX_LABELS), [labelled]);
  const placeLabel = usePositions(
    axis,
    signalsRevision,
    useMemo(() => labels.flatMap(({ from, to }) => [from, to - 1]), [labels]),
  );
  return useMemo<MarkArea[]>(() => {
    const faults = labels.map((interval): MarkArea => {
      const stream = interval.stream === null ? undefined : named.findIndex(({ name }) => name === interval.stream);
      return {
        from: placeLabel(interval.from),
        to: placeLabel(interval.to - 1),
        label: interval.label,
        tone: 'labelled',
        lane: stream,
      };
    });
    const period: MarkArea[] = reference ? [{ from: reference.min, to: reference.max, label: 'reference' }] : [];
    return [...period, ...faults.filter(({ from, to }) => Number.isFinite(from) && Number.isFinite(to))];
  }, [reference, labels, placeLabel, named]);
}
