import { createStore, type StoreApi } from 'zustand/vanilla';
import { toTautlineError } from '../core/errors.ts';
import { changedParameters, type Parameters } from '../detection/parameters.ts';
import type { MonteCarloRun } from '../harness/monteCarlo.ts';
import type { HarnessPool } from '../workers/harnessPool.ts';
import { compare, loadHarness, runMonteCarlo, runTable, type RunContext } from './calibration/runs.ts';
import {
  INITIAL,
  transition,
  type CalibrationEvent,
  type CalibrationState,
  type Thresholds,
} from './calibration/state.ts';
import type { Toast } from './types.ts';

export {
  isDefault,
  type CalibrationState,
  type CaseStep,
  type Compared,
  type MonteCarloProgress,
  type Table,
  type TableProgress,
} from './calibration/state.ts';

interface CalibrationActions {
  setSeed(seed: number | null): void;
  setThresholds(thresholds: Thresholds): void;
  setSeeds(seeds: number | null): void;
  setFrom(from: number): void;
  /** Runs the four profiles and the ablation; one that is under way is dropped. */
  runTable(): Promise<void>;
  cancelTable(): void;
  runMonteCarlo(): Promise<void>;
  /** Ends the Monte Carlo; the seeds that are whole stay. */
  cancelMonteCarlo(): void;
  /** Takes a saved run to compare with. */
  load(name: string, text: string): Promise<void>;
  /** Compares with the current run from now on. */
  keep(): void;
  dropCompared(): void;
}

export interface CalibrationPlatform {
  /** Called at the first run. */
  createPool(onRetry: (problem: string) => void): HarnessPool;
  /** Parameters of the parameter panel. */
  whatIf(): Parameters;
  toast(level: Toast['level'], text: string): void;
}

export interface CalibrationSession {
  readonly store: Pick<StoreApi<CalibrationState>, 'getState' | 'getInitialState' | 'subscribe'>;
  readonly actions: CalibrationActions;
  dispose(): void;
}

/** Work that a newer one takes the place of. */
function createTurn() {
  let work = new AbortController();
  return {
    next(): AbortSignal {
      work.abort();
      work = new AbortController();
      return work.signal;
    },
    abort: () => work.abort(),
  };
}

/** The harness is loaded, and its workers are started, at the first run. */
export function createCalibration(platform: CalibrationPlatform): CalibrationSession {
  const store = createStore<CalibrationState>(() => INITIAL);
  const dispatch = (event: CalibrationEvent): void => store.setState((state) => transition(state, event), true);
  let pool: HarnessPool | null = null;
  const context: RunContext = {
    workers: () =>
      (pool ??= platform.createPool((problem) => {
        platform.toast('warning', `A calibration worker stopped (${problem}). Its ledger is being run again.`);
      })),
    whatIf: () => platform.whatIf(),
    toast: (level, text) => platform.toast(level, text),
    state: store.getState,
    dispatch,
  };
  const table = createTurn();
  const monteCarlo = createTurn();

  function compareWith(name: string, run: MonteCarloRun): void {
    dispatch({ type: 'comparedWith', name, run });
    void compare(context);
  }

  return {
    store,
    actions: {
      setSeed: (seed) => dispatch({ type: 'chosen', change: { seed } }),
      setThresholds: (thresholds) => dispatch({ type: 'chosen', change: { thresholds } }),
      setSeeds: (seeds) => dispatch({ type: 'chosen', change: { seeds } }),
      setFrom: (from) => dispatch({ type: 'chosen', change: { from } }),
      runTable: () => runTable(context, table.next()),
      cancelTable() {
        table.abort();
        if (store.getState().tableRun.phase === 'running') dispatch({ type: 'tableStopped', error: null });
      },
      runMonteCarlo: () => runMonteCarlo(context, monteCarlo.next()),
      cancelMonteCarlo: () => monteCarlo.abort(),
      async load(name, text) {
        try {
          const [, { loadRun }] = await loadHarness();
          compareWith(
            name,
            loadRun(text, name, (sentence) => platform.toast('info', sentence)),
          );
        } catch (thrown) {
          dispatch({ type: 'comparisonFailed', error: toTautlineError(thrown, `reading ${name}`) });
        }
      },
      keep() {
        const kept = store.getState().monteCarlo;
        if (!kept) return;
        const changed = Object.entries(changedParameters(kept.run.parameters)).map(
          ([name, value]) => `${name} ${JSON.stringify(value)}`,
        );
        compareWith(`the run kept (${changed.join(', ') || 'default parameters'})`, kept.run);
      },
      dropCompared: () => dispatch({ type: 'comparisonDropped' }),
    },
    dispose() {
      table.abort();
      monteCarlo.abort();
      pool?.dispose();
    },
  };
}
