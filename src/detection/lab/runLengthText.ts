import { formatCount, formatNumber } from '../../core/format.ts';
import type { OperatingCharacteristics } from './arl.ts';

/** A run length as people say it, to three digits: 12345 -> "12,300", 4.2e9 -> "4.2 billion". */
export function eventsText(events: number): string {
  if (events === Infinity) return 'unlimited';
  if (!Number.isFinite(events)) return '–';
  for (const [size, name] of [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const) {
    if (events >= size * 1000) return formatNumber(events, 2);
    if (events >= size) return `${formatNumber(Number((events / size).toPrecision(3)), 3)} ${name}`;
  }
  return events >= 100 ? formatCount(Number(events.toPrecision(3))) : formatNumber(events, 3);
}

/** "one in 12,300 events", or what was counted where no more may be said; or that there can be none. */
export function runLengthText({
  cannotRise,
  estimate: { arl, method, alarms, events },
}: Pick<OperatingCharacteristics, 'cannotRise' | 'estimate'>): string {
  if (cannotRise) return 'none can be raised: the CUSUM cannot rise on this ledger';
  if (events === 0) return 'not known';
  const count = alarms === 0 ? 'none' : formatCount(alarms);
  if (method === 'bound') return `${count} in ${eventsText(events)} simulated events`;
  return method === 'simulated' ? `one in ${eventsText(arl)} events` : `about one in ${eventsText(arl)} events`;
}
