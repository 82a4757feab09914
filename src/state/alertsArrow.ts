import { Bool, Float64, Int32, Utf8, type DataType } from 'apache-arrow';
import { dataOf, ipcOf } from '../ledger/arrowVectors.ts';
import type { AnalysisReport, EngineApi } from '../workers/protocol.ts';

/**
 * The columns of the table `alerts`; positions are event indices, `*_row` canonical rows (the key into `events` and
 * `signals`).
 */
const COLUMNS = {
  alert: new Int32(),
  kind: new Utf8(),
  stream: new Utf8(),
  stream_index: new Int32(),
  onset: new Int32(),
  fired: new Int32(),
  cleared: new Int32(),
  onset_row: new Int32(),
  fired_row: new Int32(),
  onset_seq: new Int32(),
  fired_seq: new Int32(),
  lag: new Int32(),
  peak: new Float64(),
  duration: new Int32(),
  open: new Bool(),
};

/**
 * The alerts of a report as one Arrow IPC stream. `alert` is the position in `report.alerts`; `duration` is from
 * `fired` to `cleared`, or to the end of the ledger while open, in events of the ledger.
 */
export async function alertsToArrow(report: AnalysisReport, engine: Pick<EngineApi, 'rowsOf'>): Promise<Uint8Array> {
  const { alerts, streams, events } = report;
  const rows = await engine.rowsOf(alerts.flatMap((alert) => [alert.onset, alert.fired]));
  const values: Record<keyof typeof COLUMNS, readonly unknown[]> = {
    alert: alerts.map((_, i) => i),
    kind: alerts.map((alert) => alert.kind),
    stream: alerts.map((alert) => streams[alert.stream].name),
    stream_index: alerts.map((alert) => alert.stream),
    onset: alerts.map((alert) => alert.onset),
    fired: alerts.map((alert) => alert.fired),
    cleared: alerts.map((alert) => alert.resolved),
    onset_row: alerts.map((_, i) => rows[2 * i]),
    fired_row: alerts.map((_, i) => rows[2 * i + 1]),
    onset_seq: alerts.map((alert) => alert.onsetSeq),
    fired_seq: alerts.map((alert) => alert.firedSeq),
    lag: alerts.map((alert) => alert.lag),
    peak: alerts.map((alert) => (Number.isNaN(alert.peak) ? null : alert.peak)),
    duration: alerts.map((alert) => (alert.resolved ?? events) - alert.fired),
    open: alerts.map((alert) => alert.resolved === null),
  };
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
  return ipcOf(
    names.map((name) => [name, dataOf(values[name], COLUMNS[name] as DataType)]),
    alerts.length,
  );
}
