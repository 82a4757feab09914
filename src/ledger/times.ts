import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { hasZone, parseIso } from '../core/iso.ts';
import type { StatedUnit } from '../core/statedMapping.ts';
import { usualIso } from './isoForms.ts';
import { isData, isMissingText, isNumberText, plainValues, validity, type OnBad } from './cast.ts';
import type { RawColumn } from './reader.ts';

/** What a number of a column of times counts. */
type NumberForm = 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds' | 'relative';
/** How a time is written. */
export type TimeForm = NumberForm | 'date' | 'date without a zone';

/** Times of ledgers, epoch ms: what a number counts since 1970 is told by its lying between. */
const FIRST = Date.UTC(1980, 0, 1);
const END = Date.UTC(2101, 0, 1);
/** Numbers below are no time since 1970 in any unit. */
const RELATIVE_BELOW = 3e8;
/** What a date can be: the years 1 to 9999. */
const FIRST_DATE = -62_135_596_800_000;
const END_DATE = Date.UTC(10_000, 0, 1);

const UNITS: readonly (readonly [NumberForm, perMs: number])[] = [
  ['milliseconds', 1],
  ['seconds', 1e-3],
  ['microseconds', 1e3],
  ['nanoseconds', 1e6],
];

/** A time that can be a date; else NaN. */
export const plausible = (time: number): number => (time >= FIRST_DATE && time < END_DATE ? time : NaN);

/** What a number counts; null if it is neither a time of 1980 to 2100 nor a small one. */
function formOf(value: number): NumberForm | null {
  for (const [form, perMs] of UNITS) if (value >= FIRST * perMs && value < END * perMs) return form;
  return Math.abs(value) < RELATIVE_BELOW ? 'relative' : null;
}

const STATED: Readonly<Record<StatedUnit, NumberForm>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

const floorThousand = (value: bigint): bigint => (value >= 0n ? value / 1000n : -((999n - value) / 1000n));

/** Epoch ms. Dividing by 1000 last is correctly rounded: the microsecond is recovered exactly from the double. */
function fromNumber(value: number, exact: bigint | null, form: NumberForm): number {
  switch (form) {
    case 'seconds':
      return Math.round(value * 1e6) / 1000;
    case 'microseconds':
      return value / 1000;
    case 'nanoseconds':
      return (exact === null ? Math.floor(value / 1000) : Number(floorThousand(exact))) / 1000;
    default:
      return value;
  }
}

/** Epoch ms of a number of any unit since 1970; NaN if it is none. */
export function timeOfNumber(value: number | bigint): number {
  const number = Number(value);
  const form = formOf(number);
  return form === null ? NaN : fromNumber(number, typeof value === 'bigint' ? value : null, form);
}

/** First row of each form of time in a column. */
export class TimeForms {
  readonly first = new Map<TimeForm, number>();
  /** The same of each file, where they are told of. */
  readonly byFile: Map<TimeForm, number>[] = [];
  #last: TimeForm | null = null;

  beginFile(): void {
    this.byFile.push(new Map());
    this.#last = null;
  }

  note(form: TimeForm, row: number): void {
    if (form === this.#last) return;
    this.#last = form;
    for (const forms of [this.first, this.byFile.at(-1)]) if (forms && !forms.has(form)) forms.set(form, row);
  }
}

/**
 * Epoch milliseconds with fractional microseconds, NaN if missing (docs/methods.md 11: order and matching depend on
 * them).
 * @param forms takes in how they are written, for rows from `base` on
 * @param unit of numbers; absent: told by their size
 */
export function toTimes(
  column: RawColumn,
  bad: OnBad,
  forms = new TimeForms(),
  base = 0,
  unit?: StatedUnit,
): Float64Array {
  if (isData(column) && (DataType.isTimestamp(column.type) || DataType.isDate(column.type)))
    return fromDates(column, bad, forms, base);
  const stated = unit && STATED[unit];
  const number = (value: number, exact: bigint | null, row: number): number => {
    if (!Number.isFinite(value)) return value;
    const form = stated ?? formOf(value);
    if (form === null) return bad(row, exact ?? value);
    const time = fromNumber(value, exact, form);
    if (stated && !(time >= FIRST_DATE && time < END_DATE)) return bad(row, exact ?? value);
    forms.note(form, base + row);
    return time;
  };
  if (isData(column) && DataType.isInt(column.type)) {
    const valid = validity(column);
    const values = column.values as BigInt64Array | Int32Array;
    const out = new Float64Array(column.length);
    for (let i = 0; i < out.length; i++) {
      const value = values[i];
      out[i] = valid && !valid[i] ? NaN : number(Number(value), typeof value === 'bigint' ? value : null, i);
    }
    return out;
  }
  const plain = plainValues(column);
  const out = new Float64Array(plain.length);
  for (let i = 0; i < out.length; i++) out[i] = timeOf(plain[i], i);
  return out;

  function timeOf(value: unknown, i: number): number {
    if (value === null || value === undefined) return NaN;
    if (typeof value === 'number') return number(value, null, i);
    if (typeof value === 'bigint') return number(Number(value), value, i);
    if (typeof value !== 'string') return bad(i, value);
    const text = value.trim();
    if (isMissingText(text)) return NaN;
    if (isNumberText(text)) return number(Number(text), /^\d{16,20}$/.test(text) ? BigInt(text) : null, i);
    const plain = parseIso(text);
    const usual = Number.isNaN(plain) ? usualIso(text) : text;
    const time = usual === text ? plain : parseIso(usual ?? '');
    forms.note(hasZone(usual ?? text) ? 'date' : 'date without a zone', base + i);
    return Number.isNaN(time) ? bad(i, value) : time;
  }
}

/** Values of a type are over a number to a millisecond: [times, over]. */
const TIMESTAMP_UNITS = [
  [1000, 1],
  [1, 1],
  [1, 1000],
  [1, 1000],
] as const;

function fromDates(column: Data, bad: OnBad, forms: TimeForms, base: number): Float64Array {
  const type = column.type as arrow.Timestamp | arrow.Date_;
  const valid = validity(column);
  const out = new Float64Array(column.length);
  const values = column.values as BigInt64Array | Int32Array;
  const nanoseconds = DataType.isTimestamp(type) && type.unit === arrow.TimeUnit.NANOSECOND;
  const [times, over] = DataType.isDate(type)
    ? [type.unit === arrow.DateUnit.DAY ? 86_400_000 : 1, 1]
    : TIMESTAMP_UNITS[type.unit];
  for (let i = 0; i < out.length; i++) {
    if (valid && !valid[i]) {
      out[i] = NaN;
      continue;
    }
    const time = plausible((Number(nanoseconds ? floorThousand(values[i] as bigint) : values[i]) * times) / over);
    out[i] = Number.isNaN(time) ? bad(i, values[i]) : time;
    forms.note('date', base + i);
  }
  return out;
}

/** "seconds since 1970"; "numbers near 0". */
const DESCRIBED: Readonly<Record<TimeForm, string>> = {
  seconds: 'seconds since 1970',
  milliseconds: 'milliseconds since 1970',
  microseconds: 'microseconds since 1970',
  nanoseconds: 'nanoseconds since 1970',
  relative: 'small numbers that are no time since 1970',
  date: 'dates',
  'date without a zone': 'dates',
};

/**
 * Forms that cannot stand for times of one clock, described with the first row of each; null where they can: dates, and
 * numbers of one unit.
 */
export function mixedForms(forms: ReadonlyMap<TimeForm, number>, nameRow: (row: number) => string): string | null {
  const numbers = [...forms.keys()].filter((form) => !form.startsWith('date'));
  if (numbers.length < 2 && !(forms.has('relative') && forms.size > 1)) return null;
  const described = new Map<string, number>();
  for (const [form, row] of [...forms].sort((a, b) => a[1] - b[1]))
    if (!described.has(DESCRIBED[form])) described.set(DESCRIBED[form], row);
  return [...described].map(([form, row]) => `${form} (first in ${nameRow(row)})`).join(' and ');
}

/** The same of ledgers that are opened together: each may count its own unit, but not from a start of its own. */
export const mixedInFiles = (
  files: readonly ReadonlyMap<TimeForm, number>[],
  nameRow: (row: number) => string,
): string | null => {
  const within = files.map((forms) => mixedForms(forms, nameRow)).find((mixed) => mixed !== null);
  if (within !== undefined) return within;
  const all = files
    .flatMap((forms) => [...forms])
    .map(([form, row]) => [form === 'relative' ? form : 'date', row] as const);
  return mixedForms(new Map(all.reverse()), nameRow);
};

/** True where a column holds times, but no number that could count anything. */
export const areDatesAlone = (forms: ReadonlyMap<TimeForm, number>): boolean =>
  forms.size > 0 && [...forms.keys()].every((form) => form.startsWith('date'));

/**
 * What is worth knowing of how times are written, and of when they lie.
 * @param times ascending
 * @param unit of numbers, where it is stated
 */
export function timeNotes(
  forms: ReadonlyMap<TimeForm, number>,
  source: string,
  times: Float64Array,
  unit?: StatedUnit,
): string[] {
  const notes: string[] = [];
  const [first, last] = [times[0], times[times.length - 1]];
  const isRelative = Math.max(Math.abs(first), Math.abs(last)) < RELATIVE_BELOW;
  for (const form of ['seconds', 'microseconds', 'nanoseconds'] as const)
    if (forms.has(form) && !isRelative)
      notes.push(
        `ts: the numbers of "${source}" are read as ${DESCRIBED[form]}, ${unit ? 'as stated' : 'by their size'}.`,
      );
  if (forms.has('date without a zone')) notes.push('ts names no time zone: it is read as UTC.');
  if (isRelative) {
    const counted = unit ? STATED[unit] : 'milliseconds';
    notes.push(
      `ts holds no dates: "${source}" is read as time from a start (numbers count ${counted}), and shown as such.`,
    );
  } else if (first < FIRST || last >= END) {
    const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
    notes.push(`ts reaches from ${day(first)} to ${day(last)}: check its unit, and dates that stand for "unknown".`);
  }
  return notes;
}
