import { describe, expect, it } from 'vitest';
import { SIGNALS } from '../../detection/channels/index.ts';
import { SERIES_NAMES } from '../../detection/channels/table.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { Calibration } from '../../detection/types.ts';
import type { SeriesName } from '../../workers/protocol.ts';
import { signalRows } from './limits.ts';

const calibration: Calibration = {
  ref: 2000,
  k: 8,
  m: -1,
  s: 0.5,
  fm: 0,
  fs: 0.3,
  lo: 0.4,
  hi: 2.5,
  tension: 1.2,
  rho: 0.72,
  wref: 120,
  style: { limit: 40, omega: 0, nu: 20, w: [0.6], b: [0.4], conversations: [12], messages: [60] },
  meaning: null,
  behaviour: null,
  phaseLocked: true,
};
/** Signals that no test is about have no value. */
const calm: Record<SeriesName, number> = {
  ...(Object.fromEntries(SERIES_NAMES.map((name) => [name, NaN])) as Record<SeriesName, number>),
  kl: 0.8,
  z: 0.1,
  cusum: 0,
  entropy: 2.6,
  friction: 1,
  trace: 0.1,
  rho: 0.7,
  tension: 1.3,
  shift: 0.2,
  style: 9,
  window: 120,
};
const stateOf = (signals: Partial<Record<SeriesName, number>>, c: Calibration = calibration) =>
  Object.fromEntries(
    signalRows({ ...calm, ...signals }, c, DEFAULT_PARAMETERS, 0).map(({ name, state }) => [name, state]),
  );

describe('signalRows', () => {
  it('finds a calm event inside every limit', () => {
    const states = stateOf({});
    expect(['kl', 'cusum', 'entropy', 'friction', 'rho', 'tension', 'style'].map((name) => states[name])).toEqual(
      Array(7).fill('inside'),
    );
    expect([states.z, states.shift, states.p95]).toEqual(['charted', 'charted', 'undefined']);
  });

  it.each([
    ['kl', 4.3],
    ['cusum', 8.6],
    ['entropy', 1.8],
    ['friction', 0.3],
    ['friction', 2.6],
    ['rho', 0.35],
    ['tension', 0.5],
    ['tension', 2.5],
    ['style', 41],
  ] as const)('%s %d is outside', (name, value) => {
    expect(stateOf({ [name]: value })[name]).toBe('outside');
  });

  it.each(SERIES_NAMES.filter((name) => SIGNALS[name].limits && name !== 'meaning' && name !== 'behaviour'))(
    '%s is inside on its limits, outside beyond',
    (name) => {
      const limits = SIGNALS[name].limits!(calibration, DEFAULT_PARAMETERS, 0)!;
      const finite = limits.filter(Number.isFinite);
      expect(finite.length).toBeGreaterThan(0);
      for (const limit of finite) {
        const beyond = limit === limits[0] ? limit - 1e-6 : limit + 1e-6;
        expect([limit, beyond].map((value) => stateOf({ [name]: value })[name])).toEqual(['inside', 'outside']);
      }
    },
  );

  it('holds nothing to limits that do not exist', () => {
    const states = stateOf({ rho: 0.01, style: 1e6 }, { ...calibration, phaseLocked: false, style: null });
    expect([states.rho, states.style]).toEqual(['charted', 'charted']);
  });

  it('writes limits with their units', () => {
    const rows = signalRows(calm, calibration, DEFAULT_PARAMETERS, 0);
    expect(rows.find(({ name }) => name === 'kl')!.limit).toBe('≤ 4.2 nats');
    expect(rows.find(({ name }) => name === 'rho')!.limit).toBe('≥ 0.36');
    expect(rows.find(({ name }) => name === 'friction')!.limit).toBe('0.4 to 2.5');
  });
});
