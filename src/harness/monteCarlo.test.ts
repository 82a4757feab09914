import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { ALERT_KINDS, type AlertKind } from '../detection/types.ts';
import { compareRuns, loadRun, saveRun, summarise, trialsOf, type MonteCarloRun } from './monteCarlo.ts';
import type { Trial, TrialResult } from './trial.ts';

const none = Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 0])) as Record<AlertKind, number>;

/** A made-up result: lag and coupling vary with the seed, odd seeds of the ablation stay silent. */
function resultOf({ case: name, seed }: Trial, lagMore: number): TrialResult {
  const alerts = name === 'ablation' && seed % 2 === 0 ? { ...none, VOID: 4 } : none;
  const fracture = name === 'fracture';
  return {
    case: name,
    seed,
    events: 50_000,
    quietEvents: fracture ? 10_388 : 48_000,
    falseAlerts: alerts,
    healthyJudged: { STYLE_SHIFT: 48_000, MEANING_SHIFT: name === 'ablation' ? 0 : 40_000, BEHAVIOUR_SHIFT: 48_000 },
    healthyChanges: { STYLE_SHIFT: seed === 1 ? 2 : 0, MEANING_SHIFT: 0, BEHAVIOUR_SHIFT: 6 },
    mostOfAFault: { STYLE_SHIFT: 1, MEANING_SHIFT: 0, BEHAVIOUR_SHIFT: fracture && seed > 15 ? 2 : 1 },
    alerts,
    coupling: 0.71 + (seed % 5) / 500,
    driftEvent: fracture ? 12_400 + (seed % 7) : null,
    lag: fracture ? 3 + (seed % 3) + lagMore : null,
    transients: fracture ? 3 : 0,
    transientsAbsorbed: fracture ? 3 : null,
    transientsSilent: fracture ? 2 : null,
    warningEvent: name === 'homogenisation' ? 28_000 + seed : null,
    driftsAfterOnset: name === 'homogenisation' ? 0 : null,
    tensionRatio: name === 'homogenisation' ? 0.1 : null,
    p95: null,
    window: null,
    timings: { generate: 1, project: 1, changes: 1, signals: 1, decide: 1 },
  };
}

function run(seeds: number, lagMore = 0, parameters: Parameters = DEFAULT_PARAMETERS): MonteCarloRun {
  const plan = { from: 1, seeds, parameters };
  return { ...plan, trials: trialsOf(plan).map((trial) => resultOf(trial, lagMore)) };
}

describe('summary', () => {
  const summaries = summarise(run(20));
  const of = (name: string) => summaries.find((s) => s.case === name)!;

  it('counts clean ledgers, false alerts and passes case by case', () => {
    expect(summaries.map((s) => s.case)).toEqual(['benign', 'fracture', 'homogenisation', 'backoff', 'ablation']);
    expect(of('benign').clean).toMatchObject({ count: 20, of: 20 });
    expect(of('ablation').clean).toMatchObject({ count: 10, of: 20 });
    expect(of('ablation').falseAlerts.VOID).toMatchObject({ count: 40, exposure: 960_000 });
    expect(of('benign').falseAlerts.STYLE_SHIFT).toMatchObject({ count: 2, exposure: 960_000 });
    expect(of('benign').falseAlerts.MEANING_SHIFT).toMatchObject({ count: 0, exposure: 800_000 });
    expect(of('ablation').falseAlerts.MEANING_SHIFT.exposure).toBe(0);
    // 120 where 96 are expected; alerts of a fault stay within one a stream in 15 of 20.
    expect(of('benign').overBudget).toEqual(['BEHAVIOUR_SHIFT']);
    expect(of('fracture').passes['fracture-storm']).toMatchObject({ count: 15, of: 20 });
    expect(of('ablation').passes['ablation-void']).toMatchObject({ count: 10, of: 20 });
    expect(of('fracture').transientsSilent).toMatchObject({ count: 40, of: 60 });
    expect(of('benign').transientsSilent).toBeNull();
  });

  it('has the measures that a case has', () => {
    expect(Object.keys(of('benign').measures)).toEqual(['coupling']);
    expect(Object.keys(of('fracture').measures)).toEqual(['lag', 'driftEvent', 'coupling']);
    expect(of('fracture').measures.lag).toMatchObject({ n: 20, missing: 0, median: 4, min: 3, max: 5 });
  });
});

describe('saved runs', () => {
  it('come back whole', () => {
    const original = run(3, 0, { ...DEFAULT_PARAMETERS, h: 4.25 });
    expect(loadRun(saveRun(original), 'run.json')).toEqual(original);
  });

  it('of version 1 open without their counts of SHIFT, claim nothing of lasting change, and say so', () => {
    const text = readFileSync(new URL('fixtures/monte-carlo-1.json', import.meta.url), 'utf8');
    const said: string[] = [];
    const old = loadRun(text, 'run.json', (sentence) => said.push(sentence));
    expect(said).toEqual([
      expect.stringContaining('its counts of SHIFT are left out'),
      expect.stringContaining('mewma_lambda is without effect'),
      expect.stringContaining('false_alarm_budget was 500'),
    ]);
    expect(old.trials[0].alerts).toEqual({ ...none, DRIFT: 1 });
    const [benign, , , , ablation] = summarise(old);
    expect(benign.falseAlerts.STYLE_SHIFT).toMatchObject({ count: 0, exposure: 0 });
    expect(ablation.falseAlerts.VOID).toMatchObject({ count: 4, exposure: 48_000 });
    expect(compareRuns(old, run(1)).length).toBeGreaterThan(0);
    expect(loadRun(saveRun(old), 'run.json')).toEqual(old);
  });

  it.each([
    ['not JSON', (text: string) => text.slice(0, 50), 'not JSON'],
    ['another file', () => '{"h": 8.5}', 'not a saved Monte Carlo run'],
    [
      'a later version',
      (text: string) => text.replace('"version":2', '"version":3'),
      'version 3, this program reads 1 to 2',
    ],
    [
      'an unknown parameter',
      (text: string) => text.replace('"parameters":{', '"parameters":{"hh":1'),
      '"hh" is not a parameter',
    ],
    ['a trial missing', (text: string) => text.replace('"seeds":3', '"seeds":4'), '15 of 20 trials'],
    [
      'a trial of another seed',
      (text: string) => text.replace('"case":"benign","seed":2', '"case":"benign","seed":9'),
      'trial 1 is not that of benign, seed 2',
    ],
    [
      'a trial without what one fault raised',
      (text: string) => text.replace('"mostOfAFault":{"STYLE_SHIFT":1,', '"mostOfAFault":{'),
      'trial 0',
    ],
    ['a damaged trial', (text: string) => text.replace('"quietEvents":48000', '"quietEvents":"many"'), 'trial 0'],
  ])('that are %s are refused by name', (_, damage, problem) => {
    expect(() => loadRun(damage(saveRun(run(3))), 'run.json')).toThrow(problem);
    expect(() => loadRun(damage(saveRun(run(3))), 'run.json')).toThrow('run.json');
  });
});

describe('comparison', () => {
  it('finds what changed and only that', () => {
    const changed = compareRuns(run(40), run(40, 2)).filter((d) => d.significant);
    expect(changed.map((d) => [d.case, d.what, d.difference])).toEqual([['fracture', 'Detection lag', 2]]);
    expect(compareRuns(run(40), run(40)).filter((d) => d.significant)).toEqual([]);
  });

  it('compares runs of different seeds unpaired', () => {
    const lag = compareRuns(run(40), run(30, 2)).find((d) => d.what === 'Detection lag')!;
    expect(lag.significant).toBe(true);
    expect(lag.interval[0]).toBeLessThan(2.01);
  });
});
