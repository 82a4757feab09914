import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TautlineFailure } from '../core/errors.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { ALERT_KINDS } from '../detection/types.ts';
import { loadRun, saveRun } from '../harness/monteCarlo.ts';
import { CASE_NAMES } from '../harness/trial.ts';
import { BUILT_KERNELS } from '../kernels/load.node.ts';
import { createHarnessPool, type HarnessPool } from '../workers/harnessPool.ts';
import { spawnHarnessHere } from '../workers/testing.ts';
import { createCalibration, type CalibrationSession, type CalibrationState } from './calibration.ts';

/** The real harness over the real kernels, behind the wire of one worker; it runs in this thread. */
let calibration: CalibrationSession;
let parameters: Parameters;
let compile: () => Promise<WebAssembly.Module>;
let die: (reason: string) => void;
let trials: ReturnType<typeof vi.fn<HarnessPool['trials']>>;
const toast = vi.fn();

beforeEach(() => {
  parameters = DEFAULT_PARAMETERS;
  compile = async () => WebAssembly.compile(await readFile(BUILT_KERNELS));
  toast.mockReset();
  calibration = createCalibration({
    createPool(onRetry) {
      const spawn = () => {
        const worker = spawnHarnessHere();
        die = worker.die;
        return worker;
      };
      const pool = createHarnessPool({ spawn, compile: () => compile(), size: 1, onRetry });
      trials = vi.fn(pool.trials);
      return { ...pool, trials };
    },
    whatIf: () => parameters,
    toast,
  });
});
afterEach(() => calibration.dispose());

const state = (): CalibrationState => calibration.store.getState();
const until = (holds: (state: CalibrationState) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const stop = calibration.store.subscribe((now) => {
      if (!holds(now)) return;
      stop();
      resolve();
    });
  });

describe('the table', () => {
  it(
    'goes case by case to verdicts that pass, then draws what the verdicts are about',
    { timeout: 60_000 },
    async () => {
      const steps: string[] = [];
      calibration.store.subscribe(({ tableRun }) => {
        if (tableRun.phase === 'running')
          steps.push(CASE_NAMES.map((name) => tableRun.progress.cases[name][0]).join(''));
      });
      await calibration.actions.runTable();
      expect(new Set(steps)).toEqual(
        new Set(['wwwww', 'rwwww', 'dwwww', 'drwww', 'ddwww', 'ddrww', 'dddww', 'dddrw', 'ddddw', 'ddddr', 'ddddd']),
      );
      expect(state().tableRun).toEqual({ phase: 'idle' });
      const { report, defaults } = state().table!;
      expect({ pass: report.pass, defaults }).toEqual({ pass: true, defaults: null });
      await until(({ table }) => Object.keys(table!.pictures).length === CASE_NAMES.length);
      for (const name of CASE_NAMES) {
        const { alerts } = state().table!.pictures[name]!;
        // Stages, which a user's ledger goes through, and harness give the same alerts.
        expect(
          Object.fromEntries(ALERT_KINDS.map((kind) => [kind, alerts.filter((alert) => alert.kind === kind).length])),
        ).toEqual(report.results[name].alerts);
      }

      // Other thresholds are set against the table that is there, which is not run again.
      parameters = { ...DEFAULT_PARAMETERS, h: 4.25, reference_range: [100, 300] };
      calibration.actions.setThresholds('whatIf');
      await calibration.actions.runTable();
      expect(trials.mock.lastCall![0]).toHaveLength(CASE_NAMES.length);
      const { table } = state();
      expect(table!.defaults).toBe(report);
      expect(table!.report.parameters).toEqual({ ...DEFAULT_PARAMETERS, h: 4.25 });
      const passes = (rows: typeof report.rows) => rows.find((row) => row.id === 'benign-alerts')!.pass;
      expect([passes(table!.defaults!.rows), passes(table!.report.rows)]).toEqual([true, false]);

      // A cancelled run leaves it standing.
      const running = until(({ tableRun }) => tableRun.phase === 'running' && tableRun.progress.done > 0);
      const run = calibration.actions.runTable();
      await running;
      calibration.actions.cancelTable();
      await run;
      expect(state()).toMatchObject({ tableRun: { phase: 'idle' } });
      expect(state().table!.report).toBe(table!.report);
    },
  );

  it('says why it could not run, and runs when it can', { timeout: 60_000 }, async () => {
    const works = compile;
    const error = {
      kind: 'network',
      url: 'kernels.wasm',
      problem: 'the server answered 404',
      advice: 'Reload',
    } as const;
    compile = () => Promise.reject(new TautlineFailure(error));
    await calibration.actions.runTable();
    expect(state().tableRun).toEqual({ phase: 'failed', error });
    compile = works;
    const running = until(
      ({ tableRun }) => tableRun.phase === 'running' && tableRun.progress.cases.benign === 'running',
    );
    const run = calibration.actions.runTable();
    await running;
    die('it ran out of memory');
    await run;
    expect(toast).toHaveBeenCalledExactlyOnceWith('warning', expect.stringContaining('it ran out of memory'));
    expect(state().table!.report.pass).toBe(true);
  });
});

describe('the Monte Carlo', () => {
  it(
    'leaves whole seeds when it is cancelled, which can be saved, loaded and compared with',
    { timeout: 60_000 },
    async () => {
      calibration.actions.setSeeds(20);
      calibration.actions.setFrom(5);
      const partial = until(
        ({ monteCarloRun }) =>
          monteCarloRun.phase === 'running' && monteCarloRun.progress.trials.length > CASE_NAMES.length,
      );
      const run = calibration.actions.runMonteCarlo();
      await partial;
      calibration.actions.cancelMonteCarlo();
      await run;
      const { monteCarlo } = state();
      expect(state().monteCarloRun).toEqual({ phase: 'idle' });
      expect(monteCarlo).toMatchObject({ seedsAsked: 20, workers: 1, run: { from: 5 } });
      expect(monteCarlo!.run.seeds).toBeGreaterThanOrEqual(1);
      expect(monteCarlo!.events).toBe(monteCarlo!.run.trials.length * 50_000);
      const text = saveRun(monteCarlo!.run);
      expect(loadRun(text, 'saved').trials).toEqual(monteCarlo!.run.trials);

      await calibration.actions.load('saved.json', text);
      await until(({ compared }) => compared.phase === 'loaded' && compared.differences !== null);
      const { compared } = state();
      expect(compared.phase === 'loaded' && compared.differences!.filter((row) => row.significant)).toEqual([]);
      await calibration.actions.load('other.json', '{}');
      expect(state().compared).toMatchObject({ phase: 'failed', error: { kind: 'file', file: 'other.json' } });
      calibration.actions.keep();
      expect(state().compared).toMatchObject({
        phase: 'loaded',
        name: 'the run kept (default parameters)',
        run: monteCarlo!.run,
        differences: null,
      });
      calibration.actions.dropCompared();
      expect(state().compared).toEqual({ phase: 'none' });
    },
  );

  it('gives up on a ledger that kills two workers, and keeps the seeds before it', { timeout: 60_000 }, async () => {
    calibration.actions.setSeeds(3);
    toast.mockImplementation(() => setTimeout(() => die('second death')));
    const stop = calibration.store.subscribe(({ monteCarloRun }) => {
      if (monteCarloRun.phase === 'running' && monteCarloRun.progress.trials.length > CASE_NAMES.length) {
        stop();
        setTimeout(() => die('first death'));
      }
    });
    await calibration.actions.runMonteCarlo();
    expect(state().monteCarloRun).toMatchObject({
      phase: 'failed',
      error: { kind: 'worker', worker: 'calibration', problem: 'second death' },
    });
    expect(state().monteCarlo!.run.seeds).toBeGreaterThanOrEqual(1);
    expect(state().monteCarlo!.run.seeds).toBeLessThan(3);
  });
});
