import { toTautlineError } from '../../core/errors.ts';
import { firstStageChanged, type Parameters } from '../../detection/parameters.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { LedgerSource, OpenReport } from '../../ledger/types.ts';
import type { EngineClient } from '../../workers/client.ts';
import { createLatest, SUPERSEDED } from '../../workers/latest.ts';
import type { AnalysisReport, PreviewReport } from '../../workers/protocol.ts';
import type { AddressWriter } from '../address.ts';
import type { ScenarioStorage } from '../scenarioStorage.ts';
import { DRAWING_MS, type EventLoad } from '../tables/ledgerTables.ts';
import type { Tables } from '../tables.ts';
import { sourceName } from '../view.ts';
import type { Effect, Job, SessionEvent, SessionState } from './model.ts';

/** Takes answers in before what they belong to becomes the state. None of it may fail. */
interface Answers {
  previewed(preview: PreviewReport): Promise<void>;
  analysed(report: AnalysisReport): Promise<void>;
}

/**
 * Sends questions to the engine about an analysis whose `stage` is the first that differs from the report on screen.
 */
export type Prefetch = (stage: 'signals' | 'decisions') => Answers;

export const NO_PREFETCH: Prefetch = () => ({
  previewed: () => Promise.resolve(),
  analysed: () => Promise.resolve(),
});

export interface World {
  readonly engine: EngineClient;
  readonly tables: Tables;
  readonly writer: AddressWriter;
  readonly storage: ScenarioStorage;
  /** Bytes from which on a ledger is large. */
  readonly largeFrom: number;
  prefetch(): Prefetch;
  state(): SessionState;
  /** Resolves when what follows from the event is done. */
  dispatch(event: SessionEvent): Promise<void>;
}

export interface Effects {
  /** Resolves when it is done. Never rejects: what fails becomes an event. */
  run(effect: Effect): Promise<void> | void;
  /** True while an analysis is under way. */
  readonly busy: boolean;
}

/**
 * True where the files have more bytes than that. Asks no more of them than it must: each size is a file that the
 * browser looks for while the page stands still.
 */
function exceeds(source: LedgerSource, bytes: number): boolean {
  let sum = 0;
  return source.kind === 'files' && source.files.some(({ blob }) => (sum += blob.size) > bytes);
}

/**
 * True where parameters differ in thresholds at most: after the analysis of the ones that of the others has nothing to
 * do but to decide.
 */
function sameSignals(a: Parameters, b: Parameters): boolean {
  const stage = firstStageChanged(a, b);
  return stage === null || stage === 'decisions';
}

export function createEffects(world: World): Effects {
  const { engine, tables, writer, storage, state, dispatch } = world;
  const isCurrent = (generation: number): boolean => generation === state().generation;

  const analyses = createLatest(runAnalysis, {
    onWaiting: () => engine.supersede(),
    mayFollow: (a, b) => a.generation === b.generation && sameSignals(a.parameters, b.parameters),
  });

  async function runAnalysis(job: Job): Promise<AnalysisReport> {
    const { parameters, baseline, generation } = job;
    // Progress comes by a channel of its own and may arrive after the answer.
    let answered = false;
    const current = () => !answered && isCurrent(generation);
    try {
      if (state().view.reference !== state().references.held) await sendReference();
      const analysing = engine.analyze(
        parameters,
        (progress) => {
          if (current()) void dispatch({ type: 'analysisProgressed', generation, progress });
        },
        baseline,
        state().view.range,
        (preview) => void show(preview),
      );
      async function show(preview: PreviewReport): Promise<void> {
        if (current()) await answers.previewed(preview);
        if (current()) void dispatch({ type: 'previewed', generation, preview });
      }
      const shown = state().analysis.report;
      const answers = world.prefetch()(shown && sameSignals(shown.parameters, parameters) ? 'decisions' : 'signals');
      const report = await analysing;
      if (isCurrent(generation)) await answers.analysed(report);
      return report;
    } finally {
      answered = true;
    }
  }

  async function sendReference(): Promise<void> {
    const { reference: name } = state().view;
    const file = name === null ? null : (state().references.known.get(name) ?? null);
    const warnings = await engine.setReferenceFile(file);
    void dispatch({ type: 'referenceHeld', name });
    for (const text of warnings) void dispatch({ type: 'noticed', level: 'warning', text });
  }

  async function analyze(job: Job): Promise<void> {
    try {
      const report = await analyses.request(job);
      if (report !== SUPERSEDED) await dispatch({ type: 'analysed', job, report, more: analyses.busy });
    } catch (thrown) {
      await dispatch({ type: 'analysisFailed', job, error: toTautlineError(thrown, 'analysing the ledger') });
    }
  }

  /** Resolves after the first analysis; the tables are loaded after that. */
  async function open({ source, mapping, axes, generation }: Extract<Effect, { effect: 'open' }>): Promise<void> {
    const large = exceeds(source, world.largeFrom);
    const load = tables.newLedger({ later: large });
    let report: OpenReport;
    try {
      const onProgress: OnProgress = (progress) => void dispatch({ type: 'openProgressed', generation, progress });
      report = await engine.open(source, mapping, null, onProgress, axes);
    } catch (thrown) {
      const error = toTautlineError(thrown, `opening ${sourceName(source)}`);
      return dispatch({ type: 'openFailed', generation, error });
    }
    await dispatch({ type: 'opened', generation, report });
    void loadTables(load, large, generation);
  }

  /** Failures are told to whoever asks the tables, too. */
  async function loadTables(load: EventLoad, large: boolean, generation: number): Promise<void> {
    if (large && isCurrent(generation)) await new Promise((resolve) => setTimeout(resolve, DRAWING_MS));
    if (!isCurrent(generation)) return;
    void dispatch({ type: 'tableLoadStarted', generation });
    try {
      await engine.store(
        (ipc) => load.accept(ipc),
        (progress) => {
          if (large) void dispatch({ type: 'tableLoadProgressed', generation, progress });
        },
      );
      load.end();
      void dispatch({ type: 'tableLoadEnded', generation, error: null });
    } catch (thrown) {
      load.fail(thrown);
      void dispatch({ type: 'tableLoadEnded', generation, error: toTautlineError(thrown, 'storing the events') });
    }
  }

  function storeScenarios(scenarios: SessionState['scenarios']): void {
    const stored = storage.write(scenarios);
    if (stored.ok) return;
    const text =
      `The scenarios could not be kept in this browser (${stored.error}): they last as long as this page. ` +
      'Export with scenarios writes them to a file.';
    void dispatch({ type: 'noticed', level: 'warning', text });
  }

  return {
    run(effect) {
      switch (effect.effect) {
        case 'open':
          return open(effect);
        case 'analyze':
          return analyze(effect.job);
        case 'dropWaiting':
          return analyses.dropWaiting();
        case 'cancelEngine':
          return engine.cancel();
        case 'clearTables':
          return tables.clear();
        case 'reportToTables':
          return tables.setReport(effect.report, effect.first);
        case 'writeAddress':
          return writer[effect.how](effect.view);
        case 'storeScenarios':
          return storeScenarios(effect.scenarios);
      }
    },
    get busy() {
      return analyses.busy;
    },
  };
}
