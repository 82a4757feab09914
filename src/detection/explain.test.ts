import { describe, expect, it } from 'vitest';
import { explainEventState, type ExplainInput } from './explain.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import type { SeriesName } from './channels/table.ts';
import type { Calibration } from './types.ts';

const calibration: Calibration = {
  ref: 2000,
  k: 8,
  m: 0,
  s: 1,
  fm: 0,
  fs: 1,
  lo: 0.8,
  hi: 6.7,
  tension: 0.8,
  rho: 0.72,
  wref: 120,
  style: { limit: 30, omega: 0, nu: 20, w: [0.6], b: [0.4], conversations: [12], messages: [60] },
  meaning: null,
  behaviour: null,
  phaseLocked: true,
};
const calm: Omit<ExplainInput, 'value'> = {
  eventState: 'IN_FRAME',
  isVoid: false,
  inReference: false,
  stream: 0,
  seq: 900,
  warmup: 300,
  open: [],
};
const signals: Partial<Record<SeriesName, number>> = {
  kl: 1.2,
  friction: 2,
  entropy: 2.5,
  rho: 0.7,
  tension: 0.8,
  style: 8,
  cusum: 0,
};
const explained = (change: Partial<Omit<ExplainInput, 'value'>> & Partial<Record<SeriesName, number>>) =>
  explainEventState(
    { ...calm, ...change, value: (name) => change[name] ?? signals[name] ?? Number.NaN },
    calibration,
    DEFAULT_PARAMETERS,
  );

describe('explainRoute', () => {
  it('says so when nothing is wrong', () => {
    expect(explained({})).toEqual(['Every signal is inside its limits.']);
  });
  it('names the numbers that were compared', () => {
    expect(explained({ eventState: 'DRIFT', open: ['DRIFT'], cusum: 9.5 })[0]).toMatch(/CUSUM 9\.5 σ, h is 8\.5 σ/);
    expect(explained({ eventState: 'VOID', open: ['VOID'], rho: 0.3 })[0]).toMatch(
      /ρ 0\.3; a void alert opens below 0\.36 and closes above 0\.403/,
    );
    expect(explained({ eventState: 'WATCH', tension: 3 })).toEqual(['Tension 3 is outside its zone, 0.4 to 1.6.']);
  });
  it('tells absorbed friction from drift', () => {
    expect(explained({ eventState: 'ACCOMMODATION', kl: 5 })).toEqual([
      'KL 5 nats is above the ceiling of 4.2 nats.',
      'Tension 0.8 is inside its zone, 0.4 to 1.6: the friction is being absorbed.',
    ]);
  });
  it('tells the reference from the warm-up', () => {
    expect(explained({ eventState: 'WARMING', inReference: true })[0]).toContain('reference period');
    expect(explained({ eventState: 'WARMING', seq: 12 })[0]).toContain(
      'event 12 of its stream, detectors start after 300',
    );
  });
  it('says that a pause is a pause', () => {
    expect(explained({ eventState: 'VOID', isVoid: true })).toHaveLength(1);
  });
});
