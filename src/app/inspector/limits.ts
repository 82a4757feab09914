import { formatNumber, formatQuantity, type Unit } from '../../core/format.ts';
import type { Limits } from '../../detection/channels/channel.ts';
import { signalLabel, SIGNALS, SIGNALS_IN_ORDER } from '../../detection/channels/index.ts';
import type { SeriesName } from '../../detection/channels/table.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { Calibration } from '../../detection/types.ts';

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

function limitText([low, high]: Limits, unit: Unit): string {
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
  return SIGNALS_IN_ORDER.map((name) => {
    const { unit, limits: limitsOf, instead, ...facts } = SIGNALS[name];
    const limits = limitsOf?.(calibration, parameters, stream) ?? null;
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
      label: signalLabel(facts),
      value: formatQuantity(value, unit),
      limit: compared ? limitText(compared, unit) : (instead?.(calibration, parameters) ?? '–'),
      state,
    };
  });
}
