import type { IndexRange } from '../core/columns.ts';
import type { OnProgress } from '../core/progress.ts';
import type { StatedUnits } from '../core/statedMapping.ts';
import type { EpochMs, EventIndex } from '../core/units.ts';
import type { ChannelHealth } from '../detection/health.ts';
import type { ValuesInForce } from '../detection/inForce.ts';
import type { Parameters, Stage } from '../detection/parameters.ts';
import type { NoticeKind, SeriesName } from '../detection/channels/table.ts';
import type { Notice, NoticeFilter } from '../detection/notices.ts';
import type { Alert, Calibration, EventState } from '../detection/types.ts';
import type { ColumnMapping, LedgerSource, OpenReport, OtherLedger, RowSink } from '../ledger/types.ts';
import { DRILLDOWN_QUESTIONS } from './drilldown.ts';
import { LAB_QUESTIONS } from './lab.ts';
import { news, order, PROGRESS, question, takes, type ApiOf } from './service/contract.ts';

/** What `analyze` was doing when a newer one took its place. */
export const STALE_RUN = 'Computing signals that nobody waits for any more';

/** A line that the engine can draw: every signal, and what the detectors make of it. */
export type { SeriesName };

/** The shared horizontal axis: event index, or time in epoch milliseconds. */
export type Axis = 'event' | 'time';

export interface AnalysisReport {
  /** Grows with every analysis; what decisions an older one gave are stale. */
  readonly revision: number;
  /** The first revision with these signals: series other than those of the decisions are the same until it changes. */
  readonly signalsRevision: number;
  /** What it was made with. */
  readonly parameters: Parameters;
  /** The stream key in force: another than the parameters have where each event would be a stream of its own. */
  readonly streamKey: string;
  readonly events: number;
  readonly streams: readonly { readonly name: string; readonly events: number; readonly voidEvents: number }[];
  /** Streams beyond the busiest 24, named, with their event counts. */
  readonly streamsLeftOut: readonly { readonly name: string; readonly events: number }[];
  readonly hasTime: boolean;
  readonly hasLatency: boolean;
  /** First and last event time; NaN without timestamps. */
  readonly timeRange: readonly [EpochMs, EpochMs];
  readonly reference: IndexRange;
  /** True if the ledger has fewer than 200 events: the whole of it is the reference. */
  readonly retrospective: boolean;
  readonly sync: 'time' | 'turn';
  readonly k: number;
  readonly dimension: number;
  readonly eigenvalues: readonly number[];
  readonly calibration: Calibration;
  /** Which channels can raise something in which streams, and why the others cannot. */
  readonly health: readonly ChannelHealth[];
  readonly alerts: readonly Alert[];
  /** Alerts of the baseline parameters (the default ones if none were given) on the same ledger, for the overlays. */
  readonly baselineAlerts: readonly Alert[];
  /** How many events are noticed, by kind; `notices` lists them. */
  readonly notices: Readonly<Record<NoticeKind, number>>;
  /** What stands in place of values that this ledger does not allow, by parameter. */
  readonly inForce: ValuesInForce;
  /** Stages that ran for this report and what each took, measured in the worker, in ms. */
  readonly timings: Partial<Record<Stage, number>>;
  /** Sentences for the user: why coupling is not alarmed on, fewer axes than asked, ... */
  readonly notes: readonly string[];
}

export interface SeriesRequest {
  readonly name: SeriesName;
  /** Event range to draw. */
  readonly range: IndexRange;
  readonly axis: Axis;
  /** Number of min-max buckets over the range: about one per two pixels. */
  readonly buckets: number;
  /** Streams wanted. */
  readonly streams: readonly number[];
  /** The preview is wanted, where there is one of this series; without it an analysis answers, always. */
  readonly preview?: boolean;
  /**
   * The analysis that was asked for last is to answer, when it is done; where it fails, the one before does. With
   * `preview`, that analysis' preview is to answer, as soon as there is one; where none comes, or this series is not in
   * it, the request rejects with kind "cancelled".
   */
  readonly next?: boolean;
}

/**
 * Pictures of a changed signal, to be asked for (`SeriesRequest.preview`) until the analysis under way has the exact
 * ones.
 */
export interface PreviewReport {
  /** In one order with those of reports. */
  readonly revision: number;
  readonly names: readonly SeriesName[];
}
/** Per requested stream, interleaved x, y (Float64), at most 2 points per bucket, in x order; y NaN marks a gap. */
export interface SeriesData {
  readonly revision: number;
  readonly lines: readonly { readonly stream: number; readonly points: Float64Array }[];
}

/** Values of streams just after an event. */
export interface ValuesAsOf {
  readonly revision: number;
  /**
   * In the order of the streams asked for: that of the stream's last event so far; NaN if it has none, or no value.
   */
  readonly values: Float64Array;
}

export interface CompositionData {
  readonly revision: number;
  /** Bucket centres on the axis. */
  readonly x: Float64Array;
  /** Row-major buckets x EVENT_STATES.length, counts of events. */
  readonly counts: Uint32Array;
}

export interface CouplingMatrix {
  readonly streams: readonly string[];
  readonly at: EventIndex;
  /** Row-major S x S: A_pq / sqrt(energy_p energy_q) just after event `at`; NaN on the diagonal. */
  readonly matrix: Float64Array;
}

/** How far over their limits alerts went. */
export interface Excess {
  readonly revision: number;
  readonly values: Float64Array;
}

/** Some notices of a list. */
export interface NoticePage {
  readonly revision: number;
  /** Notices of the whole list. */
  readonly total: number;
  readonly rows: readonly (Notice & { readonly time: EpochMs })[];
}

/** One event in full, as the engine knows it; fields and text come from the database by `row`. */
export interface EventDetail {
  readonly index: EventIndex;
  readonly row: number;
  readonly eventId: bigint;
  readonly stream: number;
  readonly seq: number;
  readonly time: EpochMs;
  readonly isVoid: boolean;
  readonly eventState: EventState;
  /** Why the event has its route: sentences with the numbers compared. */
  readonly why: readonly string[];
  readonly signals: Readonly<Record<SeriesName, number>>;
}

/** The events before and after an event in its stream; null at the stream's ends. */
export interface StreamNeighbours {
  readonly before: EventIndex | null;
  readonly after: EventIndex | null;
}

/** Rows of the ledger beside the events that they are in the analysis. */
export interface RowEvents {
  readonly rows: Int32Array;
  readonly indices: Int32Array;
}

/** The text of a baseline or bundle file, under the file's name. */
export interface ReferenceFile {
  readonly name: string;
  readonly text: string;
}

/** Feeds rows to whoever stores them, as an Arrow IPC stream at a time. */
type AcceptRows = RowSink['accept'];

/** What is done to the engine: one ledger is open at a time, and analysed anew whenever a parameter changes. */
const ENGINE_COMMANDS = {
  /**
   * Opens and reads a ledger; rows without embeddings go to `sink` as Arrow IPC streams (see RowSink), in order. Null:
   * `store` will ask for them.
   * @param k axes of the analysis that is to follow, for which memory has to do too; the default where absent
   * @param units what numbers count, where the user states it
   * @param other a ledger that another engine holds, which takes of the same memory
   */
  open: question<
    (
      source: LedgerSource,
      mapping: ColumnMapping | null,
      sink: AcceptRows | null,
      onProgress: OnProgress,
      k?: number,
      units?: StatedUnits,
      other?: OtherLedger,
    ) => Promise<OpenReport>
  >({ doing: 'opening the ledger', callbacks: { 2: takes('storing rows'), 3: PROGRESS } }),
  /** The first values of each column of the files that were opened last, also where the ledger was refused. */
  columnValues: question<() => Promise<ReadonlyMap<string, readonly string[]>>>({ doing: 'reading the first values' }),
  /**
   * Feeds the open ledger's rows to `sink`, as `open` would have; other calls are answered meanwhile. It ends with kind
   * "cancelled" where another ledger is opened, not by `cancel`.
   */
  store: question<(sink: AcceptRows, onProgress: OnProgress) => Promise<void>>({
    doing: 'storing the events',
    callbacks: { 0: takes('storing rows'), 1: PROGRESS },
  }),
  /**
   * Runs the stages that `parameters` needs beyond what is cached.
   * @param baseline what the alerts are compared with, the defaults where null or absent
   * @param visible the events that are looked at, all where null or absent
   * @param onPreview called at most once, where the signals take longer than a moment: there are previews of them,
   * while everything else is still that of the analysis before
   * @param onFirst called at most once, of a large ledger: the analysis that stands until lasting change is judged
   */
  analyze: question<
    (
      parameters: Parameters,
      onProgress: OnProgress,
      baseline?: Parameters | null,
      visible?: IndexRange | null,
      onPreview?: ((preview: PreviewReport) => void) | null,
      onFirst?: ((report: AnalysisReport) => void) | null,
    ) => Promise<AnalysisReport>
  >({ doing: 'analysing the ledger', callbacks: { 1: PROGRESS, 4: news<PreviewReport>(), 5: news<AnalysisReport>() } }),
  /**
   * Takes a newer copy of the open ledger in its place and analyses it. Until that is done the one before answers, so
   * that what is on screen has its answers all the time.
   */
  extend: question<
    (
      source: LedgerSource,
      mapping: ColumnMapping | null,
      parameters: Parameters,
      baseline: Parameters | null,
    ) => Promise<{ readonly opened: OpenReport; readonly analysed: AnalysisReport }>
  >({ doing: 'taking in what came' }),
  /**
   * A newer analysis waits for the one under way: where that has given a preview, or takes long, it is ended, and
   * rejects with kind "cancelled" and `SUPERSEDED_RUN`.
   */
  cancelStale: order('ending an analysis'),
  /**
   * Takes the reference from a file in place of a period of the ledger (docs/methods.md 2), from the next analysis on
   * and for ledgers opened later; null goes back.
   * @param file a baseline or bundle as JSON
   * @returns sentences that the user should know; it rejects with kind "file", and keeps what was in force, where the
   * file cannot be used
   */
  setReferenceFile: question<(file: ReferenceFile | null) => Promise<readonly string[]>>({
    doing: 'reading the reference file',
  }),
  /** Asks the open or analyze under way to stop at its next batch; it rejects with kind "cancelled". */
  cancel: order('cancelling'),
};

/** Questions about lines and positions on the axis. */
export const SERIES_QUESTIONS = {
  series: question<(request: SeriesRequest) => Promise<SeriesData>>({
    doing: ({ name }) => `drawing ${name}`,
    moved: true,
  }),
  /** @param next as `SeriesRequest.next` */
  valuesAsOf: question<
    (name: SeriesName, index: EventIndex, streams: readonly number[], next?: boolean) => Promise<ValuesAsOf>
  >({ doing: (name) => `reading ${name}`, moved: true }),
  /** @param next as `SeriesRequest.next` */
  composition: question<(range: IndexRange, axis: Axis, buckets: number, next?: boolean) => Promise<CompositionData>>({
    doing: 'counting event states',
    moved: true,
  }),
  /** The event nearest to (x, y) of a line among `streams`; `xScale`, `yScale` are axis units per pixel. */
  nearest: question<
    (
      name: SeriesName,
      axis: Axis,
      x: number,
      y: number,
      xScale: number,
      yScale: number,
      streams: readonly number[],
    ) => Promise<EventIndex | null>
  >({ doing: 'finding the nearest event' }),
  /** Event index of the first event at or after an axis position, and back. */
  indexAt: question<(axis: Axis, x: number) => Promise<EventIndex>>({ doing: 'finding a position' }),
  /** `indexAt` of many positions. */
  indicesAt: question<(axis: Axis, positions: Float64Array) => Promise<Int32Array>>({
    doing: 'finding positions',
    moved: true,
  }),
  positionOf: question<(axis: Axis, index: EventIndex) => Promise<number>>({ doing: 'finding a position' }),
  /** Axis positions of events, in their order. */
  positionsOf: question<(axis: Axis, indices: readonly EventIndex[]) => Promise<Float64Array>>({
    doing: 'finding positions',
    moved: true,
  }),
};

/** Questions about single events, and what is known of all of them. */
export const EVENT_QUESTIONS = {
  event: question<(index: EventIndex) => Promise<EventDetail>>({ doing: (index) => `reading event ${index}` }),
  couplingMatrix: question<(at: EventIndex) => Promise<CouplingMatrix>>({
    doing: 'reading the coupling matrix',
    moved: true,
  }),
  /** The events before and after an event in its stream. */
  streamNeighbours: question<(index: EventIndex) => Promise<StreamNeighbours>>({ doing: 'finding neighbours' }),
  /** Notices [from, to) of those that pass a filter, in the order of events. */
  notices: question<(filter: NoticeFilter, from: number, to: number) => Promise<NoticePage>>({
    doing: 'listing notices',
  }),
  /** How many times its limit each alert was at its worst, in the order of the report. */
  excess: question<() => Promise<Excess>>({ doing: 'finding rows', moved: true }),
  /** The events with ids, in their order; -1 where the analysis has none. */
  indicesOf: question<(ids: readonly bigint[]) => Promise<Int32Array>>({ doing: 'finding rows', moved: true }),
  /** Canonical ledger row of each event, the key into the database's tables. */
  rowsOf: question<(indices: readonly EventIndex[]) => Promise<Int32Array>>({ doing: 'finding rows', moved: true }),
  /** The events that rows are, both ascending; rows that no stream of the analysis has are left out of both. */
  eventsOfRows: question<(rows: Int32Array) => Promise<RowEvents>>({ doing: 'finding rows', moved: true }),
  /**
   * Series of events as a CSV file in parts of UTF-8: one row per event of the streams, with every digit.
   * @param sink takes a part; what it throws ends the writing
   */
  seriesCsv: question<
    (
      names: readonly SeriesName[],
      range: IndexRange,
      streams: readonly number[],
      sink: (part: Uint8Array) => Promise<void>,
      onProgress: OnProgress,
    ) => Promise<void>
  >({ doing: 'writing values', callbacks: { 3: takes('keeping values'), 4: PROGRESS } }),
  /** Signals of all events as a Parquet file: the columns of a signals file of the command line. */
  signalsParquet: question<() => Promise<Uint8Array>>({ doing: 'writing signals', moved: true }),
  /** Signals of all events as one Arrow IPC stream (columns of the golden files and `row`), for the database. */
  signalsArrow: question<() => Promise<Uint8Array>>({ doing: 'exporting signals', moved: true }),
};

/**
 * Everything that the engine can be asked: the page's client (client.ts), the worker's answers (engine.worker.ts) and
 * what crosses between them follow from these rows.
 */
export const ENGINE_CONTRACT = {
  ...ENGINE_COMMANDS,
  ...SERIES_QUESTIONS,
  ...EVENT_QUESTIONS,
  ...DRILLDOWN_QUESTIONS,
  ...LAB_QUESTIONS,
};

/**
 * What runs in the engine worker. It holds one ledger. Every call may reject with a `TautlineFailure` (its `error`
 * survives the crossing).
 */
export type EngineApi = ApiOf<typeof ENGINE_CONTRACT>;
