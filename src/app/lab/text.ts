import { formatCount, formatNumber } from '../../core/format.ts';
import type { OperatingCharacteristics, RunLengthEstimate } from '../../detection/lab/arl.ts';
import type { Budget } from '../../detection/lab/budget.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';

/** Hexadecimal digits of a fingerprint that are shown. */
export const SHORT_HASH = 12;

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

/** "one in 12,300 events", or what is known where no alarm was seen. */
export function runLengthText({ arl, method, lowerBound }: RunLengthEstimate): string {
  return method === 'bound' ? `fewer than one in ${eventsText(lowerBound)} events` : `one in ${eventsText(arl)} events`;
}

/** "95 %: 9,800 to 15,600 events"; '' where there is nothing to measure. */
export function intervalText({ interval: [low, high], level }: RunLengthEstimate): string {
  const share = `${formatNumber(level * 100, 3)} %`;
  if (!Number.isFinite(high)) return low > 0 ? `${share}: at least ${eventsText(low)}` : '';
  return `${share}: ${eventsText(low)} to ${eventsText(high)}`;
}

/**
 * A daily rate in the unit in which it is a number that means something: "3.1 per day", "1.4 per week", "one in 3.2
 * years".
 */
export function rateText(perDay: number): string {
  if (Number.isNaN(perDay)) return '–';
  if (perDay >= 48) return `${rate(perDay / 24)} per hour`;
  if (perDay >= 1) return `${rate(perDay)} per day`;
  if (perDay * 7 >= 1) return `${rate(perDay * 7)} per week`;
  if (perDay * 365.25 >= 1) return `${rate(perDay * 365.25)} per year`;
  return perDay > 0 ? `one in ${eventsText(1 / (perDay * 365.25))} years` : 'none';
}

const rate = (value: number): string =>
  value >= 100 ? formatCount(Number(value.toPrecision(3))) : formatNumber(value, 2);

/** How far the textbook figure is from the measured one, in words. */
export function naiveText({ estimate, naive }: OperatingCharacteristics): string {
  if (!Number.isFinite(estimate.arl)) return '';
  const ratio = naive.siegmund / estimate.arl;
  if (ratio >= 1.25) return `${eventsText(Number(ratio.toPrecision(2)))} times too optimistic`;
  if (ratio <= 0.8) return `${eventsText(Number((1 / ratio).toPrecision(2)))} times too conservative`;
  return 'about right here';
}

/**
 * What this ledger raised, to hold the figure against: "3 DRIFT alerts in 4,800 events after the reference, true and
 * false".
 */
export function observedText({
  alerts,
  events,
  reference,
}: Pick<AnalysisReport, 'alerts' | 'events' | 'reference'>): string {
  const drift = alerts.filter(({ kind }) => kind === 'DRIFT').length;
  const after = formatCount(events - reference.to);
  return `${formatCount(drift)} DRIFT ${drift === 1 ? 'alert' : 'alerts'} in ${after} events`;
}

/** What the interval's source means, for its tip. */
export const METHODS: Readonly<Record<RunLengthEstimate['method'], string>> = {
  simulated: 'Counted on bootstrapped paths at this threshold',
  extrapolated:
    'Fewer than 30 alarms at this threshold: along the line of ln ARL vs threshold, whose tail is exponential',
  bound: 'No alarm enough at any threshold to draw a line through: only a lower bound is known',
};

export function budgetText(budget: Budget): string {
  if (budget.per === 'events') return `one false alarm in ${formatCount(budget.events)} events`;
  return budget.alarms === 1
    ? `one false alarm per ${budget.per}`
    : `${formatNumber(budget.alarms, 3)} false alarms per ${budget.per}`;
}
