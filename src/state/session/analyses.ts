import { toTautlineError } from '../../core/errors.ts';
import { firstStageChanged, type Parameters } from '../../detection/parameters.ts';
import { takeLatest, STALE } from '../../workers/service/takeLatest.ts';
import type { AnalysisReport, PreviewReport } from '../../workers/protocol.ts';
import type { Job } from './model.ts';
import type { World } from './world.ts';

/** The analyses of a session, newest first. */
export interface Analyses {
  /** Resolves when the analysis, and what follows from it, is done or a newer one takes its place. Never rejects. */
  analyze(job: Job): Promise<void>;
  /** Drops the one that waits for the one under way. */
  dropWaiting(): void;
  readonly busy: boolean;
}

/**
 * True if parameters differ in thresholds at most: after the analysis of the ones that of the others has nothing to
 * do but to decide.
 */
function sameSignals(a: Parameters, b: Parameters): boolean {
  const stage = firstStageChanged(a, b);
  return stage === null || stage === 'decisions';
}

export function createAnalyses({ engine, state, dispatch, prefetch }: World): Analyses {
  const isCurrent = (generation: number): boolean => generation === state().generation;

  const analyses = takeLatest(runAnalysis, {
    onWaiting: () => engine.cancelStale(),
    keepsRunning: (a, b) => a.generation === b.generation && sameSignals(a.parameters, b.parameters),
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
        state().analysis.report
          ? null
          : (first) => {
              if (current()) void dispatch({ type: 'analysed', job, report: first, more: true, partial: true });
            },
      );
      async function show(preview: PreviewReport): Promise<void> {
        if (current()) await answers.previewed(preview);
        if (current()) void dispatch({ type: 'previewed', generation, preview });
      }
      const shown = state().analysis.report;
      const answers = prefetch()(shown && sameSignals(shown.parameters, parameters) ? 'decisions' : 'signals');
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
      if (report !== STALE) await dispatch({ type: 'analysed', job, report, more: analyses.busy });
    } catch (thrown) {
      await dispatch({ type: 'analysisFailed', job, error: toTautlineError(thrown, 'analysing the ledger') });
    }
  }

  return {
    analyze,
    dropWaiting: analyses.dropWaiting,
    get busy() {
      return analyses.busy;
    },
  };
}
