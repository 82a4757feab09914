import type { IndexRange } from '../core/columns.ts';
import { channelCalibrationsToJson } from './channels/reference.ts';
import type { CalibrationJson } from './files/results.ts';
import type { Decisions, Projection } from './types.ts';

/** NaN has no place in JSON: null. */
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Calibration as a JSON-able object with the golden keys; what could not be calibrated is null. */
export function calibrationToJson(analysis: {
  readonly decisions: Decisions;
  readonly projection: Projection;
  readonly reference: IndexRange;
}): CalibrationJson {
  const { calibration: c, governanceWeight } = analysis.decisions;
  return {
    ref: c.ref,
    reference: [analysis.reference.from, analysis.reference.to],
    k: c.k,
    m: orNull(c.m),
    s: orNull(c.s),
    fm: orNull(c.fm),
    fs: orNull(c.fs),
    lo: orNull(c.lo),
    hi: orNull(c.hi),
    tension: orNull(c.tension),
    rho: orNull(c.rho),
    wref: c.wref,
    ...channelCalibrationsToJson(c),
    phase_locked: c.phaseLocked,
    eigenvalues: [...analysis.projection.eigenvalues],
    J: [...governanceWeight],
  };
}
