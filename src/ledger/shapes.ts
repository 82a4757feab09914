import type { LedgerColumnName } from '../core/ledgerSchema.ts';
import type { StatedUnit, StatedUnits } from '../core/statedMapping.ts';

/** What is known of the columns that a tool exports, beyond what their names say. */
interface Shape {
  readonly tool: string;
  /** Tells an export of the tool by the names of its columns (`folded`). */
  readonly matches: (names: ReadonlySet<string>) => boolean;
  /** Columns whose numbers are seconds, though their name does not say so. */
  readonly seconds: readonly string[];
  /** Columns that mean something else than their name suggests: ledger column -> the right one, and why. */
  readonly instead?: Readonly<
    Partial<Record<LedgerColumnName, { readonly not: readonly string[]; readonly take: string; readonly why: string }>>
  >;
}

const folded = (name: string): string => name.toLowerCase().replaceAll(/[_\s]/g, '');
const some = (names: ReadonlySet<string>, wanted: readonly string[]): boolean => wanted.some((name) => names.has(name));

const SHAPES: readonly Shape[] = [
  {
    tool: 'Langfuse',
    matches: (names) =>
      some(names, ['traceid', 'observations', 'observationcount', 'sessionid']) &&
      some(names, [
        ...['providedmodelname', 'usagedetails', 'costdetails', 'completionstarttime', 'timetofirsttoken'],
        ...['parentobservationid', 'calculatedtotalcost', 'observationcount', 'levelcounts'],
      ]),
    seconds: ['latency', 'timetofirsttoken'],
  },
  {
    tool: 'LangSmith',
    matches: (names) =>
      names.has('runtype') && some(names, ['sessionid', 'dottedorder', 'traceid', 'parentrunid', 'sessionname']),
    seconds: ['latency'],
    instead: {
      thread_id: { not: ['sessionid', 'session'], take: 'traceid', why: 'its session is the project' },
    },
  },
];

const shapeOf = (names: readonly string[]): Shape | null => {
  const all = new Set(names.map(folded));
  return SHAPES.find(({ matches }) => matches(all)) ?? null;
};

/** The column that the shape of an export gives a ledger column, and those that it forbids. */
export function shapedColumn(
  column: LedgerColumnName,
  names: readonly string[],
): { readonly take: string | undefined; readonly not: ReadonlySet<string>; readonly note: string } | null {
  const shape = shapeOf(names);
  const rule = shape?.instead?.[column];
  if (!shape || !rule) return null;
  const take = names.find((name) => folded(name) === rule.take);
  return {
    take,
    not: new Set(names.filter((name) => rule.not.includes(folded(name)))),
    note:
      take === undefined
        ? `${column} is not guessed: this looks like a ${shape.tool} export, and ${rule.why}.`
        : `${column} is read from the column "${take}" (this looks like a ${shape.tool} export: ${rule.why}).`,
  };
}

/** What a duration is multiplied and divided by for milliseconds. */
export interface Scale {
  readonly times: number;
  readonly over: number;
}
interface NamedUnit extends Scale {
  readonly unit: string;
}
const NAMED: Readonly<Record<StatedUnit, NamedUnit>> = {
  s: { unit: 'seconds', times: 1000, over: 1 },
  ms: { unit: 'milliseconds', times: 1, over: 1 },
  us: { unit: 'microseconds', times: 1, over: 1e3 },
  ns: { unit: 'nanoseconds', times: 1, over: 1e6 },
};

/** Ends of names that say in which unit a duration is. */
const UNITS: readonly (readonly [RegExp, NamedUnit])[] = [
  [/(?:^|[_.\s])(?:ms|msecs?|millis|milliseconds?)$/i, NAMED.ms],
  [/(?:^|[_.\s])(?:s|secs?|seconds?)$/i, NAMED.s],
  [/(?:^|[_.\s])(?:us|µs|micros|microseconds?)$/i, NAMED.us],
  [/(?:^|[_.\s])(?:ns|nanos|nanoseconds?)$/i, NAMED.ns],
];

/** The unit of a column of durations by its name and the shape of the export; null if neither says it. */
function unitOf(source: string, names: readonly string[]): NamedUnit | null {
  const byName = UNITS.find(([end]) => end.test(source))?.[1];
  return byName ?? (shapeOf(names)?.seconds.includes(folded(source)) ? NAMED.s : null);
}

/** True if it is known what a duration counts. */
export const saysUnit = (source: string, names: readonly string[]): boolean => unitOf(source, names) !== null;

/** The unit of a column of durations as it is stated; null if nothing says it. */
export const unitNamed = (source: string, names: readonly string[]): StatedUnit | null => {
  const unit = unitOf(source, names);
  return (Object.keys(NAMED) as StatedUnit[]).find((stated) => NAMED[stated] === unit) ?? null;
};

/**
 * How a column of durations becomes milliseconds; null where it holds them, or nothing says what it counts.
 * @param units that are stated
 */
export function scaleOf(
  column: LedgerColumnName,
  source: string,
  names: readonly string[],
  units: StatedUnits = {},
): Scale | null {
  if (column !== 'latency_ms') return null;
  const unit = units.latency_ms ? NAMED[units.latency_ms] : unitOf(source, names);
  return unit && unit.times !== unit.over ? unit : null;
}

/** Scales numbers in place. */
export function scaled(numbers: Float64Array, scale: Scale | null): Float64Array {
  if (scale) for (let i = 0; i < numbers.length; i++) numbers[i] = (numbers[i] * scale.times) / scale.over;
  return numbers;
}

/** What is said of a latency that is not in milliseconds. */
export function unitNotes(source: string | undefined, names: readonly string[], stated?: StatedUnit): string[] {
  const found = source === undefined ? null : stated ? NAMED[stated] : unitOf(source, names);
  return found && found.times !== found.over ? [`latency_ms: the numbers of "${source}" are ${found.unit}.`] : [];
}
