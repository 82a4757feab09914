import { useDeferredValue, useMemo, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatDuration } from '../../core/format.ts';
import { DEFAULT_SEEDS, saveRun, summarise } from '../../harness/monteCarlo.ts';
import { CASE_NAMES, type CaseName, type TrialResult } from '../../harness/trial.ts';
import { verdictsOf } from '../../harness/verdicts.ts';
import type { Parameters } from '../../detection/parameters.ts';
import { textOfFile } from '../../state/fileText.ts';
import { actions as page, calibration, useCalibration } from '../../state/store.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { ProgressBar } from '../shell/Progress.tsx';
import { download } from '../whatif/parameterFile.ts';
import { Comparison } from './Comparison.tsx';
import { Distributions } from './Distributions.tsx';
import { NumberField } from './NumberField.tsx';
import { MeasureTable, RateTable, ShareTable } from './SummaryTables.tsx';
import { changedText, progressLine, speedText } from './text.ts';

/** A run of more would not fit in the memory of a page. */
const MAX_SEEDS = 20_000;

function Controls(): ReactNode {
  const seeds = useCalibration((state) => state.seeds) ?? DEFAULT_SEEDS;
  const from = useCalibration((state) => state.from);
  const running = useCalibration((state) => state.monteCarloRun.phase === 'running');
  const { actions } = calibration;
  return (
    <div className="calibration-controls">
      {running ? (
        <button type="button" className="button" onClick={() => actions.cancelMonteCarlo()}>
          Cancel
        </button>
      ) : (
        <button type="button" className="button primary" onClick={() => void actions.runMonteCarlo()}>
          Run the Monte Carlo
        </button>
      )}
      <NumberField
        label="Seeds"
        value={seeds}
        least={1}
        most={MAX_SEEDS}
        width={58}
        disabled={running}
        onChange={(value) => actions.setSeeds(value)}
      />
      <NumberField
        label="from seed"
        value={from}
        least={0}
        width={58}
        disabled={running}
        onChange={(value) => actions.setFrom(value)}
      />
    </div>
  );
}

/** Save the run, load one to compare with, or keep this one for that. */
function Files(): ReactNode {
  const outcome = useCalibration((state) => state.monteCarlo);
  const compared = useCalibration((state) => state.compared);
  const { actions } = calibration;
  const take = async (file: File): Promise<void> => {
    try {
      await actions.load(file.name, await textOfFile(file, file.name));
    } catch (thrown) {
      page.toast('error', explain(toTautlineError(thrown, `reading ${file.name}`)));
    }
  };
  return (
    <div className="calibration-controls">
      <button
        type="button"
        className="button small"
        disabled={!outcome}
        onClick={() => {
          if (outcome) download(saveRun(outcome.run), 'tautline-monte-carlo.json');
        }}
      >
        Save results…
      </button>
      <FileButton
        className="button small"
        accept=".json,application/json"
        testId="monte-carlo-file"
        onFile={(file) => void take(file)}
      >
        Compare with a saved run…
      </FileButton>
      <button
        type="button"
        className="button small"
        disabled={!outcome}
        title="Later runs are compared with this one"
        onClick={() => actions.keep()}
      >
        Keep to compare with
      </button>
      {compared.phase !== 'none' && (
        <button type="button" className="button small quiet" onClick={() => actions.dropCompared()}>
          Stop comparing
        </button>
      )}
    </div>
  );
}

/** Titles of the rows of the verdict table, by id; null until one seed is whole. */
function rowsOf(trials: readonly TrialResult[], parameters: Parameters): ReturnType<typeof verdictsOf> | null {
  const first = CASE_NAMES.map((name) => [name, trials.find((trial) => trial.case === name)] as const);
  if (first.some(([, trial]) => trial === undefined)) return null;
  return verdictsOf(Object.fromEntries(first) as Record<CaseName, TrialResult>, parameters);
}

function Figures({
  trials,
  parameters,
}: {
  readonly trials: readonly TrialResult[];
  readonly parameters: Parameters;
}): ReactNode {
  const compared = useCalibration((state) => state.compared);
  const table = useCalibration((state) => state.table);
  // Keys and buttons go first: partial results arrive while the page is used.
  const shown = useDeferredValue(trials);
  const summaries = useMemo(() => summarise({ trials: shown, parameters }), [shown, parameters]);
  const rows = useMemo(() => rowsOf(shown, parameters), [shown, parameters]);
  const report = table && JSON.stringify(table.report.parameters) === JSON.stringify(parameters) ? table.report : null;
  return (
    <>
      <Distributions
        trials={shown}
        compared={compared.phase === 'loaded' ? compared.run.trials : null}
        report={report}
      />
      <div className="summary-tables">
        {rows && <ShareTable summaries={summaries} rows={rows} />}
        <RateTable summaries={summaries} budget={parameters.false_alarm_budget} />
        <MeasureTable summaries={summaries} />
      </div>
    </>
  );
}

/** Many seeds: how sure the verdicts are. */
export function MonteCarlo(): ReactNode {
  const run = useCalibration((state) => state.monteCarloRun);
  const outcome = useCalibration((state) => state.monteCarlo);
  const compared = useCalibration((state) => state.compared);
  const progress = run.phase === 'running' ? run.progress : null;
  const shown =
    progress && progress.trials.length > 0 ? { trials: progress.trials, parameters: progress.plan.parameters } : null;
  const figures = shown ?? (outcome && { trials: outcome.run.trials, parameters: outcome.run.parameters });
  const tested = figures
    ? changedText(figures.parameters)
        .map(({ text }) => text)
        .join(', ') || 'the default parameters'
    : '';
  return (
    <section className="calibration-section" aria-labelledby="monte-carlo-title">
      <div className="section-head">
        <h3 id="monte-carlo-title">Monte Carlo: how sure are the verdicts?</h3>
        <Controls />
        <Files />
      </div>
      <p className="dim section-intro">
        One seed is one draw. This draws the five cases anew for every seed, on all cores, and counts: shares with
        Wilson intervals, medians with order-statistic intervals, all at 95 %.
      </p>
      {progress && (
        <div className="monte-carlo-progress" role="status">
          <ProgressBar
            progress={{
              phase: 'Monte Carlo',
              fraction: progress.trials.length / progress.of,
              detail: progressLine(progress),
            }}
            label="Monte Carlo"
          />
          <span>{progressLine(progress)}</span>
        </div>
      )}
      {run.phase === 'failed' && (
        <div className="banner danger" role="alert">
          <span>{explain(run.error)}</span>
        </div>
      )}
      {compared.phase === 'failed' && (
        <div className="banner danger" role="alert">
          <span>{explain(compared.error)}</span>
        </div>
      )}
      {!progress && outcome && (
        <p data-testid="monte-carlo-outcome">
          <strong>
            {outcome.run.seeds < outcome.seedsAsked
              ? `Stopped after ${formatCount(outcome.run.seeds)} of ${formatCount(outcome.seedsAsked)} seeds`
              : `${formatCount(outcome.run.seeds)} ${outcome.run.seeds === 1 ? 'seed' : 'seeds'}`}
          </strong>{' '}
          <span className="dim">
            from {outcome.run.from}, with {tested}: {formatCount(outcome.events)} events in {formatDuration(outcome.ms)}
            , {speedText(outcome.events, outcome.ms, outcome.workers)}
          </span>
        </p>
      )}
      {compared.phase === 'loaded' && <Comparison compared={compared} current={outcome?.run ?? null} />}
      {figures && <Figures {...figures} />}
    </section>
  );
}
