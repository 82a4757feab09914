import type { IndexRange } from '../core/columns.ts';
import type { TautlineError } from '../core/errors.ts';
import type { LedgerPart } from '../core/part.ts';
import type { Progress } from '../core/progress.ts';
import type { EventIndex } from '../core/units.ts';
import type { ParameterName, Parameters } from '../detection/parameters.ts';
import type { AlertKind } from '../detection/types.ts';
import type { ColumnMapping, LedgerSource, OpenReport } from '../ledger/types.ts';
import type { AnalysisReport, Axis, PreviewReport } from '../workers/protocol.ts';
import type { EvidenceChoices } from './evidenceChoices.ts';
import type { Bench, Scenario } from './scenarios.ts';

/** What the page shows: one ledger, what thresholds cost, or the calibration harness. */
export const SCREENS = ['monitor', 'laboratory', 'calibration'] as const;
export type Screen = (typeof SCREENS)[number];

/** Parts of the drill-down from an alert. */
export const EVIDENCE_TABS = [
  'attribution',
  'transport',
  'words',
  'map',
  'conversation',
  'agents',
  'investigate',
  'report',
] as const;
export type EvidenceTab = (typeof EVIDENCE_TABS)[number];

/** The drill-down that is open: which alert, which part, and what is chosen in the parts. */
export interface EvidenceView {
  /** Event at which the alert fired. */
  readonly event: EventIndex;
  /** Kind of the alert, where several fire at one event; null is any. */
  readonly kind: AlertKind | null;
  readonly tab: EvidenceTab;
  /** What differs from how the parts begin. */
  readonly choices?: EvidenceChoices;
}

/** Everything that defines the view and lives in the URL (versioned codec in url.ts). */
export interface ViewState {
  readonly screen: Screen;
  /**
   * What to open on load, and which part of it (absent: all); files dropped from disk cannot be reopened by URL, so
   * their name stands here and the page asks for them.
   */
  readonly source:
    | ((
        | { readonly kind: 'sample'; readonly name: string }
        | { readonly kind: 'url'; readonly url: string }
        | { readonly kind: 'file'; readonly name: string }
      ) & { readonly part?: LedgerPart })
    | null;
  readonly mapping: ColumnMapping | null;
  readonly axis: Axis;
  /** Visible event range; null is the whole ledger. */
  readonly range: IndexRange | null;
  /** Names of streams not drawn. */
  readonly hiddenStreams: readonly string[];
  readonly selected: EventIndex | null;
  readonly evidence: EvidenceView | null;
  readonly theme: 'dark' | 'light' | 'system';
  /** Ids of panels folded away. */
  readonly foldedPanels: readonly string[];
  /** The candidate: the parameters in force. */
  readonly parameters: Parameters;
  /** What its alerts are compared with; null: the default parameters. */
  readonly baseline: Parameters | null;
  /**
   * Name of the file that the reference comes from; null: from the ledger's own reference period. A link carries the
   * name, not the file.
   */
  readonly reference: string | null;
  readonly alertFilter: { readonly kinds: readonly AlertKind[] | null; readonly stream: string | null };
  readonly alertSort: { readonly by: AlertColumn; readonly descending: boolean };
}
export type AlertColumn = 'fired' | 'onset' | 'kind' | 'stream' | 'lag' | 'peak' | 'duration';

/** Where the ledger stands. */
export type LedgerPhase =
  | { readonly phase: 'empty' }
  | { readonly phase: 'opening'; readonly name: string; readonly progress: Progress | null }
  | { readonly phase: 'open'; readonly source: LedgerSource; readonly report: OpenReport }
  | { readonly phase: 'failed'; readonly name: string; readonly source: LedgerSource; readonly error: TautlineError };

/** Where the analysis of the open ledger stands; the last good report stays on screen while a new one runs. */
export interface AnalysisState {
  readonly running: Progress | null;
  readonly report: AnalysisReport | null;
  readonly error: TautlineError | null;
  /**
   * Pictures of the analysis under way: its series are to be drawn, while everything else is still that of `report`.
   */
  readonly preview: PreviewReport | null;
}

/** Messages worth showing beside the work: a worker restarted, a copy made, ... */
export interface Toast {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** Events picked out, ascending. */
interface MarkedEvents {
  readonly index: Int32Array;
  /** Epoch ms of each, NaN without timestamps. */
  readonly time: Float64Array;
}

export interface TautlineState {
  readonly view: ViewState;
  readonly ledger: LedgerPhase;
  readonly analysis: AnalysisState;
  /** Events on their way into the tables, once the first picture is there; null while none are. */
  readonly storing: Progress | null;
  /** Shared cursor; null when the pointer is on no chart. Not in the URL. */
  readonly cursor: EventIndex | null;
  /** Events picked out on the embedding map and marked on the timelines; null for none. Not in the URL. */
  readonly marked: MarkedEvents | null;
  readonly toasts: readonly Toast[];
  /** Parameter sets kept under a name; they outlive the page. */
  readonly scenarios: readonly Scenario[];
  /** How many steps can be undone and redone. */
  readonly steps: { readonly undo: number; readonly redo: number };
  /** A slider is being dragged. */
  readonly dragging: boolean;
}

export interface TautlineActions {
  setScreen(screen: Screen): void;
  /** Opens a ledger on the monitor, with the parameters in force or others. */
  open(source: LedgerSource, mapping?: ColumnMapping | null, parameters?: Parameters): Promise<void>;
  /** Cancels the open or analysis under way. */
  cancel(): void;
  close(): void;
  /**
   * Sets parameters and re-analyses, newest wins; `rest` false while a slider is still being dragged (no history
   * entry).
   */
  setParameters(change: Partial<Parameters>, rest: boolean): void;
  resetParameter(name: ParameterName): void;
  resetAllParameters(): void;
  /** Compares with other parameters; null: the default ones. */
  setBaseline(parameters: Parameters | null): void;
  /** Keeps the candidate as a scenario, in place of one of the same name. */
  keepScenario(name: string): void;
  renameScenario(from: string, to: string): void;
  deleteScenario(name: string): void;
  /** Candidate, baseline and scenarios of a file; its scenarios join those kept. */
  setBench(bench: Bench): void;
  /** Takes candidate, baseline and scenarios one resting state back, or forward again. */
  undo(): void;
  redo(): void;
  /**
   * Takes projection, reference and calibration from a baseline or bundle file; null goes back to the ledger's own
   * reference period.
   */
  setReference(file: File | null): Promise<void>;
  setRange(range: IndexRange | null, rest?: boolean): void;
  setCursor(index: EventIndex | null): void;
  select(index: EventIndex | null): void;
  showEvidence(evidence: EvidenceView | null): void;
  mark(events: MarkedEvents | null): void;
  toggleStream(name: string): void;
  /** Shows one stream alone, or all again when it already is alone. */
  soloStream(name: string): void;
  setAxis(axis: Axis): void;
  setTheme(theme: ViewState['theme']): void;
  toggleFold(panelId: string): void;
  setAlertFilter(filter: ViewState['alertFilter']): void;
  setAlertSort(sort: ViewState['alertSort']): void;
  toast(level: Toast['level'], text: string): void;
  dismissToast(id: number): void;
}
