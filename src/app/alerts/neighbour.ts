import type { Alert } from '../../detection/types.ts';

/**
 * The alert before (-1) or after (+1) an event, by the event at which it fired; null if there is none. `alerts` are
 * ordered by fired.
 */
export function neighbourAlert(alerts: readonly Alert[], at: number | null, direction: -1 | 1): Alert | null {
  if (at === null) return (direction > 0 ? alerts[0] : alerts.at(-1)) ?? null;
  const found = direction > 0 ? alerts.find(({ fired }) => fired > at) : alerts.findLast(({ fired }) => fired < at);
  return found ?? null;
}
