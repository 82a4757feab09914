import { formatCount, formatNumber } from '../../core/format.ts';
import type { OperatingCharacteristics, RunLengthEstimate } from '../../detection/lab/arl.ts';
import { eventsText } from '../../detection/lab/runLengthText.ts';
import { BEYOND } from '../../detection/lab/claims.ts';
import type { Budget } from '../../detection/lab/budget.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';

/** Hexadecimal digits of a fingerprint that are shown. */
export const SHORT_HASH = 12;

/** "95 %: 9,800 to 15,600"; "roughly ..." where it was not shown to hold; '' where nothing is known. */
export function intervalText({ interval: [low, high], level }: RunLengthEstimate): string {
  if (!(low > 0)) return '';
  const range = Number.isFinite(high) ? `${eventsText(low)} to ${eventsText(high)}` : `${eventsText(low)} or more`;
  return level === null ? `roughly ${range}` : `${formatNumber(level * 100, 3)} %: ${range}`;
}

/** A textbook figure, as far as it can be held against what was simulated. */
export function textbookText(arl: number, { events }: RunLengthEstimate): string {
  const most = BEYOND * events;
  return arl > most ? `more than ${eventsText(most)}` : eventsText(arl);
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
  const years = 1 / (perDay * 365.25);
  return years <= MOST_YEARS ? `one in ${eventsText(years)} years` : `less than one in ${MOST_YEARS} years`;
}

/** No ledger says anything of a longer time. */
const MOST_YEARS = 10;

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
  simulated: 'Counted on bootstrapped paths',
  extrapolated: 'Extrapolated from lower thresholds: the events in control say too little at this one',
  bound: 'Counted on bootstrapped paths: more cannot be said',
};

export function budgetText(budget: Budget): string {
  if (budget.per === 'events') return `one false alarm in ${formatCount(budget.events)} events`;
  return budget.alarms === 1
    ? `one false alarm per ${budget.per}`
    : `${formatNumber(budget.alarms, 3)} false alarms per ${budget.per}`;
}
