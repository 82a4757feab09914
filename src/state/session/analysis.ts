import { shareStructure } from '../../core/structuralSharing.ts';
import { STALE_RUN } from '../../workers/protocol.ts';
import { fitToLedger } from '../view.ts';
import { sequence, type AnalysisEvent, type SessionState, type Transitions } from './model.ts';
import { changeView, recordWork, startAnalysis } from './steps.ts';

export const analysisTransitions: Transitions<AnalysisEvent> = {
  analysisProgressed: (state, { generation, progress }) =>
    generation === state.generation ? [{ ...state, analysis: { ...state.analysis, running: progress } }] : [state],

  previewed: (state, { generation, preview }) =>
    generation === state.generation ? [{ ...state, analysis: { ...state.analysis, preview } }] : [state],

  analysed(state, { job: { generation, parameters, baseline }, report, more, partial }) {
    if (generation !== state.generation) return [state];
    const { running, report: before } = state.analysis;
    return [
      {
        ...state,
        recovery: { ...state.recovery, engine: 'well' },
        analysed: { parameters, baseline },
        analysis: {
          running: more ? running : null,
          report: shareStructure(before, report),
          error: null,
          preview: null,
        },
        view: fitToLedger(state.view, report.events),
      },
      // The database starts when the engine has done its work: both would take memory at one time.
      ...(partial ? [] : [{ effect: 'reportToTables', report, first: before === null } as const]),
    ];
  },

  analysisFailed(state, { job: { generation, parameters, baseline }, error }) {
    if (generation !== state.generation) return [state];
    // The layer that it would have replaced stays until there is one of the newer parameters.
    if (error.kind === 'cancelled' && error.what === STALE_RUN) return [state];
    const failed: SessionState = { ...state, analysis: { ...state.analysis, running: null, error, preview: null } };
    if (error.kind !== 'cancelled' || !failed.analysis.report) return [failed];
    // The parameters are those of the report on screen again, and so are the answers of the engine.
    const { analysed } = failed;
    const asked = { parameters, baseline };
    return sequence(
      { ...failed, analysis: { ...failed.analysis, error: null }, dragging: false },
      changeView(analysed, 'commit'),
      recordWork,
      (back) => (JSON.stringify(asked) === JSON.stringify(analysed) ? [back] : startAnalysis(back)),
    );
  },
};
