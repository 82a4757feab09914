import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { testKernels } from '../kernels/testing.ts';
import { runCalibration } from './calibration.ts';
import { CHOICES } from './profiles.ts';
import { runTrial, type CaseName } from './trial.ts';
import { passesOf } from './verdicts.ts';

const kernels = testKernels();
const seed = CHOICES.seed.value;

/** Rows of a case that fail on the default seed with a mutated detector. */
async function failures(name: CaseName, mutation: Partial<Parameters>): Promise<string[]> {
  const parameters = { ...DEFAULT_PARAMETERS, ...mutation };
  return passesOf(await runTrial(kernels, { case: name, seed, parameters }), parameters)
    .filter((row) => !row.pass)
    .map((row) => row.id);
}

describe('verdicts of the default seed', () => {
  it("pass, at the paper's event numbers", async () => {
    const phases: string[] = [];
    const { rows, pass, results } = await runCalibration(kernels, {
      onProgress: ({ detail }) => phases.push(...(detail ? [detail] : [])),
    });
    expect(rows.filter((row) => !row.pass)).toEqual([]);
    expect(pass).toBe(true);
    expect(phases.length).toBe(5);
    const measured = Object.fromEntries(rows.map((row) => [row.id, row.measured]));
    expect(measured).toMatchObject({
      'benign-alerts': 0,
      'fracture-transients': 3,
      'fracture-event': 12_403,
      'fracture-lag': 3,
      'homogenisation-event': 28_110,
      'homogenisation-drift': 0,
      'backoff-p95': 320,
      'backoff-window': 384,
      'backoff-alerts': 0,
    });
    expect(measured['benign-coupling']).toBeCloseTo(0.717, 3);
    expect(measured['homogenisation-tension']).toBeCloseTo(0.122, 3);
    expect(measured['ablation-void']).toBeGreaterThan(10);
    // Nothing of the paper's kinds fires before the [DRIFT], at the transients least of all.
    expect(results.fracture.transientsSilent).toBe(3);
    expect(results.benign.quietEvents).toBe(48_000);
  }, 60_000);

  it('can be cancelled between the profiles', async () => {
    const stop = new AbortController();
    const run = runCalibration(kernels, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toThrow('Cancelled');
  });
});

describe('a mutated detector fails the right row', () => {
  it('no adaptation: the backoff profile, by false VOID', async () => {
    expect(await failures('backoff', { adaptive: false })).toEqual(['backoff-window', 'backoff-alerts']);
  });

  it('no cap: the fracture fires an event early, on too short a run', async () => {
    expect(await failures('fracture', { cap: 20 })).toEqual(['fracture-event']);
  });

  it('h halved: false alarms in phase-lock, and before the fracture', async () => {
    expect(await failures('benign', { h: 4.25 })).toEqual(['benign-alerts']);
    expect(await failures('fracture', { h: 4.25 })).toContain('fracture-event');
  });

  it('floor lowered: no warning of homogenisation at its event', async () => {
    expect(await failures('homogenisation', { tau_min: 0.5 })).toContain('homogenisation-event');
  });
});

describe('trials', () => {
  it('take any stream key: event numbers stay those of the ledger', async () => {
    const result = await runTrial(kernels, {
      case: 'fracture',
      seed,
      parameters: { ...DEFAULT_PARAMETERS, stream: 'agent_id' },
    });
    expect(result.events).toBe(50_000);
    // 24 of 40 agents are tracked.
    expect(result.quietEvents).toBeLessThan(0.7 * 10_388);
    const one = await runTrial(kernels, {
      case: 'benign',
      seed,
      parameters: { ...DEFAULT_PARAMETERS, stream: 'ledger' },
    });
    expect(one.coupling).toBeNull();
  }, 60_000);

  it('are the same every time but for the clock', async () => {
    const trial = { case: 'backoff', seed: 12, parameters: DEFAULT_PARAMETERS } as const;
    const [a, b] = [await runTrial(kernels, trial), await runTrial(testKernels(), trial)];
    expect({ ...a, timings: null }).toEqual({ ...b, timings: null });
  }, 60_000);
});
