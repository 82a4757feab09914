import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Baseline } from '../detection/baseline.ts';
import type { PowerInput } from '../detection/change/power.ts';
import type { Changes } from '../detection/changes.ts';
import type { ChangeChannel } from '../detection/channels/table.ts';
import type { ChannelHealth } from '../detection/health.ts';
import type { Parameters, Stage } from '../detection/parameters.ts';
import type { Detector, PrepareOptions, SignalPreview } from '../detection/pipeline.ts';
import type { Alert, Decisions, Projection, Signals } from '../detection/types.ts';
import type { Grouping } from './streams.ts';

/** Everything that one analysis gives. */
export interface Analysis {
  readonly parameters: Parameters;
  /** How the ledger was split into streams. */
  readonly grouping: Grouping;
  readonly events: EventColumns;
  readonly leftOut: readonly { readonly name: string; readonly events: number }[];
  readonly reference: IndexRange;
  readonly retrospective: boolean;
  readonly projection: Projection;
  /** Of the events, on the axes of `projection`. */
  readonly coordinates: Coordinates;
  /** `projection` and the axes beyond it on which meaning is judged. */
  readonly fitted: Projection;
  readonly changes: Changes;
  readonly signals: Signals;
  readonly decisions: Decisions;
  readonly health: readonly ChannelHealth[];
  /**
   * Alerts of the baseline parameters: those of `RunOptions.baseline` on the same streams, or the defaults on the same
   * streams, axes and reference.
   */
  readonly baselineAlerts: readonly Alert[];
  /** Stages that ran, in ms. The baseline's are not counted. */
  readonly timings: Partial<Record<Stage, number>>;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** What the alerts are compared with; null or absent: the default parameters. */
  readonly baseline?: Parameters | null;
  /** Where the signals of a changed parameter take long, they are previewed first. */
  readonly preview?: PreviewOptions;
  /** Given, of a large ledger, the analysis before the channels of lasting change, which stand as being computed. */
  readonly onFirst?: (analysis: Analysis) => void;
}

export interface PreviewOptions {
  /** The events that somebody looks at; null: all. */
  readonly visible: IndexRange | null;
  /** Called at most once, before the signals are computed. */
  readonly onPreview: (preview: SignalPreview, events: EventColumns) => void;
  /** Signals that take longer than this are worth a preview, ms. */
  readonly from?: number;
  /** What a preview may take, ms. */
  readonly budget?: number;
}

/** Threads that share the work of large ledgers, and who hears of it when one fails. */
export type StageThreads = Pick<PrepareOptions, 'pool' | 'poolThreshold' | 'onWorkerFailure'>;

/** A reference period from elsewhere (docs/methods.md 2). */
export interface LoadedBaseline {
  readonly baseline: Baseline;
  /**
   * Where the baseline's own reference lies, where this is the ledger that it was made of; null elsewhere: no reference
   * lies within the events then.
   */
  readonly own: IndexRange | null;
  /** What kind of file it came from; absent: a baseline. */
  readonly file?: 'bundle';
}

/**
 * The three stages over one ledger, each cached with the parameters that it was given: a change recomputes the stages
 * that it is an input of and those after them, nothing before.
 */
export interface Stages {
  run(parameters: Parameters, options: RunOptions): Promise<Analysis>;
  /**
   * The newest analysis. Its signals and decisions are views into the detector's memory: they are valid as long as it
   * is the newest. An analysis that fails before it touches them leaves it standing; after a failure while they were
   * being overwritten it is null.
   */
  readonly analysis: Analysis | null;
  /** Answers about `analysis`. */
  readonly detector: Detector;
  /** What the power of a channel in `analysis` is measured on; why it cannot be, where it cannot. No run meanwhile. */
  powerInput(channel: ChangeChannel, options: Pick<RunOptions, 'signal' | 'onProgress'>): Promise<PowerInput | string>;
}
