import type { IndexRange } from '../core/columns.ts';
import type { EventIndex, StreamIndex } from '../core/units.ts';
import type { PowerInput } from '../detection/change/power.ts';
import type { ChangeChannel, SignalName } from '../detection/channels/table.ts';
import type { Bundle, BundleCharacteristics } from '../detection/lab/bundle.ts';
import type { ChangeKind, DelayTask } from '../detection/lab/delay.ts';
import type { Beyond, InControl, InControlSource } from '../detection/lab/inControl.ts';
import type { LabelFile } from '../detection/lab/labels.ts';
import type { LabLedger } from '../detection/lab/ledger.ts';
import type { Interval } from '../detection/lab/intervals.ts';
import type { ScoreReport } from '../detection/lab/scoreReport.ts';
import type { Parameters } from '../detection/parameters.ts';
import { question, type ApiOf } from './service/contract.ts';

/** In-control behaviour of the newest analysis, with the parameters that it has. */
interface InControlColumns {
  readonly revision: number;
  readonly parameters: Parameters;
  readonly inControl: InControl;
}

/** The projected ledger of the newest analysis, with the parameters that it has. */
interface LabColumns {
  readonly parameters: Parameters;
  readonly ledger: LabLedger;
}

/** A change to be injected into the open ledger. */
export interface DelayAsk {
  readonly stream: StreamIndex;
  readonly change: ChangeKind;
  readonly sizes: readonly number[];
  /** The change begins at the stream's first event from here on; null: at `count` of its events, evenly spread. */
  readonly start: EventIndex | null;
  readonly count: number;
  /** Own events of the stream within which a change must be found; null: what its length allows. */
  readonly horizon: number | null;
}

interface DelayPlan {
  readonly parameters: Parameters;
  /** Events at which the changes begin, one per task. */
  readonly starts: readonly EventIndex[];
  readonly tasks: readonly DelayTask[];
  /** The one asked for, or what the stream's length allows. */
  readonly horizon: number;
}

/** Labels as a file holds them, kept as text: what events they mean depends on the streams of the analysis. */
export interface LabelText {
  readonly name: string;
  readonly text: string;
}

export interface LabelSet {
  /** Null: the ledger's own column. */
  readonly file: string | null;
  readonly format: LabelFile['format'] | 'column';
  readonly intervals: readonly Interval[];
  readonly leftOut: readonly string[];
}

export interface LabelScore {
  readonly revision: number;
  readonly labels: LabelSet;
  readonly report: ScoreReport;
  readonly reference: IndexRange;
}

/** What power is measured on, of the channels of lasting change in action, and why it cannot be of the others. */
export interface PowerInputs {
  readonly inputs: readonly PowerInput[];
  readonly missing: readonly { readonly channel: ChangeChannel; readonly reason: string }[];
}

/** Questions of the laboratory about the newest analysis. Columns are the engine's own: they are cloned. */
export const LAB_QUESTIONS = {
  inControl: question<(source: InControlSource) => Promise<InControlColumns>>({
    doing: 'gathering what is in control',
  }),
  /** How much of the reference lies beyond limits of a signal. */
  beyond: question<(name: SignalName, limits: readonly [number, number]) => Promise<Beyond>>({
    doing: 'counting what is beyond a limit',
  }),
  labColumns: question<() => Promise<LabColumns>>({ doing: 'gathering the projected ledger' }),
  powerInputs: question<() => Promise<PowerInputs>>({ doing: 'gathering the reference', moved: true }),
  delayPlan: question<(ask: DelayAsk) => Promise<DelayPlan>>({ doing: 'planning injected changes' }),
  /** Labelled stretches of a file, or (null) of the ledger's label column. */
  labels: question<(file: LabelText | null, marks?: LabelText | null) => Promise<LabelSet>>({
    doing: 'reading labels',
  }),
  score: question<(file: LabelText | null, marks?: LabelText | null) => Promise<LabelScore>>({
    doing: 'scoring against labels',
  }),
  /** The newest analysis, to be deployed; labelled changes of a file, or (null) of the column, decide on the advice. */
  bundle: question<(characteristics: BundleCharacteristics | null, labels: LabelText | null) => Promise<Bundle>>({
    doing: 'making a bundle',
  }),
};
export type LabApi = ApiOf<typeof LAB_QUESTIONS>;
