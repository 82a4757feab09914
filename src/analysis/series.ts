import { isDecided, type SeriesName } from '../detection/channels/table.ts';
import { excessOf } from '../detection/incidents/excess.ts';
import type { Analysis } from './stages.ts';

/** A series, one value per event. */
export const valuesOf = (
  { signals, decisions }: Pick<Analysis, 'signals' | 'decisions'>,
  name: SeriesName,
): Float64Array => (isDecided(name) ? decisions[name] : signals[name]);

/** How many times its limit each alert was at its worst, in their order; NaN where the kind has no limit. */
export function alertExcess(analysis: Pick<Analysis, 'signals' | 'decisions' | 'events' | 'parameters'>): Float64Array {
  const { events, decisions, parameters } = analysis;
  const { alerts, calibration } = decisions;
  const column = (name: SeriesName): Float64Array => valuesOf(analysis, name);
  return excessOf({ alerts, n: events.n, stream: events.stream, column, calibration, parameters });
}
