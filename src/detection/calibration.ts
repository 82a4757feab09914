import type { EventColumns, IndexRange } from '../core/columns.ts';
import type { DetectorLimits } from '../kernels/detectors.ts';
import type { Parameters } from './parameters.ts';
import { burnOf } from './reference.ts';
import { floorTells } from './channels/entropy/channel.ts';
import { SIGNALS } from './channels/index.ts';
import { CHANNEL_TABLE, LEVEL_CHANNELS } from './channels/table.ts';
import { calibrateAll, type ChannelReferences } from './channels/reference.ts';
import { mean, median, standardDeviation } from '../core/statistics.ts';
import type { Calibration, Signals } from './types.ts';

/** What the reference says before any threshold is applied to it. */
export interface CalibrationStatistics {
  readonly ref: number;
  readonly k: number;
  readonly m: number;
  readonly s: number;
  readonly fm: number;
  readonly fs: number;
  readonly tension: number;
  readonly rho: number;
  readonly wref: number;
}

export interface ReferenceSignals {
  readonly events: EventColumns;
  readonly signals: Signals;
  /** Box-Cox KL, (KL^-0.5 - 1) / -0.5. */
  readonly boxCox: Float64Array;
  readonly range: IndexRange;
  /** Reference events of each stream. */
  readonly referenceEvents: Int32Array;
  readonly k: number;
  readonly wref: number;
}

/**
 * Statistics over the reference events with an embedding and seq > burn, pooled over streams (docs/methods.md 7); NaN
 * where nothing can be said.
 */
export function calibrationStatistics(
  { events, signals, boxCox, range, referenceEvents, k, wref }: ReferenceSignals,
  parameters: Pick<Parameters, 'burn'>,
): CalibrationStatistics {
  // Taken out once: each is a view that is looked up.
  const { seq, tension: tensions, rho: couplings, kl, friction } = signals;
  const burn = referenceEvents.map((count) => burnOf(parameters.burn, count));
  const n = Math.max(0, range.to - range.from);
  const scores = new Float64Array(n);
  const frictions = new Float64Array(n);
  const tension = new Float64Array(n);
  const rho = new Float64Array(n);
  let rows = 0;
  let positive = 0;
  for (let i = range.from; i < range.to; i++) {
    if (events.isVoid[i] || seq[i] <= burn[events.stream[i]]) continue;
    tension[rows] = tensions[i];
    rho[rows++] = couplings[i];
    if (!(kl[i] > 0 && friction[i] > 0)) continue;
    scores[positive] = boxCox[i];
    frictions[positive++] = Math.log(friction[i]);
  }
  const b = scores.subarray(0, positive);
  const f = frictions.subarray(0, positive);
  return {
    ref: n,
    k,
    wref,
    m: mean(b),
    s: standardDeviation(b),
    fm: mean(f),
    fs: standardDeviation(f),
    tension: median(tension.subarray(0, rows)),
    rho: median(rho.subarray(0, rows)),
  };
}

/** Applies the thresholds that belong to the calibration. */
export function calibrationOf(
  statistics: CalibrationStatistics,
  references: ChannelReferences,
  parameters: Parameters,
  streams: number,
): Calibration {
  const { fm, fs, rho } = statistics;
  return {
    ...statistics,
    lo: Math.exp(fm - parameters.z_band * fs),
    hi: Math.exp(fm + parameters.z_band * fs),
    phaseLocked: rho >= parameters.void_min_ref,
    ...calibrateAll(references, parameters, streams),
  };
}

/**
 * z of an event from its Box-Cox KL (docs/methods.md 8); NaN if its CUSUM is: in the warm-up, on a void event,
 * without a calibration.
 */
export const scoreOf = (boxCox: number, cusum: number, { m, s }: Calibration): number =>
  Number.isNaN(cusum) ? Number.NaN : (boxCox - m) / s;

/** Limits of the detectors (docs/methods.md 8); NaN keeps a detector silent. Without any spread of KL there is no z. */
export function detectorLimits(c: Calibration, p: Parameters): DetectorLimits {
  return {
    m: c.m,
    s: c.s > 0 ? c.s : Number.NaN,
    h: p.h,
    kappa: p.kappa,
    cap: p.cap,
    tauMax: p.tau_max,
    tauMin: floorTells(c.k, p) ? p.tau_min : Number.NaN,
    // What an earlier program opened closes.
    entropyClear: floorTells(c.k, p) ? p.tau_min + p.ent_hyst : -Infinity,
    lo: c.lo,
    hi: c.hi,
    dwell: p.dwell,
    voidOpen: c.phaseLocked ? p.void_floor * c.rho : Number.NaN,
    voidClear: c.phaseLocked ? p.void_clear * c.rho : Number.NaN,
    tensionLow: p.zone[0] * c.tension,
    tensionHigh: p.zone[1] * c.tension,
  };
}

/** Limits of the channels with a level, by channel (in the order of `LEVEL_CHANNELS`) and stream; NaN: silent. */
export const levelLimits = (c: Calibration, p: Parameters, streams: number): Float64Array[] =>
  LEVEL_CHANNELS.map((id) => {
    const { limits } = SIGNALS[CHANNEL_TABLE[id].level];
    return Float64Array.from({ length: streams }, (_, stream) => limits?.(c, p, stream)?.[1] ?? Number.NaN);
  });
