import type { IndexRange } from '../../core/columns.ts';
import type { TautlineError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { StatedUnits } from '../../core/statedMapping.ts';
import type { EventIndex } from '../../core/units.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../detection/parameters.ts';
import type { ColumnMapping, LedgerSource, OpenReport } from '../../ledger/types.ts';
import type { AnalysisReport, PreviewReport, ReferenceFile } from '../../workers/protocol.ts';
import type { Consent } from '../consent.ts';
import { startHistory, type History } from '../history.ts';
import type { Experiment, Scenario } from '../scenarios.ts';
import type { StoredScenarios } from '../scenarioStorage.ts';
import type {
  AnalysisState,
  HighlightedEvents,
  LedgerMarks,
  Reading,
  TautlineState,
  Toast,
  ViewState,
} from '../types.ts';
import { DEFAULT_VIEW } from '../view.ts';
import { workOf, type Work } from './work.ts';

/** What the session knows: what panels read, and behind it what only transitions read. */
export interface SessionState extends TautlineState {
  /** Grows whenever the open ledger changes or goes; answers to an older one are dropped. */
  readonly generation: number;
  readonly recovery: Recovery;
  readonly consent: Consent;
  /** Sources opened in this page by name, so that going back in history finds dropped files again. */
  readonly sources: ReadonlyMap<string, LedgerSource>;
  readonly references: References;
  /** Committed states of all that can be undone. */
  readonly history: History<Work>;
  /** The text that the newest step was typed into (work.ts); null: it is no typing. */
  readonly typed: number | null;
  /** What the report on screen is of. */
  readonly analysed: Compared;
  /** Id of the newest toast. */
  readonly lastToast: number;
}

/** What has died since; nothing is recovered from twice, so that a ledger that kills it does not do so for ever. */
export interface Recovery {
  /** `restarted` until an analysis has succeeded again. */
  readonly engine: 'well' | 'restarted';
  /** `restarted` until another ledger is opened. */
  readonly database: 'well' | 'restarted';
}

interface References {
  /** Reference files loaded in this page by name, so that going back in history finds them again. */
  readonly known: ReadonlyMap<string, ReferenceFile>;
  /** Name of the one that the engine holds. */
  readonly held: string | null;
}

/** The candidate and what it is compared with. */
type Compared = Omit<Experiment, 'scenarios'>;

/** An analysis that is asked for. */
export interface Job extends Compared {
  /** Of the ledger. */
  readonly generation: number;
}

/** What users do and what engine, database and address report. */
export type LedgerEvent =
  | {
      readonly type: 'openRequested';
      readonly source: LedgerSource;
      /** Where it is not to be read as the view says. */
      readonly reading?: Partial<Reading>;
      readonly parameters?: Parameters;
    }
  | { readonly type: 'openProgressed'; readonly generation: number; readonly progress: Progress }
  | { readonly type: 'opened'; readonly generation: number; readonly report: OpenReport }
  | { readonly type: 'openFailed'; readonly generation: number; readonly error: TautlineError }
  /** A newer copy of the ledger is open and analysed; what changes with it is worked out by whoever follows it. */
  | {
      readonly type: 'extended';
      readonly generation: number;
      readonly change: Pick<SessionState, 'ledger' | 'analysis' | 'analysed' | 'view' | 'highlighted'>;
      readonly report: AnalysisReport;
    }
  | { readonly type: 'agreed' }
  | { readonly type: 'cancelRequested' }
  | { readonly type: 'closeRequested' }
  | { readonly type: 'engineRestarted'; readonly reason: string }
  | { readonly type: 'databaseLost'; readonly error: TautlineError };

export type AnalysisEvent =
  | { readonly type: 'analysisProgressed'; readonly generation: number; readonly progress: Progress }
  | { readonly type: 'previewed'; readonly generation: number; readonly preview: PreviewReport }
  /** `more`: another analysis is under way. `partial`: this one goes on, with lasting change. */
  | {
      readonly type: 'analysed';
      readonly job: Job;
      readonly report: AnalysisReport;
      readonly more: boolean;
      readonly partial?: boolean;
    }
  | { readonly type: 'analysisFailed'; readonly job: Job; readonly error: TautlineError };

export type TableEvent =
  | { readonly type: 'tableLoadStarted'; readonly generation: number }
  | { readonly type: 'tableLoadProgressed'; readonly generation: number; readonly progress: Progress }
  | { readonly type: 'tableLoadEnded'; readonly generation: number; readonly error: TautlineError | null };

export type ExperimentEvent =
  /** `commit` false while a slider is being dragged. */
  | { readonly type: 'parametersSet'; readonly change: Partial<Parameters>; readonly commit: boolean }
  | { readonly type: 'baselineSet'; readonly parameters: Parameters | null }
  | { readonly type: 'scenarioKept'; readonly name: string }
  | { readonly type: 'scenarioRenamed'; readonly from: string; readonly to: string }
  | { readonly type: 'scenarioDeleted'; readonly name: string }
  /** Another tab has kept these; all that there are now. */
  | { readonly type: 'scenariosFound'; readonly scenarios: readonly Scenario[] }
  | { readonly type: 'experimentLoaded'; readonly experiment: Experiment }
  | { readonly type: 'undone' }
  | { readonly type: 'redone' }
  | { readonly type: 'referenceHeld'; readonly name: string | null }
  | { readonly type: 'referenceChosen'; readonly file: ReferenceFile | null };

export type ViewEvent =
  | { readonly type: 'addressChanged'; readonly text: string }
  | { readonly type: 'viewChanged'; readonly change: Partial<ViewState>; readonly write: AddressWrite }
  | { readonly type: 'rangeSet'; readonly range: IndexRange | null; readonly write: AddressWrite }
  | { readonly type: 'streamToggled'; readonly name: string }
  /** `toggled`: the click before has hidden or shown it, which is no step of its own. */
  | { readonly type: 'streamSoloed'; readonly name: string; readonly toggled: boolean }
  | { readonly type: 'cursorMoved'; readonly index: EventIndex | null }
  | { readonly type: 'eventsHighlighted'; readonly events: HighlightedEvents | null };

export type MarkEvent =
  | { readonly type: 'marksSet'; readonly marks: LedgerMarks }
  /** Those that the browser keeps of a ledger that was opened, or that another tab has set: no step. */
  | { readonly type: 'marksFound'; readonly marks: LedgerMarks };

export type NoticeEvent =
  | { readonly type: 'noticed'; readonly level: Toast['level']; readonly text: string }
  | { readonly type: 'noticeDismissed'; readonly id: number };

export type SessionEvent =
  LedgerEvent | AnalysisEvent | TableEvent | ExperimentEvent | ViewEvent | MarkEvent | NoticeEvent;

/** How a view gets into the address (address.ts). */
export type AddressWrite = 'commit' | 'preview' | 'commitSoon' | 'adopt';

/** What the world is asked to do after a transition; session/effects.ts does it. */
export type Effect =
  | {
      readonly effect: 'open';
      readonly source: LedgerSource;
      readonly mapping: ColumnMapping | null;
      readonly units: StatedUnits;
      readonly axes: number;
      readonly generation: number;
    }
  | { readonly effect: 'analyze'; readonly job: Job }
  /** The analysis that waits for the one under way is not wanted any more. */
  | { readonly effect: 'dropWaiting' }
  | { readonly effect: 'cancelEngine' }
  | { readonly effect: 'clearTables' }
  /** `first` of the ledger: its alerts are written at once. */
  | { readonly effect: 'reportToTables'; readonly report: AnalysisReport; readonly first: boolean }
  /** Anew, with a report. */
  | { readonly effect: 'fillTables'; readonly report: AnalysisReport; readonly generation: number }
  | { readonly effect: 'writeAddress'; readonly view: ViewState; readonly how: AddressWrite }
  | { readonly effect: 'storeScenarios'; readonly scenarios: readonly Scenario[] }
  | { readonly effect: 'storeConsent'; readonly consent: Consent };

/** The state after an event, and what is to be done in this order. */
export type Transition = readonly [state: SessionState, ...effects: Effect[]];

/** One transition for each event of a slice. */
export type Transitions<E extends SessionEvent> = {
  readonly [T in E['type']]: (state: SessionState, event: Extract<E, { readonly type: T }>) => Transition;
};

type Step = (state: SessionState) => Transition;

/** Steps one after the other, each from the state that the one before it left. */
export function sequence(state: SessionState, ...steps: readonly Step[]): Transition {
  return steps.reduce<Transition>(
    ([before, ...effects], step) => {
      const [after, ...more] = step(before);
      return [after, ...effects, ...more];
    },
    [state],
  );
}

export const NO_ANALYSIS: AnalysisState = { running: null, report: null, error: null, preview: null };
export const NO_MARKS: LedgerMarks = { of: null, list: [] };
export const WELL: Recovery = { engine: 'well', database: 'well' };

/** A page before its address is read. */
export function initialState({ scenarios, problems }: StoredScenarios, consent: Consent): SessionState {
  const first = { view: DEFAULT_VIEW, scenarios, marks: NO_MARKS };
  return {
    ...first,
    ledger: { phase: 'empty' },
    analysis: NO_ANALYSIS,
    tableLoad: { phase: 'none' },
    cursor: null,
    highlighted: null,
    toasts: problems.map((text, i) => ({ id: i + 1, level: 'warning', text })),
    steps: { undo: 0, redo: 0 },
    dragging: false,
    generation: 0,
    recovery: WELL,
    consent,
    sources: new Map(),
    references: { known: new Map(), held: null },
    history: startHistory(workOf(first)),
    typed: null,
    analysed: { parameters: DEFAULT_PARAMETERS, baseline: null },
    lastToast: problems.length,
  };
}
