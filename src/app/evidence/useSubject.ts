import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import { session } from '../../state/store.ts';
import type { EvidenceView } from '../../state/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { alertOf, type NumberedAlert } from './subject.ts';

/** What the evidence is of: an alert, or an event at which none fires with the parameters in force. */
export interface Subject {
  readonly report: AnalysisReport;
  readonly alert: NumberedAlert | null;
  /** Where the alert fired; the view's event where there is none. */
  readonly event: EventIndex;
  /** The newest event of the stream with an embedding, up to and with `event`; null if there is none near. */
  readonly measured: EventIndex | null;
  readonly stream: StreamIndex;
  readonly onset: EventIndex;
  /** First event after the episode, or the end of the ledger. */
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

/** Null until the engine has said which stream the event is of. */
export function useSubject(report: AnalysisReport, { event, kind }: EvidenceView): Subject | null {
  const alert = useMemo(() => alertOf(report.alerts, { event, kind }), [report, event, kind]);
  const at = alert?.fired ?? event;
  const { data } = useQuery({
    queryKey: ['evidence-event', report.revision, at],
    queryFn: async () => ({ at, ...(await measuredBefore(at)) }),
    enabled: at < report.events,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    if (data?.at !== at) return null;
    return {
      report,
      alert,
      event: at,
      measured: data.measured,
      stream: data.stream,
      onset: alert?.onset ?? at,
      end: alert?.resolved ?? (alert ? report.events : at + 1),
    };
  }, [report, alert, at, data]);
}
