import { createStore, type StoreApi } from 'zustand/vanilla';
import { explain, TautlineFailure, toTautlineError, type TautlineError } from '../core/errors.ts';
import { share } from '../core/share.ts';
import type { IndexRange } from '../core/columns.ts';
import type { OnProgress } from '../core/progress.ts';
import { DEFAULT_PARAMETERS, firstStageChanged, parseParameters, type Parameters } from '../detection/parameters.ts';
import type { ColumnMapping, LedgerSource, RowSink } from '../ledger/types.ts';
import type { EngineClient } from '../workers/client.ts';
import { createLatest, SUPERSEDED } from '../workers/latest.ts';
import { SUPERSEDED_RUN, type AnalysisReport, type PreviewReport, type ReferenceFile } from '../workers/protocol.ts';
import { createAddressWriter, type Address } from './address.ts';
import { record, redo, startHistory, undo, type History } from './history.ts';
import {
  deleteScenario,
  keepScenario,
  normalBaseline,
  passingScenarios,
  renameScenario,
  type Bench,
  type ScenarioStorage,
} from './scenarios.ts';
import { readReferenceFile } from './referenceFile.ts';
import { createTables, DRAWING_MS, type Tables, type TableStore } from './tables.ts';
import type { AnalysisState, TautlineActions, TautlineState, Toast, ViewState } from './types.ts';
import { decodeView } from './url.ts';
import {
  DEFAULT_VIEW,
  fitRange,
  fitToLedger,
  forgetLedger,
  sameSource,
  sourceName,
  viewSource,
  withPart,
} from './view.ts';

/** What a session stands on; the browser's is in store.ts, tests bring an engine in the same thread. */
export interface SessionPlatform {
  /** Must not start anything before the first call. `onRestart`: the engine lost its ledger. */
  createEngine(onRestart: (reason: string) => void): EngineClient;
  /** `onRestart`: the database died and has been started again without its tables. */
  createDatabase(onRestart: () => void): Promise<TableStore>;
  readonly address: Address;
  /** Bytes from which on a ledger is large, where not by default. */
  readonly largeFrom?: number;
  /** Where scenarios are kept; they go with the session where it is absent. */
  readonly scenarios?: ScenarioStorage;
}

/** Takes answers in before what they belong to becomes the state. None of it may fail. */
interface Answers {
  previewed(preview: PreviewReport): Promise<void>;
  analysed(report: AnalysisReport): Promise<void>;
}

/**
 * Sends questions to the engine about an analysis whose `stage` is the first that differs from the report on screen.
 */
type AskAhead = (stage: 'signals' | 'decisions') => Answers;

export interface Session {
  readonly store: StoreApi<TautlineState>;
  readonly actions: TautlineActions;
  /** For queries of series and events; opening and analysing go through `actions`. */
  readonly engine: EngineClient;
  /** The tables events, signals and alerts of the open ledger. */
  readonly tables: Tables;
  /** Sets what is asked of the engine right after every analysis is. */
  askAhead(ask: AskAhead): void;
  /** Takes the view from the address, and opens its ledger where that can be reopened. Call once, at start. */
  restore(): void;
  /** False while something opens, analyses, or waits for a slider to rest. */
  isIdle(): boolean;
  dispose(): void;
}

/**
 * From here on the tables are filled after the first picture has had the time to be drawn, and the database is started
 * only then.
 */
const LARGE_BYTES = 32 * 1024 * 1024;
const NO_ANALYSIS: AnalysisState = { running: null, report: null, error: null, preview: null };
const MOST_TOASTS = 6;
/** Walking along events with the keyboard is one step in history. */
const SELECTION_REST_MS = 300;

/** The filling of the tables of a ledger. */
interface Fill {
  readonly done: Promise<void>;
  resolve(): void;
  reject(thrown: unknown): void;
}

/** An analysis that is asked for. */
interface Job {
  readonly parameters: Parameters;
  readonly baseline: Parameters | null;
  /** Of the ledger. */
  readonly epoch: number;
}

/**
 * True where the files have more bytes than that. Asks no more of them than it must: each size is a file that the
 * browser looks for while the page stands still.
 */
function exceeds(files: readonly { readonly blob: Blob }[], bytes: number): boolean {
  let sum = 0;
  return files.some(({ blob }) => (sum += blob.size) > bytes);
}

/**
 * True where parameters differ in thresholds at most: after the analysis of the ones that of the others has nothing to
 * do but to decide.
 */
function sameSignals(a: Parameters, b: Parameters): boolean {
  const stage = firstStageChanged(a, b);
  return stage === null || stage === 'decisions';
}

export function createSession(platform: SessionPlatform): Session {
  const storage = platform.scenarios ?? passingScenarios();
  const store = createStore<TautlineState>(() => ({
    scenarios: storage.read(),
    steps: { undo: 0, redo: 0 },
    dragging: false,
    storing: null,
    view: DEFAULT_VIEW,
    ledger: { phase: 'empty' },
    analysis: NO_ANALYSIS,
    cursor: null,
    marked: null,
    toasts: [],
  }));
  const get = store.getState;
  const writer = createAddressWriter(platform.address);
  const engine = platform.createEngine(onRestart);
  const tables = createTables({
    createDatabase: (onRestart) => platform.createDatabase(onRestart),
    engine,
    onLost: onDatabaseLost,
    onBroken: (error) =>
      toast('error', `${explain(error)} Charts go on without it; fields, texts and tables are not available.`),
  });

  /** Grows whenever the open ledger changes or goes; answers to an older one are dropped. */
  let epoch = 0;
  /**
   * True from a restart of the engine until an analysis has succeeded again: a second death then is not recovered from.
   */
  let recovering = false;
  /** True once the tables of this ledger were lost with the database and filled again. */
  let refilled = false;
  let fill: Fill | null = null;
  let lastToast = 0;
  let selecting: ReturnType<typeof setTimeout> | null = null;
  /** Sources opened in this page by name, so that going back in history finds dropped files again. */
  const opened = new Map<string, LedgerSource>();

  const benchOf = ({ view, scenarios }: TautlineState): Bench => ({
    parameters: view.parameters,
    baseline: view.baseline,
    scenarios,
  });
  /** Resting states of candidate, baseline and scenarios. */
  let history = startHistory(benchOf(get()));

  const analyses = createLatest(
    async (job: Job) => {
      // Progress comes by a channel of its own and may arrive after the answer.
      let answered = false;
      try {
        if (get().view.reference !== sentReference) await sendReference();
        const current = () => !answered && job.epoch === epoch;
        const analysing = engine.analyze(
          job.parameters,
          (running) => {
            if (current()) setAnalysis({ running });
          },
          job.baseline,
          get().view.range,
          (preview) => void show(preview),
        );
        async function show(preview: PreviewReport): Promise<void> {
          if (current()) await answers.previewed(preview);
          if (current()) setAnalysis({ preview });
        }
        const shown = get().analysis.report;
        const answers = ahead(shown && sameSignals(shown.parameters, job.parameters) ? 'decisions' : 'signals');
        const report = await analysing;
        if (job.epoch === epoch) await answers.analysed(report);
        return report;
      } finally {
        answered = true;
      }
    },
    {
      onWaiting: () => engine.supersede(),
      mayFollow: (a, b) => a.epoch === b.epoch && sameSignals(a.parameters, b.parameters),
    },
  );

  let ahead: AskAhead = () => ({ previewed: () => Promise.resolve(), analysed: () => Promise.resolve() });

  /** Reference files loaded in this page by name, so that going back in history finds them again. */
  const references = new Map<string, ReferenceFile>();
  /** Name of the one that the engine holds. */
  let sentReference: string | null = null;
  async function sendReference(): Promise<void> {
    const { reference } = get().view;
    const warnings = await engine.setReferenceFile(reference === null ? null : (references.get(reference) ?? null));
    sentReference = reference;
    for (const warning of warnings) toast('warning', warning);
  }

  const setView = (change: Partial<ViewState>) => store.setState((state) => ({ view: { ...state.view, ...change } }));
  const setAnalysis = (change: Partial<AnalysisState>) =>
    store.setState((state) => ({ analysis: { ...state.analysis, ...change } }));

  /** A change of the view; `rest` makes it a step that the back button returns from. */
  function changeView(change: Partial<ViewState>, rest = true): void {
    setView(change);
    if (rest) writer.rest(get().view);
    else writer.drag(get().view);
  }

  function toast(level: Toast['level'], text: string): void {
    lastToast += 1;
    const added = { id: lastToast, level, text };
    store.setState((state) => ({ toasts: [...state.toasts.slice(1 - MOST_TOASTS), added] }));
  }

  async function openLedger(source: LedgerSource, mapping: ColumnMapping | null): Promise<void> {
    epoch += 1;
    const mine = epoch;
    const name = sourceName(source);
    const current = () => mine === epoch;
    analyses.dropWaiting();
    opened.set(name, source);
    store.setState({
      ledger: { phase: 'opening', name, progress: null },
      analysis: NO_ANALYSIS,
      storing: null,
      cursor: null,
      marked: null,
    });
    const onProgress: OnProgress = (progress) => {
      if (current() && get().ledger.phase === 'opening')
        store.setState({ ledger: { phase: 'opening', name, progress } });
    };
    const large = source.kind === 'files' && exceeds(source.files, platform.largeFrom ?? LARGE_BYTES);
    const fill = startFill();
    const rows = tables.newLedger({ filled: fill.done, later: large });
    try {
      const report = await engine.open(source, mapping, null, onProgress, get().view.parameters.k);
      if (!current()) return;
      store.setState({ ledger: { phase: 'open', source, report } });
    } catch (thrown) {
      if (!current()) return;
      failedToOpen(name, toTautlineError(thrown, `opening ${name}`));
      return;
    }
    await analyze();
    if (current()) void storeRows(rows, fill, large);
  }

  /** Queries of the tables of a ledger that is not open any more fail. */
  function startFill(): Fill {
    fill?.reject(new TautlineFailure({ kind: 'cancelled', what: 'another ledger was opened' }));
    let [resolve, reject]: [Fill['resolve'], Fill['reject']] = [() => undefined, () => undefined];
    const done = new Promise<void>((kept, broken) => ([resolve, reject] = [kept, broken]));
    // Told to whoever asks the tables; nobody may.
    done.catch(() => undefined);
    return (fill = { done, resolve, reject });
  }

  /** Fills the tables, once the picture is there; failures are told to whoever asks the tables. */
  async function storeRows(rows: RowSink, mine: Fill, large: boolean): Promise<void> {
    const current = () => mine === fill;
    // Progress comes by a channel of its own and may arrive after the answer.
    let ended = false;
    try {
      if (large) await new Promise((resolve) => setTimeout(resolve, DRAWING_MS));
      if (!current()) return;
      await engine.store(
        (ipc) => rows.accept(ipc),
        (storing) => {
          if (current() && large && !ended) store.setState({ storing });
        },
      );
      mine.resolve();
    } catch (thrown) {
      mine.reject(thrown);
      const error = toTautlineError(thrown, 'storing the events');
      // A worker that died is started again, and its ledger reopened.
      if (current() && error.kind !== 'cancelled' && error.kind !== 'worker')
        toast('error', `${explain(error)} Charts go on; fields, texts and tables are not available.`);
    } finally {
      ended = true;
      if (current()) store.setState({ storing: null });
    }
  }

  function failedToOpen(name: string, error: TautlineError): void {
    recovering = false;
    startFill();
    tables.clear();
    if (error.kind !== 'cancelled') {
      store.setState({ ledger: { phase: 'failed', name, source: opened.get(name)!, error } });
      return;
    }
    store.setState({ ledger: { phase: 'empty' } });
    changeView({ ...forgetLedger(get().view), source: null });
    toast('info', explain(error));
  }

  /** Analyses with the view's parameters, newest wins; the last good report stays until a new one is there. */
  async function analyze(): Promise<void> {
    const mine = epoch;
    const { parameters, baseline } = get().view;
    setAnalysis({ running: { phase: 'Analysing', fraction: Number.NaN } });
    try {
      const report = await analyses.request({ parameters, baseline, epoch });
      if (report === SUPERSEDED || mine !== epoch) return;
      recovering = false;
      accept(report, { parameters, baseline });
    } catch (thrown) {
      if (mine !== epoch) return;
      const error = toTautlineError(thrown, 'analysing the ledger');
      // The picture of it stays until there is one of the newer parameters.
      if (error.kind === 'cancelled' && error.what === SUPERSEDED_RUN) return;
      setAnalysis({ running: null, error, preview: null });
      if (error.kind === 'cancelled') cancelled({ parameters, baseline });
    }
  }

  let lastGood: Omit<Bench, 'scenarios'> = { parameters: DEFAULT_PARAMETERS, baseline: null };
  function accept(report: AnalysisReport, bench: typeof lastGood): void {
    lastGood = bench;
    const first = get().analysis.report === null;
    const running = analyses.busy ? get().analysis.running : null;
    store.setState((state) => ({
      analysis: { running, report: share(state.analysis.report, report), error: null, preview: null },
      view: fitToLedger(state.view, report.events),
    }));
    tables.setReport(report, first);
  }

  /**
   * After a cancelled analysis the parameters are those of the report on screen again, and so are the answers of the
   * engine.
   */
  function cancelled(asked: typeof lastGood): void {
    if (!get().analysis.report) return;
    setAnalysis({ error: null });
    store.setState({ dragging: false });
    changeView(lastGood);
    settle();
    if (JSON.stringify(asked) !== JSON.stringify(lastGood)) void analyze();
  }

  function onRestart(reason: string): void {
    const { ledger, view } = get();
    if (ledger.phase !== 'open' && ledger.phase !== 'opening') return;
    const name = ledger.phase === 'open' ? sourceName(ledger.source) : ledger.name;
    if (ledger.phase === 'opening' || recovering) {
      epoch += 1;
      const error: TautlineError = {
        kind: 'worker',
        worker: 'engine',
        problem: reason,
        advice: 'It has been started again; open a smaller part of the ledger, or reload the page',
      };
      failedToOpen(name, error);
      return;
    }
    recovering = true;
    sentReference = null;
    toast('warning', `The engine worker stopped (${reason}). It has been started again and ${name} is being reopened.`);
    void openLedger(ledger.source, view.mapping);
  }

  function onDatabaseLost(error: TautlineError): boolean {
    const { ledger, view } = get();
    if (ledger.phase !== 'open' || refilled) return false;
    refilled = true;
    toast('warning', `${explain(error)} ${sourceName(ledger.source)} is being reopened.`);
    void openLedger(ledger.source, view.mapping);
    return true;
  }

  function setParameters(change: Partial<Parameters>, rest: boolean): void {
    const before = get().view.parameters;
    const parsed = parseParameters({ ...before, ...change });
    if (!parsed.ok) {
      const [first] = parsed.error;
      const problem = parsed.error
        .map((error, i) => (i === 0 ? error.problem : `${error.name} ${error.problem}`))
        .join('; ');
      setAnalysis({
        error: { kind: 'parameter', name: first.name, problem, advice: 'The parameters are left as they were' },
      });
      return;
    }
    if (get().analysis.error?.kind === 'parameter') setAnalysis({ error: null });
    store.setState({ dragging: !rest });
    changeView({ parameters: parsed.value }, rest);
    if (rest) settle();
    if (get().ledger.phase === 'open' && JSON.stringify(parsed.value) !== JSON.stringify(before)) void analyze();
  }

  function keepHistory(next: History<Bench>): void {
    history = next;
    const { steps } = get();
    const [undo, redo] = [history.past.length, history.future.length];
    if (steps.undo !== undo || steps.redo !== redo) store.setState({ steps: { undo, redo } });
  }

  /** Notes the resting state as a step that can be undone. */
  const settle = () => keepHistory(record(history, benchOf(get())));

  /** Makes a bench the state: of a step back or forward, or of a file. */
  function setBench({ parameters, baseline, scenarios }: Bench): void {
    const before = get();
    if (scenarios !== before.scenarios) {
      store.setState({ scenarios });
      storage.write(scenarios);
    }
    if (before.analysis.error?.kind === 'parameter') setAnalysis({ error: null });
    store.setState({ dragging: false });
    changeView({ parameters, baseline });
    if (
      get().ledger.phase === 'open' &&
      JSON.stringify([parameters, baseline]) !== JSON.stringify([before.view.parameters, before.view.baseline])
    )
      void analyze();
  }

  function changeBench(change: Partial<Bench>): void {
    setBench({ ...benchOf(get()), ...change });
    settle();
  }

  function step(way: typeof undo): void {
    settle();
    const next = way(history);
    if (next === history) return;
    keepHistory(next);
    setBench(next.present);
  }

  /** Makes `view` the state, reopening or re-analysing where it asks for another ledger or other parameters. */
  function adopt(view: ViewState): void {
    const { view: before, ledger } = get();
    store.setState({ view });
    const open = ledger.phase === 'open' ? viewSource(ledger.source) : null;
    const sameLedger =
      open !== null && sameSource(view.source, open) && JSON.stringify(view.mapping) === JSON.stringify(before.mapping);
    if (sameLedger) {
      const changed =
        JSON.stringify([view.parameters, view.baseline, view.reference]) !==
        JSON.stringify([before.parameters, before.baseline, before.reference]);
      settle();
      if (changed) void analyze();
      return;
    }
    keepHistory(startHistory(benchOf(get())));
    const source = view.source && reopenable(view.source);
    if (source) void openLedger(source, view.mapping);
    else empty();
  }

  function reopenable(source: NonNullable<ViewState['source']>): LedgerSource | null {
    if (source.kind !== 'file') return source;
    const found = opened.get(source.name);
    return found ? withPart(found, source.part) : null;
  }

  /** A link carries which part of a file it was made on: the file that it asks for is opened in that part. */
  function asAsked(source: LedgerSource): LedgerSource {
    const { view, ledger } = get();
    const asked =
      ledger.phase === 'empty' &&
      source.kind === 'files' &&
      !source.part &&
      view.source?.kind === 'file' &&
      view.source.name === sourceName(source);
    return asked ? withPart(source, view.source.part) : source;
  }

  function empty(): void {
    epoch += 1;
    startFill();
    recovering = false;
    analyses.dropWaiting();
    // Nothing to cancel must not start an engine.
    if (get().ledger.phase !== 'empty') engine.cancel();
    tables.clear();
    store.setState({ ledger: { phase: 'empty' }, analysis: NO_ANALYSIS, storing: null, cursor: null, marked: null });
  }

  /**
   * A link carries the name of a reference file, not the file: one that this page does not have is said to be missing.
   */
  function withReference(view: ViewState): ViewState {
    if (view.reference === null || references.has(view.reference)) return view;
    toast(
      'warning',
      `This view was made with the reference of ${view.reference}: load that file under Ledger in the parameter panel to see the same alerts.`,
    );
    return { ...view, reference: null };
  }

  function readAddress(): void {
    const { view, dropped } = decodeView(platform.address.read());
    if (dropped.length > 0) {
      toast(
        'warning',
        `Parts of the address were left out: ${dropped.map(({ field, problem }) => `${field} (${problem})`).join('; ')}.`,
      );
    }
    store.setState({ dragging: false });
    adopt(withReference(view));
    writer.settle(get().view);
  }
  const stopListening = platform.address.onChange(readAddress);

  const streamNames = () => get().analysis.report?.streams.map((stream) => stream.name) ?? [];
  const events = () => get().analysis.report?.events ?? Number.POSITIVE_INFINITY;
  const withOrWithout = (names: readonly string[], name: string) =>
    names.includes(name) ? names.filter((n) => n !== name) : [...names, name];

  const actions: TautlineActions = {
    setScreen(screen) {
      if (screen !== get().view.screen) changeView({ screen });
    },
    open(given, mapping, parameters) {
      const { view } = get();
      const source = asAsked(given);
      const next = viewSource(source);
      const kept = sameSource(view.source, next) ? view : forgetLedger(view);
      const used = mapping === undefined ? kept.mapping : mapping;
      changeView({ ...kept, screen: 'monitor', source: next, mapping: used, ...(parameters && { parameters }) });
      if (kept === view) settle();
      else keepHistory(startHistory(benchOf(get())));
      recovering = false;
      refilled = false;
      return openLedger(source, used);
    },
    cancel() {
      analyses.dropWaiting();
      if (get().ledger.phase !== 'empty') engine.cancel();
    },
    close() {
      changeView({ ...forgetLedger(get().view), source: null });
      empty();
    },
    setParameters,
    resetParameter: (name) => setParameters({ [name]: DEFAULT_PARAMETERS[name] }, true),
    resetAllParameters: () => setParameters(DEFAULT_PARAMETERS, true),
    setBaseline: (parameters) => changeBench({ baseline: normalBaseline(parameters) }),
    keepScenario: (name) => changeBench({ scenarios: keepScenario(get().scenarios, name, get().view.parameters) }),
    renameScenario: (from, to) => changeBench({ scenarios: renameScenario(get().scenarios, from, to) }),
    deleteScenario: (name) => changeBench({ scenarios: deleteScenario(get().scenarios, name) }),
    setBench: (bench) =>
      changeBench({
        ...bench,
        scenarios: bench.scenarios.reduce(
          (all, { name, parameters }) => keepScenario(all, name, parameters),
          get().scenarios,
        ),
      }),
    undo: () => step(undo),
    redo: () => step(redo),
    async setReference(file) {
      try {
        if (file) {
          const reference = await readReferenceFile(file);
          for (const warning of await engine.setReferenceFile(reference)) toast('warning', warning);
          references.set(file.name, reference);
          sentReference = file.name;
        }
      } catch (thrown) {
        toast('error', explain(toTautlineError(thrown, 'reading the reference file')));
        return;
      }
      changeView({ reference: file?.name ?? null });
      if (get().ledger.phase === 'open') void analyze();
    },
    setRange: (range: IndexRange | null, rest = true) =>
      changeView({ range: range && fitRange(range, events()) }, rest),
    setCursor(index) {
      if (index !== get().cursor) store.setState({ cursor: index });
    },
    select(index) {
      if (index === get().view.selected) return;
      changeView({ selected: index }, false);
      if (selecting !== null) clearTimeout(selecting);
      selecting = setTimeout(() => {
        selecting = null;
        writer.rest(get().view);
      }, SELECTION_REST_MS);
    },
    showEvidence(evidence) {
      if (JSON.stringify(evidence) !== JSON.stringify(get().view.evidence)) changeView({ evidence });
    },
    mark: (marked) => store.setState({ marked: marked?.index.length === 0 ? null : marked }),
    toggleStream: (name) => changeView({ hiddenStreams: withOrWithout(get().view.hiddenStreams, name) }),
    soloStream(name) {
      const others = streamNames().filter((stream) => stream !== name);
      const { hiddenStreams } = get().view;
      const alone = !hiddenStreams.includes(name) && others.every((stream) => hiddenStreams.includes(stream));
      changeView({ hiddenStreams: alone ? [] : others });
    },
    setAxis: (axis) => changeView({ axis }),
    setTheme: (theme) => changeView({ theme }),
    toggleFold: (panelId) => changeView({ foldedPanels: withOrWithout(get().view.foldedPanels, panelId) }),
    setAlertFilter: (alertFilter) => changeView({ alertFilter }),
    setAlertSort: (alertSort) => changeView({ alertSort }),
    toast,
    dismissToast: (id) => store.setState((state) => ({ toasts: state.toasts.filter((shown) => shown.id !== id) })),
  };

  return {
    store,
    actions,
    engine,
    tables,
    askAhead: (ask) => void (ahead = ask),
    restore: readAddress,
    isIdle() {
      const { ledger, analysis } = get();
      return (
        ledger.phase !== 'opening' &&
        analysis.running === null &&
        !analyses.busy &&
        selecting === null &&
        !writer.pending &&
        !tables.pending
      );
    },
    dispose() {
      if (selecting !== null) clearTimeout(selecting);
      stopListening();
      engine.dispose();
      tables.dispose();
    },
  };
}

/** For code that has to fail where no ledger is open. */
export function noLedger(what: string): TautlineFailure {
  return new TautlineFailure({ kind: 'ledger', problem: `${what}: no ledger is open`, advice: 'Open a ledger first' });
}
