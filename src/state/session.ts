import { createStore, type StoreApi } from 'zustand/vanilla';
import { explain, TautlineFailure, toTautlineError } from '../core/errors.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import type { OtherLedger } from '../ledger/types.ts';
import type { EngineClient } from '../workers/client.ts';
import { createAddressWriter, type Address } from './address.ts';
import { passingConsent, type ConsentStorage } from './consent.ts';
import { passingScenarios, type ScenarioStorage } from './scenarioStorage.ts';
import { createEffects } from './session/effects.ts';
import { initialState, type SessionEvent, type SessionState } from './session/model.ts';
import { transition } from './session/transition.ts';
import { NO_PREFETCH, type Prefetch } from './session/world.ts';
import { createTables, type Tables, type TableStore } from './tables.ts';
import type { TautlineActions, TautlineState } from './types.ts';

/** What a session stands on; the browser's is in store.ts, tests bring an engine in the same thread. */
export interface SessionPlatform {
  /** Must not start anything before the first call. `onRestart`: the engine lost its ledger. */
  createEngine(onRestart: (reason: string) => void): EngineClient;
  /** `onRestart`: the database died and has been started again without its tables. */
  createDatabase(onRestart: () => void): Promise<TableStore>;
  readonly address: Address;
  /** Bytes from which on a ledger is large, where not by default. */
  readonly largeFrom?: number;
  /** A ledger that takes of the same memory, where there is one. */
  other?(): OtherLedger | undefined;
  /** Where scenarios are kept; they go with the session where it is absent. */
  readonly scenarios?: ScenarioStorage;
  /** Where it is kept which addresses the user has agreed to open; that goes with the session where it is absent. */
  readonly consent?: ConsentStorage;
}

export interface Session {
  readonly store: Pick<StoreApi<TautlineState>, 'getState' | 'getInitialState' | 'subscribe'>;
  readonly actions: TautlineActions;
  /** For queries of series and events; opening and analysing go through `actions`. */
  readonly engine: EngineClient;
  /** The tables events, signals and alerts of the open ledger. */
  readonly tables: Tables;
  /** Sets what is asked of the engine right after every analysis is. */
  prefetchWith(prefetch: Prefetch): void;
  /** For what has code of its own that comes later (live/). */
  readonly state: () => SessionState;
  readonly dispatch: (event: SessionEvent) => Promise<void>;
  /** Takes the view from the address, and opens its ledger where that can be reopened. Call once, at start. */
  restore(): void;
  /** False while something opens, analyses, or waits for a slider to rest. */
  isIdle(): boolean;
  dispose(): void;
}

/**
 * From here on the tables are loaded after the first charts have had the time to be drawn, and the database is started
 * only then.
 */
const LARGE_BYTES = 32 * 1024 * 1024;

/** What is said and done in the browser, in the engine and in the database follows from transitions (session/). */
export function createSession(platform: SessionPlatform): Session {
  const storage = platform.scenarios ?? passingScenarios();
  const consent = platform.consent ?? passingConsent();
  const store = createStore<SessionState>(() => initialState(storage.read(), consent.read()));
  const writer = createAddressWriter(platform.address);
  const engine = platform.createEngine((reason) => void dispatch({ type: 'engineRestarted', reason }));
  const tables = createTables({
    createDatabase: (onRestart) => platform.createDatabase(onRestart),
    engine,
    onLost(error) {
      const { generation } = store.getState();
      void dispatch({ type: 'databaseLost', error });
      return store.getState().generation !== generation;
    },
    onBroken(error) {
      const text = `${explain(error)} Charts go on without it; fields, texts and tables are not available.`;
      void dispatch({ type: 'noticed', level: 'error', text });
    },
  });
  let prefetch: Prefetch = NO_PREFETCH;
  const effects = createEffects({
    engine,
    tables,
    writer,
    storage,
    consent,
    largeFrom: platform.largeFrom ?? LARGE_BYTES,
    other: () => platform.other?.(),
    prefetch: () => prefetch,
    state: store.getState,
    dispatch,
  });

  async function dispatch(event: SessionEvent): Promise<void> {
    const [next, ...todo] = transition(store.getState(), event);
    store.setState(next, true);
    await Promise.all(todo.map((effect) => effects.run(effect)));
  }

  const restore = () => void dispatch({ type: 'addressChanged', text: platform.address.read() });
  const stopListening = [
    platform.address.onChange(restore),
    storage.onChange((scenarios) => void dispatch({ type: 'scenariosFound', scenarios })),
  ];

  return {
    store,
    actions: createActions(store.getState, dispatch, engine),
    engine,
    tables,
    state: store.getState,
    dispatch,
    prefetchWith: (next) => void (prefetch = next),
    restore,
    isIdle() {
      const { ledger, analysis } = store.getState();
      const waiting = ledger.phase === 'opening' || analysis.running !== null;
      return !waiting && !effects.busy && !writer.pending && !tables.pending;
    },
    dispose() {
      writer.dispose();
      for (const stop of stopListening) stop();
      engine.dispose();
      tables.dispose();
    },
  };
}

/** What users do, as events. */
function createActions(
  state: () => SessionState,
  dispatch: (event: SessionEvent) => Promise<void>,
  engine: EngineClient,
): TautlineActions {
  const send = (event: SessionEvent) => void dispatch(event);
  const change: (view: Partial<TautlineState['view']>) => void = (view) =>
    send({ type: 'viewChanged', change: view, write: 'commit' });

  async function setReference(file: File | null): Promise<void> {
    try {
      const reference = file && (await (await import('./referenceFile.ts')).readReferenceFile(file));
      const warnings = reference ? await engine.setReferenceFile(reference) : [];
      for (const text of warnings) send({ type: 'noticed', level: 'warning', text });
      send({ type: 'referenceChosen', file: reference });
    } catch (thrown) {
      send({ type: 'noticed', level: 'error', text: explain(toTautlineError(thrown, 'reading the reference file')) });
    }
  }

  return {
    setScreen(screen) {
      if (screen !== state().view.screen) change({ screen });
    },
    open: (source, reading, parameters) => dispatch({ type: 'openRequested', source, reading, parameters }),
    agree: () => send({ type: 'agreed' }),
    cancel: () => send({ type: 'cancelRequested' }),
    close: () => send({ type: 'closeRequested' }),
    setParameters: (changed, commit) => send({ type: 'parametersSet', change: changed, commit }),
    resetParameter: (name) =>
      send({ type: 'parametersSet', change: { [name]: DEFAULT_PARAMETERS[name] }, commit: true }),
    resetAllParameters: () => send({ type: 'parametersSet', change: DEFAULT_PARAMETERS, commit: true }),
    setBaseline: (parameters) => send({ type: 'baselineSet', parameters }),
    keepScenario: (name) => send({ type: 'scenarioKept', name }),
    renameScenario: (from, to) => send({ type: 'scenarioRenamed', from, to }),
    deleteScenario: (name) => send({ type: 'scenarioDeleted', name }),
    setExperiment: (experiment) => send({ type: 'experimentLoaded', experiment }),
    undo: () => send({ type: 'undone' }),
    redo: () => send({ type: 'redone' }),
    setReference,
    setRange: (range, commit = true) => send({ type: 'rangeSet', range, write: commit ? 'commit' : 'preview' }),
    setCursor: (index) => send({ type: 'cursorMoved', index }),
    select(index) {
      // Walking along events with the keyboard is one step in history.
      if (index !== state().view.selected)
        send({ type: 'viewChanged', change: { selected: index }, write: 'commitSoon' });
    },
    showEvidence(evidence) {
      if (JSON.stringify(evidence) !== JSON.stringify(state().view.evidence)) change({ evidence });
    },
    mark: (events) => send({ type: 'eventsHighlighted', events }),
    toggleStream: (name) => send({ type: 'streamToggled', name }),
    soloStream: (name, toggled = false) => send({ type: 'streamSoloed', name, toggled }),
    setAxis: (axis) => change({ axis }),
    setTheme: (theme) => change({ theme }),
    setLayout: (layout, rest = true) =>
      send({ type: 'viewChanged', change: layout, write: rest ? 'commit' : 'preview' }),
    setScale(panelId, scale) {
      const { logScales, linearScales } = state().view;
      const others = (ids: readonly string[]): string[] => ids.filter((id) => id !== panelId);
      const [log, linear] = [others(logScales), others(linearScales)];
      (scale === 'log' ? log : linear).push(panelId);
      change({ logScales: log, linearScales: linear });
    },
    setLab: change,
    setAlertFilter(alertFilter) {
      // What is typed is one entry.
      const write = alertFilter.search === state().view.alertFilter.search ? 'commit' : 'commitSoon';
      send({ type: 'viewChanged', change: { alertFilter }, write });
    },
    setAlertSort: (alertSort) => change({ alertSort }),
    setFind: (find) => send({ type: 'viewChanged', change: { find }, write: 'commitSoon' }),
    toast: (level, text) => send({ type: 'noticed', level, text }),
    dismissToast: (id) => send({ type: 'noticeDismissed', id }),
  };
}

/** For code that has to fail where no ledger is open. */
export function noLedger(what: string): TautlineFailure {
  return new TautlineFailure({ kind: 'ledger', problem: `${what}: no ledger is open`, advice: 'Open a ledger first' });
}
