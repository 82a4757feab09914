import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import type { OperatingCharacteristics } from './arl.ts';
import type { Beyond } from './inControl.ts';

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

/**
 * A figure of false alarms that is counted, not simulated: what moves slowly visits a limit in few spells, and a
 * bootstrap of them would pretend to know more than the reference has.
 */
export function beyondText({ events, beyond, runs, each }: Beyond & { readonly each: boolean }): string {
  if (events === 0) return 'The reference has no value to hold it against';
  const all = `${formatCount(events)} events`;
  if (beyond === 0) return `Never beyond it in the ${all} of the reference: how much rarer it is cannot be said`;
  const one = (count: number): string => `one in ${eventsText(events / count)} events`;
  return (
    `Beyond it in the reference: ${formatCount(beyond)} of ${all}, ${formatPercent(beyond / events, 2)}` +
    (each ? `; false notices: about ${one(beyond)}` : `; false alarms: about ${one(runs)} (${runsText(runs)})`)
  );
}

const runsText = (runs: number): string => `${formatCount(runs)} ${runs === 1 ? 'spell' : 'spells'}`;
