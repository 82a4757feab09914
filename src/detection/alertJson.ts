import type { AlertJson } from './files/results.ts';
import type { Alert } from './types.ts';

/** Alerts as JSON-able objects; positions are event indices. */
export const alertsToJson = (alerts: readonly Alert[], streams: readonly string[]): AlertJson[] =>
  alerts.map((a) => ({
    kind: a.kind,
    stream: streams[a.stream],
    onset: a.onset,
    onset_seq: a.onsetSeq,
    fired: a.fired,
    fired_seq: a.firedSeq,
    cleared: a.resolved,
    peak: a.peak,
  }));
