import type { ReactNode } from 'react';
import { explain } from '../../core/errors.ts';
import { formatDuration } from '../../core/format.ts';
import { CHOICES, PROFILE_NAMES, PROFILES } from '../../harness/profiles.ts';
import { CASE_NAMES, CASES } from '../../harness/trial.ts';
import { isDefault, type CaseStep, type Table as TableOutcome, type TableProgress } from '../../state/calibration.ts';
import { actions as page, calibration, useCalibration } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';
import { ProgressBar } from '../shell/Progress.tsx';
import { NumberField } from './NumberField.tsx';
import { changedText, changedVerdicts, changeText, passText } from './text.ts';
import { VerdictTable } from './VerdictTable.tsx';

const STEPS: Readonly<Record<CaseStep, string>> = { waiting: 'waiting', running: 'running', done: 'done' };

function Controls(): ReactNode {
  const seed = useCalibration((state) => state.seed);
  const running = useCalibration((state) => state.tableRun.phase === 'running');
  const { actions } = calibration;
  return (
    <div className="calibration-controls">
      {running ? (
        <button type="button" className="button" onClick={() => actions.cancelTable()}>
          Cancel
        </button>
      ) : (
        <button type="button" className="button primary" onClick={() => void actions.runTable()}>
          Run calibration
        </button>
      )}
      <NumberField
        label="Seed"
        value={seed ?? CHOICES.seed.value}
        least={0}
        width={72}
        disabled={running}
        onChange={(value) => page.setLab({ calibrationSeed: value === CHOICES.seed.value ? null : value })}
      />
      {seed !== null && seed !== CHOICES.seed.value && (
        <button
          type="button"
          className="button small quiet"
          disabled={running}
          onClick={() => page.setLab({ calibrationSeed: null })}
        >
          <Icon name="reset" size={12} /> Default seed {CHOICES.seed.value}
        </button>
      )}
    </div>
  );
}

function Progress({ progress }: { readonly progress: TableProgress }): ReactNode {
  const { cases, done, of } = progress;
  return (
    <div className="table-progress" role="status">
      <ProgressBar
        progress={{ phase: 'Running', fraction: done / of, detail: `${done} of ${of} ledgers` }}
        label="The four profiles"
      />
      <ul>
        {CASE_NAMES.map((name) => (
          <li key={name} className={cases[name]}>
            <span className="step" aria-hidden="true">
              {cases[name] === 'done' ? <Icon name="check" size={12} /> : null}
            </span>
            {CASES[name].title} <span className="dim">{STEPS[cases[name]]}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the profiles are, before they were run. */
function Announcement(): ReactNode {
  return (
    <ul className="profiles">
      {PROFILE_NAMES.map((name) => (
        <li key={name}>
          <strong>{PROFILES[name].title}</strong>
          <span className="dim">{PROFILES[name].description}</span>
        </li>
      ))}
    </ul>
  );
}

function Outcome({ table }: { readonly table: TableOutcome }): ReactNode {
  const { report, defaults, ms } = table;
  const changed = changedVerdicts(report, defaults);
  const tested = changedText(report.parameters);
  return (
    <>
      <div className={report.pass ? 'outcome pass' : 'outcome fail'} role="status">
        <Icon name={report.pass ? 'check' : 'close'} />
        <div>
          <strong>{passText(report.rows)}</strong>{' '}
          <span className="dim">
            {isDefault(report.parameters)
              ? 'with the default parameters'
              : `with ${tested.map(({ text }) => text).join(', ')}`}
            , seed {report.seed}, in {formatDuration(ms)}
          </span>
          {defaults && <p>{changeText(changed)}</p>}
          {!report.pass &&
            report.rows.some((row) => row.seedBound && !row.pass) &&
            report.seed !== CHOICES.seed.value && (
              <p className="dim">
                Event numbers depend on the draw: those of the paper are met by seed {CHOICES.seed.value}, others are
                spread about them (see the Monte Carlo).
              </p>
            )}
        </div>
      </div>
      <VerdictTable table={table} />
    </>
  );
}

/** One seed of every profile: the verdicts. */
export function Table(): ReactNode {
  const run = useCalibration((state) => state.tableRun);
  const table = useCalibration((state) => state.table);
  return (
    <section className="calibration-section" aria-labelledby="verdicts-title">
      <div className="section-head">
        <h3 id="verdicts-title">The figures of Gwamanda 2026, “Autonomous Engineering”, measured</h3>
        <Controls />
      </div>
      {run.phase === 'running' && <Progress progress={run.progress} />}
      {run.phase === 'failed' && (
        <div className="banner danger" role="alert">
          <span>{explain(run.error)}</span>
        </div>
      )}
      {table ? <Outcome table={table} /> : <Announcement />}
    </section>
  );
}
