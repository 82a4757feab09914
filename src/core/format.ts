/**
 * Numbers, units and times as people read them. Formatters own the units: nobody else appends "ms" or "nats" to a
 * number. Missing numbers (NaN) read "–". Times are UTC.
 */

/** What a number counts or measures; '' where it has no unit. */
export type Unit = '' | 'nats' | 'bits' | 'ms' | 'σ' | 'events' | 'ratio';

const MISSING = '–';
const MINUS = '−';

/** Groups the integer part of a plain decimal string by thousands. */
function grouped(decimal: string): string {
  const [whole, fraction] = decimal.split('.');
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

const signed = (value: number, magnitude: string): string =>
  value < 0 && /[1-9]/.test(magnitude) ? MINUS + magnitude : magnitude;

/** A whole number with thousands separators: 50000 -> "50,000". */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return infinite(value);
  return signed(value, grouped(Math.abs(Math.round(value)).toFixed(0)));
}

/** "1 alert", "2,000 alerts". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const infinite = (value: number): string => (Number.isNaN(value) ? MISSING : value > 0 ? '∞' : `${MINUS}∞`);

/**
 * A number to `digits` significant digits, thousands separated; never fewer than its whole digits: 12345.6 -> "12,346",
 * 0.012345 -> "0.0123". Magnitudes below 1e-4 or from 1e9 on are written as powers of ten.
 */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return infinite(value);
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e9) {
    const [mantissa, exponent] = magnitude.toExponential(digits - 1).split('e');
    return `${value < 0 ? MINUS : ''}${trimmed(mantissa)}e${exponent.replace('+', '').replace('-', MINUS)}`;
  }
  const rounded = Number(magnitude.toPrecision(digits));
  const whole = Math.floor(Math.log10(rounded)) + 1;
  return signed(value, grouped(trimmed(magnitude.toFixed(Math.min(20, Math.max(0, digits - whole))))));
}

/** Drops zeros after the decimal point that say nothing. */
const trimmed = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);

/**
 * A number for narrow places such as axis labels, to `digits` significant digits: 250000 -> "250k", 0.02 -> "0.02",
 * 3e10 -> "30G".
 */
export function formatCompact(value: number, digits = 3): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value) || magnitude < 1e5 || magnitude >= 1e15) return formatNumber(value, digits);
  const power = Math.min(4, Math.floor(Math.log10(Number(magnitude.toPrecision(digits))) / 3));
  return `${formatNumber(value / 1000 ** power, digits)}${['', 'k', 'M', 'G', 'T'][power]}`;
}

/** A number with its unit, to `digits` significant digits: (4.2, 'nats') -> "4.2 nats". */
export function formatQuantity(value: number, unit: Unit, digits = 3): string {
  if (!Number.isFinite(value)) return infinite(value);
  switch (unit) {
    case '':
    case 'ratio':
      return formatNumber(value, digits);
    case 'events':
      return `${formatCount(value)} ${Math.abs(Math.round(value)) === 1 ? 'event' : 'events'}`;
    case 'ms':
      return formatMs(value, digits);
    default:
      return `${formatNumber(value, digits)} ${unit}`;
  }
}

/** Milliseconds as ms below ten seconds, as a longer duration above: 384 -> "384 ms", 90000 -> "1 min 30 s". */
export function formatMs(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return infinite(value);
  return Math.abs(value) < 10_000 ? `${formatNumber(value, digits)} ms` : formatDuration(value);
}

const DURATIONS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** A span of time in its two largest units: 5400000 -> "1 h 30 min". */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return infinite(ms);
  const magnitude = Math.abs(ms);
  if (magnitude < 1000) return `${formatNumber(ms, 3)} ms`;
  const minus = ms < 0 ? MINUS : '';
  if (magnitude < 10_000) return `${minus}${formatNumber(magnitude / 1000, 3)} s`;
  const first = DURATIONS.findIndex(([, size]) => magnitude >= size);
  const [second, secondSize] = DURATIONS[Math.min(first + 1, 3)];
  const [unit, size] = DURATIONS[first];
  const rounded = Math.round(magnitude / secondSize) * secondSize;
  if (first > 0 && rounded >= DURATIONS[first - 1][1]) return formatDuration(ms < 0 ? -rounded : rounded);
  if (unit === second) return `${minus}${formatCount(rounded / size)} ${unit}`;
  const whole = Math.floor(rounded / size);
  const rest = Math.round((rounded - whole * size) / secondSize);
  return `${minus}${formatCount(whole)} ${unit}${rest > 0 ? ` ${rest} ${second}` : ''}`;
}

/** A share of one as percent: 0.123 -> "12.3 %". */
export function formatPercent(share: number, digits = 3): string {
  return Number.isFinite(share) ? `${formatNumber(share * 100, digits)} %` : infinite(share);
}

/** Bytes in decimal units: 34000000 -> "34 MB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return infinite(bytes);
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${formatNumber(value, 3)} ${units[unit]}`;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Times within days of 1970 are no dates: a ledger without dates counts them from a start (docs/ledger-format.md), and
 * they read as such, "0 d 00:05".
 */
const RELATIVE_BELOW_MS = 3e8;
const DAY_MS = 86_400_000;

function dayOf(epochMs: number): string {
  if (Math.abs(epochMs) < RELATIVE_BELOW_MS) return `${formatCount(Math.floor(epochMs / DAY_MS))} d`;
  const date = new Date(epochMs);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** Full UTC time to the millisecond (microseconds where there are any): "2026-03-01 09:30:00.125". */
export function formatTimeFull(epochMs: number): string {
  if (!Number.isFinite(epochMs)) return MISSING;
  const date = new Date(Math.floor(epochMs));
  if (Number.isNaN(date.getTime())) return MISSING;
  const micros = Math.round((epochMs - Math.floor(epochMs)) * 1000);
  const text = date.toISOString().replace('T', ' ').replace('Z', '');
  const full = Math.abs(epochMs) < RELATIVE_BELOW_MS ? `${dayOf(epochMs)} ${text.slice(-12)}` : text;
  return full + (micros > 0 && micros < 1000 ? pad(micros, 3) : '');
}

/**
 * UTC time with the parts that matter when `spanMs` of it is on screen: date for spans over days, hours and minutes
 * within a day, seconds within an hour, milliseconds within ten seconds.
 */
export function formatTime(epochMs: number, spanMs: number): string {
  if (!Number.isFinite(epochMs)) return MISSING;
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return MISSING;
  const day = dayOf(epochMs);
  const minutes = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
  const seconds = `${minutes}:${pad(date.getUTCSeconds())}`;
  if (spanMs < 10_000) return `${seconds}.${pad(date.getUTCMilliseconds(), 3)}`;
  if (spanMs < 3_600_000) return seconds;
  if (spanMs < 86_400_000) return minutes;
  if (spanMs < 14 * 86_400_000) return `${day} ${minutes}`;
  return Math.abs(epochMs) < RELATIVE_BELOW_MS ? day : `${day} ${date.getUTCFullYear()}`;
}
