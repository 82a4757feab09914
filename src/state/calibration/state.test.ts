import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { MonteCarloRun } from '../../harness/monteCarlo.ts';
import { CASE_NAMES } from '../../harness/trial.ts';
import { INITIAL, transition, type CalibrationEvent, type CalibrationState, type Table } from './state.ts';

const after = (events: readonly CalibrationEvent[], start = INITIAL): CalibrationState =>
  events.reduce(transition, start);
const started: CalibrationEvent = {
  type: 'tableStarted',
  seed: 1,
  parameters: DEFAULT_PARAMETERS,
  cases: [...CASE_NAMES, ...CASE_NAMES],
};
const moved = (index: number, step: 'running' | 'done'): CalibrationEvent => ({ type: 'trialMoved', index, step });
const table = { ms: 5, pictures: {} } as Table;
const error = { kind: 'worker', worker: 'calibration', problem: 'gone', advice: 'Run it again' } as const;
const run = { from: 1, seeds: 1 } as MonteCarloRun;

it('a table counts its ledgers, and a case is done when both of its ledgers are', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...Array(2 * CASE_NAMES.length).keys()]), (done) => {
      const { tableRun } = after([started, ...done.flatMap((i) => [moved(i, 'running'), moved(i, 'done')])]);
      expect(tableRun).toMatchObject({ phase: 'running', progress: { done: done.length, of: 2 * CASE_NAMES.length } });
      const { cases } = tableRun.phase === 'running' ? tableRun.progress : expect.fail();
      CASE_NAMES.forEach((name, i) => {
        const ended = [i, i + CASE_NAMES.length].filter((index) => done.includes(index)).length;
        expect(cases[name]).toBe((['waiting', 'running', 'done'] as const)[ended]);
      });
    }),
  );
});

it('a table that is there stays while the next runs, is cancelled or fails', () => {
  const shown = after([started, { type: 'tableDone', table }]);
  expect(shown).toMatchObject({ tableRun: { phase: 'idle' }, table });
  const running = after([started, moved(0, 'running')], shown);
  for (const stop of [null, { kind: 'cancelled', what: 'by the user' } as const])
    expect(after([{ type: 'tableStopped', error: stop }], running)).toEqual(shown);
  const failed = after([{ type: 'tableStopped', error }], running);
  expect(failed).toEqual({ ...shown, tableRun: { phase: 'failed', error } });
  // Nothing runs that could move.
  expect(transition(shown, moved(1, 'done'))).toBe(shown);
});

it('differences are those of the run that is compared with', () => {
  const loaded = after([{ type: 'comparedWith', name: 'saved', run }]);
  expect(transition(loaded, { type: 'differed', run: { ...run }, differences: [] })).toBe(loaded);
  expect(after([{ type: 'differed', run, differences: [] }], loaded).compared).toMatchObject({ differences: [] });
  expect(after([{ type: 'comparisonDropped' }, { type: 'differed', run, differences: [] }], loaded).compared).toEqual({
    phase: 'none',
  });
});
