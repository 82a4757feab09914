import type { OnProgress } from '../core/progress.ts';
import type { SideLines, SideLinesRequest } from '../analysis/sideLines.ts';
import type { SideProfile } from '../analysis/sideProfile.ts';
import type { SideRequest } from '../analysis/sideRequest.ts';
import type { EventIndex, LedgerRow } from '../core/units.ts';
import type { Together, TogetherRequest } from '../detection/drilldown/compare/together.ts';
import type { InvestigationColumns, InvestigationSubject } from '../detection/drilldown/investigate/columns.ts';
import type { Stretch, StretchRequest } from '../detection/drilldown/investigate/stretch.ts';
import type { WhatChanged } from '../detection/drilldown/changed/types.ts';
import type { TransportRequest } from '../detection/drilldown/transport.ts';
import type {
  Attribution,
  Conversation,
  HandoffGraph,
  TransportPlan,
  TurnFields,
  WordsResult,
} from '../detection/drilldown/types.ts';
import type { AlertKind, EventState } from '../detection/types.ts';
import { PROGRESS, question, type ApiOf } from './service/contract.ts';

export type { InvestigationColumns, TransportRequest };

/** Texts to compare; null and blank ones take no part. */
interface WordsRequest {
  readonly window: readonly (string | null)[];
  readonly reference: readonly (string | null)[];
  /** Terms wanted on each side, 30 by default, and as many function words. */
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
  /** -1 if the row is of a stream that is not tracked. */
  readonly index: Int32Array;
  /** Of the event; -1 likewise. */
  readonly stream: Int32Array;
  /** Null if the row is not tracked. */
  readonly eventStates: readonly (EventState | null)[];
  /** Alerts of the event's own stream. */
  readonly alerts: readonly (readonly AlertPlace[])[];
}

/** Events with an embedding as points: n of them, n x k and n x 2 where it says so. */
export interface EmbeddingMap {
  readonly index: Int32Array;
  readonly stream: Int32Array;
  /** Index into EVENT_STATES. */
  readonly eventState: Uint8Array;
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

/** Drill-down questions about the newest analysis. */
export const DRILLDOWN_QUESTIONS = {
  /** Exact shares of friction and KL at an event that has an embedding. */
  attribution: question<(at: EventIndex) => Promise<Attribution>>({ doing: (at) => `attributing event ${at}` }),
  /**
   * What changed for good in a stream, by an alert of style, meaning or behaviour; its messages are read again.
   * @param alert position in `AnalysisReport.alerts`
   */
  whatChanged: question<(alert: number, onProgress: OnProgress) => Promise<WhatChanged>>({
    doing: 'comparing before and since',
    callbacks: { 1: PROGRESS },
  }),
  /** Exact optimal transport between two windows. */
  transportPlan: question<(request: TransportRequest) => Promise<TransportPlan>>({ doing: 'planning transport' }),
  /** Characteristic terms of texts (of the page's database) against others. */
  words: question<(request: WordsRequest) => Promise<WordsResult>>({ doing: 'comparing words' }),
  /** Turns of a thread in ledger order as a transcript. `agents`: further names that a mention can mean. */
  conversation: question<(turns: readonly TurnFields[], agents: readonly string[]) => Promise<Conversation>>({
    doing: 'reading a conversation',
  }),
  /** Hand-offs of the whole ledger; texts without "@" may be left null. */
  handoffGraph: question<(turns: readonly TurnFields[], agents: readonly string[]) => Promise<HandoffGraph>>({
    doing: 'reading hand-offs',
  }),
  /** @param limit points at most */
  embeddingMap: question<(limit: number) => Promise<EmbeddingMap>>({ doing: 'mapping the embeddings', moved: true }),
  rowFacts: question<(rows: readonly LedgerRow[]) => Promise<RowFacts>>({ doing: 'looking rows up' }),
  /** Means of how messages are written, and of every signal, over a stretch of a stream. */
  sideProfile: question<(side: SideRequest) => Promise<SideProfile>>({ doing: 'measuring a stretch' }),
  /** Signals along a stretch of a stream. */
  sideLines: question<(request: SideLinesRequest) => Promise<SideLines>>({
    doing: 'drawing a stretch',
    moved: ({ lines }) => lines.map(({ buffer }) => buffer as ArrayBuffer),
  }),
  /** Points of two sides, of one ledger or of two, on one plane. */
  mapTogether: question<(request: TogetherRequest) => Promise<Together>>({ doing: 'mapping both sides', moved: true }),
  /** What the analysis knows of a stretch that somebody asks about. */
  stretch: question<(request: StretchRequest) => Promise<Stretch>>({ doing: 'finding a stretch' }),
  investigationColumns: question<(subject: InvestigationSubject) => Promise<InvestigationColumns>>({
    doing: 'gathering what to investigate',
  }),
};
export type DrilldownApi = ApiOf<typeof DRILLDOWN_QUESTIONS>;
