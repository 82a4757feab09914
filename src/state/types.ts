import type { IndexRange } from '../core/columns.ts';
import type { TautlineError } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import type { EventIndex } from '../core/units.ts';
import type { Mark } from '../detection/incidents/marks.ts';
import type { ParameterName, Parameters } from '../detection/parameters.ts';
import type { LedgerSource, OpenReport } from '../ledger/types.ts';
import type { AnalysisReport, Axis, PreviewReport } from '../workers/protocol.ts';
import type { Experiment, Scenario } from './scenarios.ts';
import type { EvidenceView } from './view/evidence.ts';
import type { ViewOf } from './view/field.ts';
import type { Screen, VIEW_FIELDS } from './view/fields.ts';

export { EVIDENCE_TABS, type EvidenceTab, type EvidenceView } from './view/evidence.ts';
export { type AlertColumn, type Screen } from './view/fields.ts';

/** Everything that defines the view and lives in the address: the table of fields in view/fields.ts. */
export type ViewState = ViewOf<typeof VIEW_FIELDS>;

/** How the files of a ledger are read, where not as guessed. */
export type Reading = Pick<ViewState, 'mapping' | 'units' | 'events'>;

type UrlSource = Extract<LedgerSource, { readonly kind: 'url' }>;

/** A request that was passed on. `seen`: the browser has said where to. */
export interface Redirect {
  readonly from: string;
  readonly seen: boolean;
}

/** Where the ledger stands. */
export type LedgerPhase =
  | { readonly phase: 'empty' }
  | {
      readonly phase: 'opening';
      readonly name: string;
      readonly source: LedgerSource;
      readonly progress: Progress | null;
    }
  /** A link, or a server that passes requests on, names an address that the user has not agreed to. */
  | { readonly phase: 'asking'; readonly name: string; readonly source: UrlSource; readonly redirect: Redirect | null }
  | { readonly phase: 'open'; readonly source: LedgerSource; readonly report: OpenReport }
  | { readonly phase: 'failed'; readonly name: string; readonly source: LedgerSource; readonly error: TautlineError };

/** Where the tables of the ledger stand (tables.ts): they are loaded once its first analysis is on screen. */
export type TableLoad =
  | { readonly phase: 'none' }
  | { readonly phase: 'waiting' }
  /** `progress` null if it is not worth saying. */
  | { readonly phase: 'loading'; readonly progress: Progress | null }
  | { readonly phase: 'loaded' }
  | { readonly phase: 'failed'; readonly error: TautlineError };

/** Where the analysis of the open ledger stands; the last good report stays on screen while a new one runs. */
export interface AnalysisState {
  readonly running: Progress | null;
  readonly report: AnalysisReport | null;
  readonly error: TautlineError | null;
  /**
   * Previews of the analysis under way: its series are to be drawn, while everything else is still that of `report`.
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
export interface HighlightedEvents {
  readonly index: Int32Array;
  /** Epoch ms of each, NaN without timestamps. */
  readonly time: Float64Array;
}

/** What a person says of alerts. */
export interface LedgerMarks {
  /** Fingerprint of the ledger that they are of. */
  readonly of: string | null;
  readonly list: readonly Mark[];
}

export interface TautlineState {
  readonly view: ViewState;
  readonly ledger: LedgerPhase;
  readonly analysis: AnalysisState;
  readonly tableLoad: TableLoad;
  /** Shared cursor; null when the pointer is on no chart. Not in the URL. */
  readonly cursor: EventIndex | null;
  /** Events picked out on the embedding map and marked on the timelines; null for none. Not in the URL. */
  readonly highlighted: HighlightedEvents | null;
  readonly toasts: readonly Toast[];
  /** Parameter sets kept under a name; they outlive the page. */
  readonly scenarios: readonly Scenario[];
  readonly marks: LedgerMarks;
  /** How many steps can be undone and redone. */
  readonly steps: { readonly undo: number; readonly redo: number };
  /** A slider is being dragged. */
  readonly dragging: boolean;
}

/** How the panels are arranged. */
type PanelLayout = Pick<
  ViewState,
  | 'labels'
  | 'foldedPanels'
  | 'unfoldedPanels'
  | 'pinnedPanels'
  | 'panelOrder'
  | 'panelHeights'
  | 'logScales'
  | 'linearScales'
>;

export interface TautlineActions {
  setScreen(screen: Screen): void;
  /**
   * Opens a ledger on the monitor, with the parameters in force or others.
   * @param reading where it is not to be read as the view says
   */
  open(source: LedgerSource, reading?: Partial<Reading>, parameters?: Parameters): Promise<void>;
  /** Opens the address that was asked about. */
  agree(): void;
  /** Cancels the open or analysis under way. */
  cancel(): void;
  close(): void;
  /**
   * Sets parameters and analyses again, newest wins; `commit` false while a slider is still being dragged (no history
   * entry).
   */
  setParameters(change: Partial<Parameters>, commit: boolean): void;
  resetParameter(name: ParameterName): void;
  resetAllParameters(): void;
  /** Compares with other parameters; null: the default ones. */
  setBaseline(parameters: Parameters | null): void;
  /** Keeps the candidate as a scenario, in place of one of the same name. */
  keepScenario(name: string): void;
  renameScenario(from: string, to: string): void;
  deleteScenario(name: string): void;
  /** Candidate, baseline and scenarios of a file; its scenarios join those kept. */
  setExperiment(experiment: Experiment): void;
  /** Takes all that is work (session/work.ts) one committed state back, or forward again. */
  undo(): void;
  redo(): void;
  /**
   * Takes projection, reference and calibration from a baseline or bundle file; null goes back to the ledger's own
   * reference period.
   */
  setReference(file: File | null): Promise<void>;
  setRange(range: IndexRange | null, commit?: boolean): void;
  setCursor(index: EventIndex | null): void;
  select(index: EventIndex | null): void;
  showEvidence(evidence: EvidenceView | null): void;
  mark(events: HighlightedEvents | null): void;
  toggleStream(name: string): void;
  /**
   * Shows one stream alone, or all again when it already is alone.
   * @param toggled the click before has hidden or shown it
   */
  soloStream(name: string, toggled?: boolean): void;
  setAxis(axis: Axis): void;
  setTheme(theme: ViewState['theme']): void;
  /** Arranges the panels, and says what is drawn in them; `rest` false while one is being resized. */
  setLayout(change: Partial<PanelLayout>, rest?: boolean): void;
  /** Draws a panel on a scale of its own choice. */
  setScale(panelId: string, scale: 'linear' | 'log'): void;
  /** What is asked in the Laboratory and of the calibration, and what is compared. */
  setLab(
    change: Partial<Pick<ViewState, 'sweep' | 'budget' | 'inControl' | 'delay' | 'calibrationSeed' | 'compare'>>,
  ): void;
  setAlertFilter(filter: ViewState['alertFilter']): void;
  setAlertSort(sort: ViewState['alertSort']): void;
  /** Searches the messages; null closes the search. */
  setFind(find: ViewState['find']): void;
  toast(level: Toast['level'], text: string): void;
  dismissToast(id: number): void;
}
