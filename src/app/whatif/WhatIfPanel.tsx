import { useRef, useState, type ReactNode } from 'react';
import {
  changedParameters,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  type ParameterError,
  type ParameterName,
  type ParameterSpec,
} from '../../detection/parameters.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { textOfFile } from '../../state/fileText.ts';
import { actions, calibration, session, useTautline } from '../../state/store.ts';
import { experimentFileText } from '../../state/scenarios.ts';
import { Icon } from '../shell/Icon.tsx';
import { Menu } from '../shell/Menu.tsx';
import { Steps } from '../shell/Steps.tsx';
import { showMethods } from '../ui.ts';
import { methodsOfGroup, methodsOfParameter } from './methods.ts';
import { ProgressBar, progressText } from '../shell/Progress.tsx';
import { useLateAnalysis } from '../shell/useLateAnalysis.ts';
import { Problem } from '../shell/Problem.tsx';
import { AlertChanges } from './AlertChanges.tsx';
import { download, parameterFileText, readFile } from './parameterFile.ts';
import { FalseAlarmCard } from './FalseAlarmCard.tsx';
import { ParameterRow } from './ParameterRow.tsx';
import { ReferenceFile } from './ReferenceFile.tsx';
import { Scenarios } from './Scenarios.tsx';
import { useAsked } from './useAsked.ts';
import './whatif.css';
import './parameters.css';
import './scenarios.css';

type Group = ParameterSpec['group'];
const GROUPS = [...new Set(PARAMETER_NAMES.map((name) => PARAMETER_SPECS[name].group))];

/** True if every word of the search occurs in the parameter's name, label, group or help. */
function matches(name: ParameterName, search: string): boolean {
  const { label, group, help } = PARAMETER_SPECS[name];
  const text = `${name} ${label} ${group} ${help}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function rangeText(spec: ParameterSpec): string {
  const unit = spec.unit ? ` ${spec.unit}` : '';
  switch (spec.type) {
    case 'number':
      return `${spec.min} to ${spec.max}${unit}, default ${spec.default}`;
    case 'pair':
      return spec.default
        ? `${spec.min} to ${spec.max}${unit}, default ${spec.default.join(' to ')}`
        : 'default: not set';
    case 'choice':
    case 'column':
    case 'names':
      return `default ${spec.default}`;
    case 'boolean':
      return `default ${spec.default ? 'on' : 'off'}`;
  }
}

const RECOMPUTES = {
  projection: 'recomputes everything',
  signals: 'recomputes signals and decisions',
  changes: 'recomputes lasting change and decisions',
  decisions: 'recomputes decisions only',
} as const;

function Explanation({ name }: { readonly name: ParameterName | null }): ReactNode {
  if (name === null)
    return <p className="dim">Point at a parameter to read what it does. The mark on a slider is its default.</p>;
  const spec = PARAMETER_SPECS[name];
  return (
    <>
      <p>
        <strong>{spec.label}</strong> <code>{name}</code>
      </p>
      <p>{spec.help}</p>
      <p className="dim">
        {rangeText(spec)}; {RECOMPUTES[spec.stage]}{' '}
        <button type="button" className="text-link" onClick={() => showMethods(methodsOfParameter(name))}>
          Methods, section {methodsOfParameter(name)}
        </button>
      </p>
    </>
  );
}

const FILES = [
  {
    id: 'import',
    title: 'Import…',
    description: 'Read a parameter file (flat JSON), with scenarios where it has them',
  },
  {
    id: 'parameters',
    title: 'Export parameters',
    description: 'All parameters in force as flat JSON, as the command line reads them',
  },
  {
    id: 'scenarios',
    title: 'Export with scenarios',
    description: 'With the baseline and every scenario kept; read back by Import',
  },
];

function ParameterFiles({ onErrors }: { readonly onErrors: (errors: readonly ParameterError[]) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    let text: string;
    try {
      text = await textOfFile(file, file.name);
    } catch (thrown) {
      actions.toast('error', explain(toTautlineError(thrown, `reading ${file.name}`)));
      return;
    }
    const read = readFile(text);
    onErrors(read.ok ? [] : read.error);
    if (!read.ok) return;
    if (read.value.experiment) actions.setExperiment(read.value.experiment);
    else actions.setParameters(read.value.parameters, true);
    for (const note of read.value.notes) actions.toast('info', note);
    actions.toast('info', `Parameters${read.value.experiment ? ' and scenarios' : ''} of ${file.name} are in force.`);
  };
  return (
    <>
      <Menu
        label="Files"
        small
        items={FILES}
        onChoose={(id) => {
          const { view, scenarios } = session.store.getState();
          if (id === 'import') input.current?.click();
          else if (id === 'parameters') download(parameterFileText(view.parameters), 'tautline-parameters.json');
          else
            download(
              experimentFileText({ parameters: view.parameters, baseline: view.baseline, scenarios }),
              'tautline-scenarios.json',
            );
        }}
      />
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        data-testid="parameter-file"
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}

function FileErrors({
  errors,
  onDismiss,
}: {
  readonly errors: readonly ParameterError[];
  readonly onDismiss: () => void;
}): ReactNode {
  return (
    <div className="banner danger" role="alert">
      <div>
        <strong>The file was refused; nothing changed.</strong>
        <ul>
          {errors.map(({ name, problem }) => (
            <li key={name}>
              <code>{name}</code> {problem}
            </li>
          ))}
        </ul>
      </div>
      <button type="button" className="button icon-only small" aria-label="Dismiss" onClick={onDismiss}>
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}

/** Parameters that contradict each other, from a link or a file. */
function Refused(): ReactNode {
  const error = useTautline((state) => state.analysis.error);
  return error?.kind === 'parameter' ? <Problem>{explain(error)}</Problem> : null;
}

/** Would these thresholds still pass? Goes to the calibration screen and runs. */
function testOnProfiles(): void {
  calibration.actions.setThresholds('whatIf');
  actions.setScreen('calibration');
  void calibration.actions.runTable();
}

function Running(): ReactNode {
  const running = useLateAnalysis();
  return (
    <div className="whatif-running" aria-hidden={!running}>
      {running && (
        <>
          <ProgressBar progress={running} label="Analysis" />
          <span className="dim">{progressText(running)}</span>
        </>
      )}
    </div>
  );
}

/** Every parameter, generated from its description, and what changing it does to the alerts. */
export function WhatIfPanel(): ReactNode {
  // As text, so that the panel renders when another parameter changes and not at every step of a slider.
  const changedNames = useTautline((state) => Object.keys(changedParameters(state.view.parameters)).join(' '));
  const [search, setSearch] = useState('');
  const [explained, setExplained] = useState<ParameterName | null>(null);
  const [fileErrors, setFileErrors] = useState<readonly ParameterError[]>([]);
  const [folded, setFolded] = useState<ReadonlySet<Group>>(new Set());
  const changed = new Set(changedNames.split(' '));
  const found = PARAMETER_NAMES.filter((name) => matches(name, search.trim()));
  const toggle = (group: Group): void =>
    setFolded((before) => {
      const after = new Set(before);
      if (!after.delete(group)) after.add(group);
      return after;
    });

  const panel = useAsked((group) => {
    setSearch('');
    setFolded((before) => new Set([...before].filter((one) => one !== group)));
  });

  return (
    <div className="whatif" ref={panel}>
      <header>
        <h2>Parameters</h2>
        <Steps />
        <ParameterFiles onErrors={setFileErrors} />
        <button
          type="button"
          className="button small"
          disabled={changedNames === ''}
          onClick={() => actions.resetAllParameters()}
        >
          Reset all
        </button>
      </header>
      <div className="whatif-test">
        <button
          type="button"
          className="button small"
          onClick={testOnProfiles}
          title="Runs the four stress profiles of the calibration harness with these parameters: would they still pass?"
        >
          <Icon name="check" size={12} /> Run calibration
        </button>
      </div>
      <div className="search">
        <Icon name="search" size={13} />
        <input
          id="parameter-search"
          type="search"
          placeholder="Search parameters ( / )"
          aria-label="Search parameters"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {fileErrors.length > 0 && <FileErrors errors={fileErrors} onDismiss={() => setFileErrors([])} />}
      <Refused />
      <Scenarios />
      <AlertChanges />
      <Running />
      <div className="parameters">
        {GROUPS.map((group) => {
          const names = found.filter((name) => PARAMETER_SPECS[name].group === group);
          if (names.length === 0) return null;
          const open = search !== '' || !folded.has(group);
          const count = names.filter((name) => changed.has(name)).length;
          return (
            <section key={group} className="parameter-group">
              <h3>
                <button type="button" aria-expanded={open} onClick={() => toggle(group)}>
                  <Icon name={open ? 'chevronDown' : 'chevronRight'} size={12} /> {group}
                  {count > 0 && (
                    <span className="count" title={`${count} changed`}>
                      {count}
                    </span>
                  )}
                </button>
                <button
                  type="button"
                  className="group-help"
                  title={`Methods, section ${methodsOfGroup(group)}`}
                  aria-label={`Methods of ${group}`}
                  onClick={() => showMethods(methodsOfGroup(group))}
                >
                  ?
                </button>
              </h3>
              {open && names.map((name) => <ParameterRow key={name} name={name} onExplain={setExplained} />)}
              {open && group === 'Ledger' && <ReferenceFile />}
              {open && group === 'Drift' && <FalseAlarmCard />}
            </section>
          );
        })}
        {found.length === 0 && <p className="dim none-found">No parameter matches “{search}”.</p>}
      </div>
      <div className="explanation">
        <Explanation name={explained} />
      </div>
    </div>
  );
}
