import type { EventIndex, LedgerRow } from '../core/units.ts';
import type { InvestigationColumns } from '../detection/drilldown/investigate/columns.ts';
import type { TransportRequest } from '../detection/drilldown/transport.ts';
import type {
  Attribution,
  Conversation,
  HandoffGraph,
  TransportPlan,
  TurnFields,
  WordsResult,
} from '../detection/drilldown/types.ts';
import type { AlertKind, Route } from '../detection/types.ts';

export type { InvestigationColumns, TransportRequest };

/** Texts to compare; null and blank ones take no part. */
interface WordsRequest {
  readonly window: readonly (string | null)[];
  readonly reference: readonly (string | null)[];
  /** Terms wanted on each side, 30 by default. */
  readonly terms?: number;
}

/** An alert that a row's event lies in. */
export interface AlertPlace {
  /** Position in `AnalysisReport.alerts`. */
  readonly alert: number;
  readonly kind: AlertKind;
  readonly at: 'onset' | 'fired' | 'open' | 'cleared';
}

/** What the engine knows of some rows of the ledger; all of the same length. */
interface RowFacts {
  /** -1 where the row is of a stream that is not tracked. */
  readonly index: Int32Array;
  /** Null where the row is not tracked. */
  readonly routes: readonly (Route | null)[];
  /** Alerts of the event's own stream. */
  readonly alerts: readonly (readonly AlertPlace[])[];
}

/** Events with an embedding as points: n of them, n x k and n x 2 where it says so. */
export interface EmbeddingMap {
  readonly index: Int32Array;
  readonly stream: Int32Array;
  /** Index into ROUTES. */
  readonly route: Uint8Array;
  /** Epoch ms, NaN without timestamps. */
  readonly time: Float64Array;
  readonly k: number;
  /** Whitened coordinates, row-major n x k. */
  readonly x: Float32Array;
  /** Positions on the principal plane, row-major n x 2. */
  readonly plane: Float32Array;
  /** Shares of the points' variance along x and y of the plane. */
  readonly explained: readonly [number, number];
  /** Events with an embedding; more than n where the map is thinned. */
  readonly total: number;
  /** Events without one, which are on no map. */
  readonly pauses: number;
}

/** Drill-down questions that the engine answers. Every call may reject with a `TautlineFailure`. */
export interface DrilldownApi {
  /** Exact shares of friction and KL at an event that has an embedding. */
  attribution(at: EventIndex): Promise<Attribution>;
  /** Exact optimal transport between two windows. */
  transportPlan(request: TransportRequest): Promise<TransportPlan>;
  /** Characteristic terms of texts (of the page's database) against others. */
  words(request: WordsRequest): Promise<WordsResult>;
  /** Turns of a thread in ledger order as a transcript. `agents`: further names that a mention can mean. */
  conversation(turns: readonly TurnFields[], agents: readonly string[]): Promise<Conversation>;
  /** Hand-offs of the whole ledger; texts without "@" may be left null. */
  handoffGraph(turns: readonly TurnFields[], agents: readonly string[]): Promise<HandoffGraph>;
  /** @param limit points at most */
  embeddingMap(limit: number): Promise<EmbeddingMap>;
  rowFacts(rows: readonly LedgerRow[]): Promise<RowFacts>;
  /** @param alert position in `AnalysisReport.alerts` */
  investigationColumns(alert: number): Promise<InvestigationColumns>;
}
