import { parseParameters, type Parameters } from '../../detection/parameters.ts';
import { mapHistory, redo, undo } from '../history.ts';
import {
  deleteScenario,
  keepScenario,
  keepScenarios,
  normalBaseline,
  renameScenario,
  withChanges,
  type Experiment,
} from '../scenarios.ts';
import { sequence, type ExperimentEvent, type SessionState, type Transition, type Transitions } from './model.ts';
import type { ViewState } from '../types.ts';
import { changeView, forgetRefusal, recordWork, startAnalysisIfOpen, withHistory } from './steps.ts';
import { viewOfWork, workOf, type Work } from './work.ts';

/** Makes work the state, without noting it as a step. */
const restore =
  (work: Work) =>
  (state: SessionState): Transition => {
    const { view } = state;
    const { scenarios, marks, parameters, baseline } = work;
    const compared = JSON.stringify([parameters, baseline]) !== JSON.stringify([view.parameters, view.baseline]);
    return sequence(
      { ...state, dragging: false, scenarios, marks },
      (s) => (scenarios === state.scenarios ? [s] : [s, { effect: 'storeScenarios', scenarios }]),
      forgetRefusal,
      changeView(viewOfWork(work, view), 'commit'),
      (s) => (compared ? startAnalysisIfOpen(s) : [s]),
    );
  };

/** Names of streams mean nothing among streams by another key. */
const withStreamsOf = (
  { view }: SessionState,
  { stream }: Parameters,
): Pick<ViewState, 'hiddenStreams' | 'alertFilter'> =>
  stream === view.parameters.stream
    ? { hiddenStreams: view.hiddenStreams, alertFilter: view.alertFilter }
    : { hiddenStreams: [], alertFilter: { ...view.alertFilter, stream: null } };

const changeExperiment = (state: SessionState, change: Partial<Experiment>): Transition => {
  const streams = withStreamsOf(state, change.parameters ?? state.view.parameters);
  return sequence(state, restore({ ...workOf(state), ...streams, ...change }), recordWork);
};

const step = (state: SessionState, way: typeof undo): Transition =>
  sequence(state, recordWork, (recorded) => {
    const history = way(recorded.history);
    if (history === recorded.history) return [recorded];
    return restore(history.present)(withHistory(recorded, history, null));
  });

export const experimentTransitions: Transitions<ExperimentEvent> = {
  parametersSet(state, { change, commit }) {
    const before = state.view.parameters;
    const parsed = parseParameters({ ...before, ...change });
    if (!parsed.ok) {
      const [{ name }] = parsed.error;
      const problem = parsed.error
        .map((error, i) => (i === 0 ? error.problem : `${error.name} ${error.problem}`))
        .join('; ');
      const advice = 'The parameters are left as they were';
      return [{ ...state, analysis: { ...state.analysis, error: { kind: 'parameter', name, problem, advice } } }];
    }
    const parameters = parsed.value;
    return sequence(
      { ...state, dragging: !commit },
      forgetRefusal,
      changeView({ parameters, ...withStreamsOf(state, parameters) }, commit ? 'commit' : 'preview'),
      (s) => (commit ? recordWork(s) : [s]),
      (s) => (JSON.stringify(parameters) === JSON.stringify(before) ? [s] : startAnalysisIfOpen(s)),
    );
  },

  baselineSet: (state, { parameters }) => changeExperiment(state, { baseline: normalBaseline(parameters) }),
  scenarioKept: (state, { name }) =>
    changeExperiment(state, { scenarios: keepScenario(state.scenarios, name, state.view.parameters) }),
  scenarioRenamed: (state, { from, to }) =>
    changeExperiment(state, { scenarios: renameScenario(state.scenarios, from, to) }),
  scenarioDeleted: (state, { name }) => changeExperiment(state, { scenarios: deleteScenario(state.scenarios, name) }),
  experimentLoaded: (state, { experiment }) =>
    changeExperiment(state, { ...experiment, scenarios: keepScenarios(state.scenarios, experiment.scenarios) }),

  scenariosFound(state, { scenarios }) {
    const taken = (list: Experiment['scenarios']) => withChanges(list, state.scenarios, scenarios);
    // Undo must not take away what another tab has kept.
    const history = mapHistory(state.history, (step) => ({ ...step, scenarios: taken(step.scenarios) }));
    return [withHistory({ ...state, scenarios: taken(state.scenarios) }, history, state.typed)];
  },

  undone: (state) => step(state, undo),
  redone: (state) => step(state, redo),

  referenceHeld: (state, { name }) => [{ ...state, references: { ...state.references, held: name } }],
  referenceChosen(state, { file }) {
    const { known, held } = state.references;
    const references = file ? { known: new Map([...known, [file.name, file]]), held: file.name } : { known, held };
    return sequence(
      { ...state, references },
      changeView({ reference: file?.name ?? null }, 'commit'),
      startAnalysisIfOpen,
    );
  },
};
