import { shareStructure } from '../../core/structuralSharing.ts';
import { record, startHistory, type History } from '../history.ts';
import type { Toast, ViewState } from '../types.ts';
import { NO_MARKS, type AddressWrite, type SessionState, type Transition } from './model.ts';
import { typedText, workOf, type Work } from './work.ts';

/** Steps that transitions of several slices are made of. */

/** A change of the view, and how the address follows it. */
export const changeView =
  (change: Partial<ViewState>, how: AddressWrite) =>
  (state: SessionState): Transition => {
    const view = { ...state.view, ...change };
    return [
      { ...state, view },
      { effect: 'writeAddress', view, how },
    ];
  };

const MAX_TOASTS = 6;

/** Says something beside the work; the oldest toast goes where there are too many. */
export const notice =
  (level: Toast['level'], text: string) =>
  (state: SessionState): Transition => {
    const id = state.lastToast + 1;
    return [{ ...state, lastToast: id, toasts: [...state.toasts.slice(1 - MAX_TOASTS), { id, level, text }] }];
  };

/** Analyses with the view's parameters; the last good report stays until the new one is there. */
export function startAnalysis(state: SessionState): Transition {
  const { parameters, baseline } = state.view;
  return [
    { ...state, analysis: { ...state.analysis, running: { phase: 'Analysing', fraction: Number.NaN } } },
    { effect: 'analyze', job: { parameters, baseline, generation: state.generation } },
  ];
}

export const startAnalysisIfOpen = (state: SessionState): Transition =>
  state.ledger.phase === 'open' ? startAnalysis(state) : [state];

/** Nothing is said any more of parameters that were refused. */
export const forgetRefusal = (state: SessionState): Transition =>
  state.analysis.error?.kind === 'parameter' ? [{ ...state, analysis: { ...state.analysis, error: null } }] : [state];

export const withHistory = (state: SessionState, history: History<Work>, typed: number | null): SessionState => {
  const steps = { undo: history.past.length, redo: history.future.length };
  const same = steps.undo === state.steps.undo && steps.redo === state.steps.redo;
  return { ...state, history, typed, steps: same ? state.steps : steps };
};

/** Notes the work as a step that can be undone. @param amends it is part of the newest step */
export const recordWork = (state: SessionState, amends = false): Transition => {
  const work = shareStructure(state.history.present, workOf(state));
  const typed = typedText(state.history.present, work);
  const history = record(state.history, work, amends || (typed !== null && typed === state.typed));
  return [history === state.history ? state : withHistory(state, history, typed)];
};

/** Another ledger: there is nothing to undo. */
export const restartHistory = (state: SessionState): Transition => {
  const other = { ...state, marks: NO_MARKS };
  return [withHistory(other, startHistory(workOf(other)), null)];
};
