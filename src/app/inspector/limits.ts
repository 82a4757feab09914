import { formatNumber, formatQuantity, type Unit } from '../../core/format.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { Calibration } from '../../detection/types.ts';
import type { SeriesName } from '../../workers/protocol.ts';

/**
 * inside: within its limits. outside: beyond one that raises something. charted: has no limit. undefined: has no value
 * here.
 */
export type SignalState = 'inside' | 'outside' | 'charted' | 'undefined';

export interface SignalRow {
  readonly name: SeriesName;
  readonly label: string;
  readonly value: string;
  readonly limit: string;
  readonly state: SignalState;
}

interface Described {
  readonly name: SeriesName;
  readonly label: string;
  readonly unit: Unit;
  /** [low, high] between which the signal is healthy; null where nothing is compared. */
  readonly limits: readonly [number, number] | null;
  /** What is said in place of limits. */
  readonly instead?: string;
}

/** Signals in the order in which they are read, with the limits in force (spec 8). */
function described(c: Calibration, p: Parameters, stream: number): readonly Described[] {
  return [
    { name: 'kl', label: 'Divergence KL', unit: 'nats', limits: [-Infinity, p.tau_max] },
    { name: 'z', label: 'z of KL', unit: 'σ', limits: null, instead: `cap ${formatQuantity(p.cap, 'σ')}` },
    { name: 'cusum', label: 'CUSUM', unit: 'σ', limits: [-Infinity, p.h] },
    { name: 'entropy', label: 'Entropy H₂', unit: 'bits', limits: [p.tau_min, Infinity] },
    { name: 'friction', label: 'Friction δ', unit: '', limits: [c.lo, c.hi] },
    { name: 'trace', label: 'Trace, fast − slow', unit: '', limits: null },
    {
      name: 'rho',
      label: 'Coupling ρ',
      unit: '',
      limits: c.phaseLocked ? [p.void_floor * c.rho, Infinity] : null,
      instead: c.phaseLocked ? undefined : 'not coupled in the reference',
    },
    { name: 'tension', label: 'Tension', unit: '', limits: [p.zone[0] * c.tension, p.zone[1] * c.tension] },
    { name: 'shift', label: 'Distance to reference (EMD)', unit: '', limits: null },
    { name: 'mewma', label: 'Mean shift T² (MEWMA)', unit: '', limits: [-Infinity, c.shiftLimits[stream]] },
    { name: 'p95', label: 'P95 latency', unit: 'ms', limits: null },
    { name: 'window', label: 'Window W', unit: 'ms', limits: null, instead: `ref ${formatQuantity(c.wref, 'ms')}` },
  ];
}

function limitText([low, high]: readonly [number, number], unit: Unit): string {
  if (low === -Infinity) return `≤ ${formatQuantity(high, unit)}`;
  if (high === Infinity) return `≥ ${formatQuantity(low, unit)}`;
  return `${formatNumber(low)} to ${formatQuantity(high, unit)}`;
}

/** Every signal of an event beside the limits that it is held to. A limit that is not defined (NaN) holds nothing. */
export function signalRows(
  signals: Readonly<Record<SeriesName, number>>,
  calibration: Calibration,
  parameters: Parameters,
  stream: number,
): readonly SignalRow[] {
  return described(calibration, parameters, stream).map(({ name, label, unit, limits, instead }) => {
    const value = signals[name];
    const compared = limits !== null && !limits.some(Number.isNaN) ? limits : null;
    const state: SignalState = Number.isNaN(value)
      ? 'undefined'
      : compared === null
        ? 'charted'
        : value < compared[0] || value > compared[1]
          ? 'outside'
          : 'inside';
    return {
      name,
      label,
      value: formatQuantity(value, unit),
      limit: compared ? limitText(compared, unit) : (instead ?? '–'),
      state,
    };
  });
}
