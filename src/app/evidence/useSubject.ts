import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import type { InvestigationSubject } from '../../detection/drilldown/investigate/columns.ts';
import type { Stretch, StretchRequest } from '../../detection/drilldown/investigate/stretch.ts';
import { session } from '../../state/store.ts';
import { stretchOf } from '../../state/stretch.ts';
import type { EvidenceView } from '../../state/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { alertOf, type NumberedAlert } from './subject.ts';

/** What the evidence is of: an alert, or a stretch of a stream. */
export interface Subject {
  readonly report: AnalysisReport;
  readonly alert: NumberedAlert | null;
  /** Null where it is of an alert. */
  readonly stretch: (Stretch & { readonly request: StretchRequest }) | null;
  /** What to investigate. */
  readonly investigated: InvestigationSubject;
  /** Where the alert fired; the last event of the stream in the stretch. */
  readonly event: EventIndex;
  /** The newest event of the stream with an embedding, up to and with `event`; null if there is none near. */
  readonly measured: EventIndex | null;
  readonly stream: StreamIndex;
  /** The alert's, or the first event of the stream in the stretch. */
  readonly onset: EventIndex;
  /** First event after the episode or stretch, or the end of the ledger. */
  readonly end: EventIndex;
}

const BATCH = 32;
const MAX_BATCHES = 16;

/** Walks back from an event to the newest of its stream that is not a pause. */
async function measuredBefore(
  event: EventIndex,
): Promise<{ readonly measured: EventIndex | null; readonly stream: StreamIndex }> {
  const { stream, isVoid } = await session.engine.event(event);
  if (!isVoid) return { measured: event, stream };
  for (let batch = 0, to = event; batch < MAX_BATCHES && to > 0; batch += 1, to -= BATCH) {
    const from = Math.max(0, to - BATCH);
    const found = await Promise.all(Array.from({ length: to - from }, (_, i) => session.engine.event(to - 1 - i)));
    const own = found.find((detail) => detail.stream === stream && !detail.isVoid);
    if (own) return { measured: own.index, stream };
  }
  return { measured: null, stream };
}

/** Null until the engine has said where it is; the error where there is no such stretch. */
export function useSubject(
  report: AnalysisReport,
  view: EvidenceView,
): { readonly subject: Subject | null; readonly error: Error | null } {
  const { event, kind } = view;
  const isStretch = view.choices?.stretch !== undefined;
  const alert = useMemo(
    () => (isStretch ? null : alertOf(report.alerts, { event, kind })),
    [report, event, kind, isStretch],
  );
  const request = useMemo(() => stretchOf(view), [view]);
  const ofAlert = useQuery({
    queryKey: ['evidence-event', report.revision, alert?.fired],
    queryFn: async () => ({ at: alert!.fired, ...(await measuredBefore(alert!.fired)) }),
    enabled: alert !== null && alert.fired < report.events,
    placeholderData: keepPreviousData,
  });
  const ofStretch = useQuery({
    queryKey: ['evidence-stretch', report.revision, request],
    queryFn: async () => ({ request, ...(await session.engine.stretch(request)) }),
    enabled: alert === null,
  });
  const subject = useMemo((): Subject | null => {
    if (alert) {
      const { data } = ofAlert;
      if (data?.at !== alert.fired) return null;
      return {
        report,
        alert,
        stretch: null,
        investigated: { kind: 'alert', alert: alert.number },
        event: alert.fired,
        measured: data.measured,
        stream: data.stream,
        onset: alert.onset,
        end: alert.resolved ?? report.events,
      };
    }
    const stretch = ofStretch.data;
    return stretch
      ? {
          report,
          alert,
          stretch,
          investigated: { kind: 'stretch', stretch: stretch.request },
          event: stretch.last,
          measured: stretch.measured,
          stream: stretch.stream,
          onset: stretch.first,
          end: stretch.range.to,
        }
      : null;
  }, [report, alert, ofAlert, ofStretch]);
  return { subject, error: alert ? null : ofStretch.error };
}
