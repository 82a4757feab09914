import { KINDS, SIGNALS } from '../channels/index.ts';
import type { AlertKind, SeriesName } from '../channels/table.ts';
import type { Parameters } from '../parameters.ts';
import type { Alert, Calibration } from '../types.ts';

/** Beyond this many times a limit the figure says no more: a floor can be undercut without end. */
export const MAX_EXCESS = 100;

export interface ExcessInput {
  readonly alerts: readonly Alert[];
  readonly n: number;
  readonly stream: ArrayLike<number>;
  readonly column: (name: SeriesName) => ArrayLike<number>;
  readonly calibration: Calibration;
  readonly parameters: Parameters;
}

/**
 * How many times its limit each alert was at its worst while it was open: 1 is at the limit, 3 three times a ceiling or
 * a third of a floor. NaN where the kind has no limit to compare with.
 */
export function excessOf({ alerts, n, stream, column, calibration, parameters }: ExcessInput): Float64Array {
  const excess = new Float64Array(alerts.length).fill(Number.NaN);
  for (const [kind, own] of byKind(alerts)) {
    const { signal, beyond } = KINDS[kind].watches;
    const values = column(signal);
    const limits = new Map<number, number>();
    const limitOf = (s: number): number => {
      if (!limits.has(s)) {
        const [low, high] = SIGNALS[signal].limits?.(calibration, parameters, s) ?? [Number.NaN, Number.NaN];
        limits.set(s, beyond === 'above' ? high : low);
      }
      return limits.get(s)!;
    };
    // Alerts of one kind and stream follow one another: at most one is open at an event.
    const open = new Map<number, number>();
    let next = 0;
    const start = own.length > 0 ? alerts[own[0]].fired : n;
    for (let i = start; i < n && (next < own.length || open.size > 0); i++) {
      while (next < own.length && alerts[own[next]].fired <= i) {
        open.set(alerts[own[next]].stream, own[next]);
        next++;
      }
      const s = stream[i];
      const at = open.get(s);
      if (at === undefined) continue;
      const { resolved, fired } = alerts[at];
      if (resolved !== null && i >= resolved && i > fired) {
        open.delete(s);
        continue;
      }
      const times = timesOver(values[i], limitOf(s), beyond);
      if (!(excess[at] >= times) && !Number.isNaN(times)) excess[at] = times;
    }
  }
  return excess;
}

function byKind(alerts: readonly Alert[]): Map<AlertKind, number[]> {
  const kinds = new Map<AlertKind, number[]>();
  alerts.forEach(({ kind }, i) => {
    const own = kinds.get(kind);
    if (own) own.push(i);
    else kinds.set(kind, [i]);
  });
  for (const own of kinds.values()) own.sort((a, b) => alerts[a].fired - alerts[b].fired);
  return kinds;
}

/** Never under 1: an episode goes on below its limit, until it is far enough from it. */
function timesOver(value: number, limit: number, beyond: 'above' | 'below'): number {
  if (!(limit > 0) || Number.isNaN(value)) return Number.NaN;
  const times = beyond === 'above' ? value / limit : limit / Math.max(value, limit / MAX_EXCESS);
  return Math.min(MAX_EXCESS, Math.max(1, times));
}
