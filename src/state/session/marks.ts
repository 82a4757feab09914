import { mapHistory } from '../history.ts';
import type { MarkEvent, Transitions } from './model.ts';
import { recordWork, withHistory } from './steps.ts';

export const markTransitions: Transitions<MarkEvent> = {
  marksSet: (state, { marks }) => recordWork({ ...state, marks }),

  marksFound(state, { marks }) {
    const { history } = state;
    const found = { ...history, present: { ...history.present, marks } };
    // What was marked on another ledger is not to come back on this one.
    const all = marks.of === state.marks.of ? found : mapHistory(found, (work) => ({ ...work, marks }));
    return [withHistory({ ...state, marks }, all, state.typed)];
  },
};
