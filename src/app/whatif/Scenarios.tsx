import { useState, type SubmitEvent, type ReactNode } from 'react';
import { changedParameters, type Parameters } from '../../detection/parameters.ts';
import { MAX_NAME, scenarioOf, suggestName, type Scenario } from '../../state/scenarios.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';

/** What a set changes of the defaults, in one line. */
export function changesText(parameters: Parameters): string {
  const changed = Object.entries(changedParameters(parameters)).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join('–') : String(value)}`,
  );
  return changed.join(', ') || 'all parameters at their defaults';
}

/** A name being typed, for keeping or renaming. */
function NameForm({
  start,
  verb,
  done,
}: {
  readonly start: string;
  readonly verb: string;
  readonly done: (name: string | null) => void;
}): ReactNode {
  const [name, setName] = useState(start);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') done(name);
  };
  return (
    <form
      className="scenario-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          done(null);
        }
      }}
    >
      <input
        type="text"
        value={name}
        maxLength={MAX_NAME}
        aria-label="Name of the scenario"
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button small" disabled={name.trim() === ''}>
        {verb}
      </button>
      <button type="button" className="button small quiet" onClick={() => done(null)}>
        Cancel
      </button>
    </form>
  );
}

function ScenarioItem({
  scenario,
  isCandidate,
  isBaseline,
}: {
  readonly scenario: Scenario;
  readonly isCandidate: boolean;
  readonly isBaseline: boolean;
}): ReactNode {
  const [renaming, setRenaming] = useState(false);
  const { name, parameters } = scenario;
  if (renaming) {
    const done = (to: string | null): void => {
      setRenaming(false);
      if (to === null || to.trim() === name) return;
      if (session.store.getState().scenarios.some((other) => other.name === to.trim()))
        actions.toast('warning', `There is a scenario “${to.trim()}” already.`);
      else actions.renameScenario(name, to);
    };
    return (
      <li>
        <NameForm start={name} verb="Rename" done={done} />
      </li>
    );
  }
  return (
    <li className="scenario">
      <button
        type="button"
        className="scenario-name"
        aria-pressed={isCandidate}
        title={`Take over: ${changesText(parameters)}`}
        onClick={() => actions.setParameters(parameters, true)}
      >
        {name}
        {isCandidate && <span className="dim"> in force</span>}
      </button>
      <button
        type="button"
        className="button small quiet"
        aria-pressed={isBaseline}
        title="Compare the parameters in force with this scenario"
        onClick={() => actions.setBaseline(isBaseline ? null : parameters)}
      >
        {isBaseline ? 'baseline' : 'compare'}
      </button>
      <button
        type="button"
        className="button icon-only small"
        aria-label={`Rename ${name}`}
        title="Rename"
        onClick={() => setRenaming(true)}
      >
        <Icon name="pencil" size={12} />
      </button>
      <button
        type="button"
        className="button icon-only small"
        aria-label={`Delete ${name}`}
        title="Delete (can be undone)"
        onClick={() => actions.deleteScenario(name)}
      >
        <Icon name="trash" size={12} />
      </button>
    </li>
  );
}

/** What the candidate is compared with: the defaults or a scenario. */
function BaselineChoice(): ReactNode {
  const scenarios = useTautline((state) => state.scenarios);
  const baseline = useTautline((state) => state.view.baseline);
  const chosen = baseline && (scenarioOf(scenarios, baseline)?.name ?? null);
  return (
    <label className="baseline-choice">
      <span>Compare with</span>
      <select
        aria-label="Compare with"
        value={baseline === null ? 'defaults' : chosen === null ? 'link' : `kept ${chosen}`}
        title={baseline ? changesText(baseline) : undefined}
        onChange={({ target: { value } }) => {
          const scenario = scenarios.find(({ name }) => value === `kept ${name}`);
          if (value === 'defaults') actions.setBaseline(null);
          else if (scenario) actions.setBaseline(scenario.parameters);
        }}
      >
        <option value="defaults">the defaults</option>
        {baseline !== null && chosen === null && <option value="link">the parameters it came with</option>}
        {scenarios.map(({ name }) => (
          <option key={name} value={`kept ${name}`}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The baseline, and parameter sets kept under names: taken over, compared with, renamed, deleted. */
export function Scenarios(): ReactNode {
  const scenarios = useTautline((state) => state.scenarios);
  const baseline = useTautline((state) => state.view.baseline);
  // The one set that the candidate is; while a slider is dragged it is none, and the list stays as it is.
  const own = useTautline((state) => scenarioOf(state.scenarios, state.view.parameters)?.name ?? null);
  const base = baseline && scenarioOf(scenarios, baseline)?.name;
  const [keeping, setKeeping] = useState(false);
  return (
    <div className="scenarios">
      <div className="scenario-line">
        <BaselineChoice />
        {!keeping && (
          <button
            type="button"
            className="button small"
            onClick={() => setKeeping(true)}
            title="Save the parameters in force under a name"
          >
            Save as scenario…
          </button>
        )}
      </div>
      {keeping && (
        <NameForm
          start={suggestName(session.store.getState().scenarios, session.store.getState().view.parameters)}
          verb="Save"
          done={(name) => {
            setKeeping(false);
            if (name !== null) actions.keepScenario(name);
          }}
        />
      )}
      {scenarios.length > 0 && (
        <ul aria-label="Scenarios">
          {scenarios.map((scenario) => (
            <ScenarioItem
              key={scenario.name}
              scenario={scenario}
              isCandidate={scenario.name === own}
              isBaseline={scenario.name === base}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
