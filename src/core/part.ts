import { formatCount, formatTimeFull } from './format.ts';
import type { EpochMs } from './units.ts';

/** What of a ledger is opened: some of its partitions, some of its time, or both. */
export interface LedgerPart {
  /**
   * Partition key -> its values that are taken (null: the partition of missing values); a key that is not named is
   * taken whole.
   */
  readonly where: Readonly<Record<string, readonly (string | null)[]>>;
  /** First time that is taken; null: from the start. */
  readonly from: EpochMs | null;
  /** First time that is not taken any more; null: to the end. */
  readonly to: EpochMs | null;
}

/** A stretch of rows of which something is known before it is read: a row group, or a file. */
export interface Stretch {
  /** Values of the survey's keys; null: the partition of missing values. */
  readonly values: readonly (string | null)[];
  /** NaN if the file does not state it. */
  readonly rows: number;
  /** Least and greatest ts, inclusive; NaN if they are not known. */
  readonly first: EpochMs;
  readonly last: EpochMs;
}

/** What is known of a whole ledger without reading its events: what a part is chosen by. */
export interface LedgerSurvey {
  /** Names of the partitions in the paths, outermost first. */
  readonly keys: readonly string[];
  readonly stretches: readonly Stretch[];
  /** Whether a column holds times, so that a time range can be taken. */
  readonly hasTime: boolean;
  /** True if rows are estimated from the size of files that do not state them. */
  readonly estimated: boolean;
  /** How many events fit, about. */
  readonly fits: number;
  /** The axes that `fits` is for. */
  readonly k: number;
}

/** How a missing partition value is written in paths, addresses and on the command line, as hive has it. */
export const MISSING_PARTITION = '__HIVE_DEFAULT_PARTITION__';

const byText = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;

/** The values of a partition that a part takes; none of a partition that it does not name, whatever its name is. */
export const takenOf = (where: LedgerPart['where'], key: string): readonly (string | null)[] =>
  Object.hasOwn(where, key) ? where[key] : [];

/** The one form of a part: keys and values in order, none twice; undefined for the whole ledger. */
export function normalPart({ where, from, to }: LedgerPart): LedgerPart | undefined {
  const keys = Object.keys(where)
    .filter((key) => where[key].length > 0)
    .sort();
  if (keys.length === 0 && from === null && to === null) return undefined;
  return { where: Object.fromEntries(keys.map((key) => [key, [...new Set(where[key])].sort(byText)])), from, to };
}

/** Whether the partition values of a path belong to a part. */
export const takes = (part: LedgerPart, valueOf: (key: string) => string | null | undefined): boolean =>
  Object.entries(part.where).every(([key, values]) => values.includes(valueOf(key) ?? null));

type TimeRange = Pick<LedgerPart, 'from' | 'to'>;
type Times = Pick<Stretch, 'first' | 'last'>;

/** Whether no event of a stretch can lie in a time range; false if its times are not known. */
export const liesOutside = ({ first, last }: Times, { from, to }: TimeRange): boolean =>
  last < (from ?? -Infinity) || first >= (to ?? Infinity);

/**
 * Share of a stretch, from 0 to 1, that lies in the time of a part, were its events spread evenly; 1 where its times
 * are not known.
 */
export function shareInTime({ first, last }: Times, { from, to }: TimeRange): number {
  if (Number.isNaN(first) || Number.isNaN(last)) return 1;
  if (liesOutside({ first, last }, { from, to })) return 0;
  if (first >= (from ?? -Infinity) && last < (to ?? Infinity)) return 1;
  return (Math.min(last, to ?? Infinity) - Math.max(first, from ?? -Infinity)) / (last - first);
}

export interface Count {
  /** NaN if nothing is known. */
  readonly events: number;
  /** False if a stretch lies partly in the time range, or states no rows: then it is an estimate. */
  readonly exact: boolean;
}

/** Rows of a part, or of the whole ledger, from what is known without reading them. */
export function countOf({ keys, stretches, estimated, hasTime }: LedgerSurvey, part: LedgerPart | undefined): Count {
  let events = 0;
  let exact = !estimated;
  for (const stretch of stretches) {
    if (part && !takes(part, (key) => stretch.values[keys.indexOf(key)])) continue;
    if (part && liesOutside(stretch, part)) continue;
    const share = part ? shareInTime(stretch, part) : 1;
    const bounded = part !== undefined && (part.from !== null || part.to !== null);
    if (bounded && (share < 1 || (hasTime && Number.isNaN(stretch.first)))) exact = false;
    events += share * stretch.rows;
  }
  return { events: Math.round(events), exact: exact && !Number.isNaN(events) };
}

/**
 * Rows by the value of a partition key, among what the other choices of a part leave; values in order, those without
 * rows too.
 */
export function countsBy(survey: LedgerSurvey, part: LedgerPart, key: string): ReadonlyMap<string | null, Count> {
  const at = survey.keys.indexOf(key);
  const others: LedgerPart = {
    ...part,
    where: Object.fromEntries(Object.entries(part.where).filter(([name, values]) => name !== key && values.length > 0)),
  };
  const byValue = new Map<string | null, Stretch[]>();
  for (const stretch of survey.stretches) {
    const same = byValue.get(stretch.values[at]);
    if (same) same.push(stretch);
    else byValue.set(stretch.values[at], [stretch]);
  }
  return new Map(
    [...byValue]
      .sort(([a], [b]) => byText(a, b))
      .map(([value, stretches]) => [value, countOf({ ...survey, stretches }, others)]),
  );
}

/** First and last time of a ledger, as far as it is known before reading; null if nothing is. */
export function timeOf({ stretches }: LedgerSurvey): readonly [EpochMs, EpochMs] | null {
  let first = Infinity;
  let last = -Infinity;
  for (const stretch of stretches) {
    if (stretch.first < first) first = stretch.first;
    if (stretch.last > last) last = stretch.last;
  }
  return first <= last ? [first, last] : null;
}

const SHOWN_VALUES = 4;
const shown = (values: readonly (string | null)[]): string => {
  const some = values
    .slice(0, values.length > SHOWN_VALUES ? SHOWN_VALUES - 1 : SHOWN_VALUES)
    .map((value) => value ?? '(missing)')
    .join(', ');
  return values.length > SHOWN_VALUES ? `${some} and ${formatCount(values.length - SHOWN_VALUES + 1)} more` : some;
};

/** A part in words: "hour 2026-01-05T09, 2026-01-05T10; from 2026-01-05 09:30:00.000". */
export function describePart({ where, from, to }: LedgerPart): string {
  return [
    ...Object.entries(where).map(([key, values]) => `${key} ${shown(values)}`),
    ...(from === null ? [] : [`from ${formatTimeFull(from)}`]),
    ...(to === null ? [] : [`to before ${formatTimeFull(to)}`]),
  ].join('; ');
}

/** What of a ledger an opened part is. */
export interface OpenedPart {
  readonly part: LedgerPart;
  /** Rows of the whole ledger; NaN if they are not known. */
  readonly of: number;
  /** False if `of` is an estimate. */
  readonly exact: boolean;
}

/** "1,250,000 of 10,000,000 events"; of a whole ledger "50,000 events". */
export function countText(events: number, opened: OpenedPart | null): string {
  if (!opened) return `${formatCount(events)} ${events === 1 ? 'event' : 'events'}`;
  const of = Number.isNaN(opened.of)
    ? 'an unknown number of'
    : `${opened.exact ? '' : 'about '}${formatCount(opened.of)}`;
  return `${formatCount(events)} of ${of} events`;
}

/** The name of what is opened: that of the ledger, and of a part of it in brackets what the part is. */
export const partName = (name: string, part: LedgerPart | undefined): string =>
  part ? `${name} [${describePart(part)}]` : name;

/** How many events fit, as it is said: two digits, rounded down. */
export function roundedDown(events: number): number {
  if (events < 100) return Math.max(0, Math.floor(events));
  const step = 10 ** (Math.floor(Math.log10(events)) - 1);
  return Math.floor(events / step) * step;
}
