import type { IndexRange } from '../core/columns.ts';
import type { EventIndex, LedgerRow } from '../core/units.ts';
import type { Attribution, Conversation, InvestigationWindows, TransportPlan, TurnInput, WordsResult } from '../detection/drilldown/types.ts';
import type { Route } from '../detection/types.ts';

/** Which windows a transport plan connects. Events of other streams in a range take no part unless `stream` is null. */
export type TransportRequest =
  /** The last `emd_window` events of the stream before `onset`, and its last `emd_window` up to and with `at`. */
  | { readonly kind: 'alert'; readonly stream: number; readonly onset: EventIndex; readonly at: EventIndex }
  /** The stream's last `emd_window` events up to `at`, and those of all other streams. */
  | { readonly kind: 'rest'; readonly stream: number; readonly at: EventIndex }
  /** Two ranges of events; null = all streams. At most 512 events each, the newest. */
  | { readonly kind: 'ranges'; readonly before: IndexRange; readonly after: IndexRange; readonly stream: number | null };

/** Texts to compare; null and blank ones take no part. */
export interface WordsRequest {
  readonly window: readonly (string | null)[];
  readonly reference: readonly (string | null)[];
  /** Terms wanted on each side, 30 by default. */
  readonly terms?: number;
}

/** What the engine knows of rows of the ledger. */
export interface RowFacts {
  /** -1 where the row is of a stream that is not tracked. */
  readonly index: Int32Array;
  readonly routes: readonly (Route | null)[];
  /** Kinds of the alerts that are open at the row's event in its stream, 'fired' where one fires there. */
  readonly alerts: readonly (readonly { readonly alert: number; readonly at: 'onset' | 'fired' | 'open' | 'cleared' }[])[];
}

/** An alert and where to look around it. */
export interface InvestigationRequest {
  /** Position in `AnalysisReport.alerts`. */
  readonly alert: number;
}

/** What investigators need of the engine: events of window and baseline, in order; all arrays have the same length. */
export interface InvestigationColumns {
  readonly windows: InvestigationWindows;
  readonly index: Int32Array;
  readonly row: Int32Array;
  /** 1 where the event is in the window, 0 in the baseline. */
  readonly inWindow: Uint8Array;
  readonly stream: Int32Array;
  readonly streams: readonly string[];
  readonly agent: { readonly codes: Int32Array; readonly values: readonly string[] } | null;
  readonly thread: { readonly codes: Int32Array; readonly values: readonly string[] } | null;
  readonly instantiation: { readonly codes: Int32Array; readonly values: readonly string[] } | null;
  readonly latency: Float64Array;
  /** By name of the signal; NaN where not defined. */
  readonly signals: Readonly<Record<string, Float64Array>>;
}

/** Drill-down questions that the engine answers. Every call may reject with a `TautlineFailure`. */
export interface DrilldownApi {
  /** Exact shares of friction and KL at an event that has an embedding. */
  attribution(at: EventIndex): Promise<Attribution>;
  transportPlan(request: TransportRequest): Promise<TransportPlan>;
  words(request: WordsRequest): Promise<WordsResult>;
  /** `agents`: names that a mention can mean; the speakers and hand-off targets among the turns always count. Turns in ledger order. */
  conversation(turns: readonly TurnInput[], agents: readonly string[]): Promise<Conversation>;
  rowFacts(rows: readonly LedgerRow[]): Promise<RowFacts>;
  investigationColumns(request: InvestigationRequest): Promise<InvestigationColumns>;
}
