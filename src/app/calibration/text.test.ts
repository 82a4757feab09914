import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { CalibrationReport } from '../../harness/calibration.ts';
import type { VerdictRow } from '../../harness/verdicts.ts';
import type { MonteCarloProgress } from '../../state/calibration.ts';
import {
  changedText,
  changedVerdicts,
  changeText,
  measuredText,
  measureText,
  passText,
  progressLine,
  readWhole,
  shareText,
  speedText,
} from './text.ts';

const row = (id: string, pass: boolean): VerdictRow => ({
  id,
  pass,
  case: 'benign',
  profile: '',
  what: id,
  paper: '',
  measured: 0,
  unit: '',
  seedBound: false,
  note: '',
});
const report = (...rows: VerdictRow[]): CalibrationReport => ({
  seed: 1,
  parameters: DEFAULT_PARAMETERS,
  rows,
  pass: rows.every((r) => r.pass),
  results: {} as CalibrationReport['results'],
});

describe('verdicts in words', () => {
  it.each([
    [12_403, 'event_id', '12,403'],
    [4, 'own events', '4 own events'],
    [1, 'own events', '1 own event'],
    [383.99, 'ms', '384 ms'],
    [0.7231, '', '0.723'],
    [NaN, 'event_id', 'none'],
  ])('%d %s reads %s', (measured, unit, text) => expect(measuredText({ measured, unit })).toBe(text));

  it('shares have no rounding residue', () => {
    expect([shareText(2.8e-17), shareText(-1e-17), shareText(0.324), shareText(-0.02)]).toEqual([
      '0 %',
      '0 %',
      '32.4 %',
      '−2 %',
    ]);
  });

  it('are counted', () => {
    expect(passText([row('a', true), row('b', true)])).toBe('All 2 verdicts pass');
    expect(passText([row('a', false), row('b', true)])).toBe('1 of 2 verdicts fails');
    expect(passText([row('a', false), row('b', false), row('c', true)])).toBe('2 of 3 verdicts fail');
  });

  it('are compared with those of the defaults', () => {
    const changed = changedVerdicts(
      report(row('a', false), row('b', true), row('c', true)),
      report(row('a', true), row('b', false), row('c', true)),
    );
    expect(changed.map(({ id, pass }) => [id, pass])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(changeText(changed)).toBe('Against the defaults, 1 now fails and 1 now passes.');
    expect(changeText([])).toBe('No verdict changes against the defaults.');
    expect(changedVerdicts(report(row('a', false)), null)).toEqual([]);
  });

  it('name the parameters that differ', () => {
    expect(
      changedText({ ...DEFAULT_PARAMETERS, h: 4.25, zone: [0.4, 2], adaptive: false }).map(({ text }) => text),
    ).toEqual(['adaptive false (default true)', 'zone 0.4 to 2 (default 0.5 to 2)', 'h 4.25 (default 8.5)']);
  });
});

describe('the Monte Carlo in words', () => {
  const progress = (done: number, of: number, elapsedMs: number) =>
    ({ trials: new Array(done).fill(null), of, elapsedMs }) as unknown as MonteCarloProgress;

  it('says how far it is and how long it will take', () => {
    expect(progressLine(progress(0, 1000, 10))).toBe('0 of 1,000 ledgers');
    expect(progressLine(progress(250, 1000, 60_000))).toBe('250 of 1,000 ledgers · 3 min left');
    expect(progressLine(progress(999, 1000, 60_000))).toBe('999 of 1,000 ledgers · less than 1 s left');
    expect(progressLine(progress(5, 5, 900))).toBe('5 of 5 ledgers');
  });

  it('says how fast it was, and what it measured', () => {
    expect(speedText(50_000_000, 120_000, 2)).toBe('25 million events a minute on 2 workers');
    expect(measureText('coupling', 0.72034)).toBe('0.7203');
    expect(measureText('warningEvent', 28_110.5)).toBe('28,110.5');
    expect(measureText('lag', 3)).toBe('3');
  });
});

it.each([
  ['17', 17],
  [' 17 ', 17],
  ['0', null],
  ['', null],
  ['1.5', null],
  ['-3', null],
  ['x', null],
  ['101', null],
])('reads the number "%s" as %s', (text, value) => {
  expect(readWhole(text, 1, 100)).toBe(value);
});
