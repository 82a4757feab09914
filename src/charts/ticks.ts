import { formatCount, formatTime } from '../core/format.ts';
import { span, type Domain } from './domain.ts';
import { niceStep } from './scale.ts';

export interface AxisTick {
  readonly x: number;
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
];

/** Ticks on whole events, at round counts, at most about `count` of them. */
export function eventTicks(domain: Domain, count: number): AxisTick[] {
  const step = Math.max(1, niceStep(span(domain) / Math.max(1, count)));
  const ticks: AxisTick[] = [];
  for (let x = Math.ceil(domain.min / step) * step; x <= domain.max; x += step)
    ticks.push({ x, label: formatCount(x) });
  return ticks;
}

/** Ticks on round UTC times (months and years for long spans). */
export function timeTicks(domain: Domain, count: number): AxisTick[] {
  const rough = span(domain) / Math.max(1, count);
  const step = TIME_STEPS.find((size) => size >= rough);
  if (step === undefined) return monthTicks(domain, Math.ceil(rough / (31 * DAY)));
  const ticks: AxisTick[] = [];
  for (let x = Math.ceil(domain.min / step) * step; x <= domain.max; x += step)
    ticks.push({ x, label: tickLabel(x, step) });
  return ticks;
}

/** At midnight the date says more than 00:00. */
function tickLabel(x: number, step: number): string {
  if (step >= DAY || x % DAY === 0)
    return formatTime(x, 3 * DAY)
      .split(' ')
      .slice(0, 2)
      .join(' ');
  return formatTime(x, step < SECOND ? SECOND : step < MINUTE ? MINUTE : HOUR);
}

function monthTicks(domain: Domain, roughMonths: number): AxisTick[] {
  const months =
    [1, 2, 3, 6, 12, 24, 60, 120].find((size) => size >= roughMonths) ?? Math.ceil(roughMonths / 120) * 120;
  const start = new Date(domain.min);
  const ticks: AxisTick[] = [];
  for (
    let month = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
    ;
    month += months
  ) {
    const x = Date.UTC(Math.floor(month / 12), month % 12);
    if (x > domain.max || Number.isNaN(x)) return ticks;
    if (x >= domain.min)
      ticks.push({
        x,
        label: formatTime(x, 90 * DAY)
          .split(' ')
          .slice(1)
          .join(' '),
      });
  }
}

export const axisTicks = (axis: 'event' | 'time', domain: Domain, count: number): AxisTick[] =>
  axis === 'time' ? timeTicks(domain, count) : eventTicks(domain, count);
