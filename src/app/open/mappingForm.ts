import type { FileColumn, FileColumns, TautlineError } from '../../core/errors.ts';
import { columnSpec, LEDGER_COLUMNS, type LedgerColumnName } from '../../core/ledgerSchema.ts';
import type { StatedUnit, StatedUnits } from '../../core/statedMapping.ts';
import { acceptsKind, WIDE_EMBEDDING } from '../../ledger/sources.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import { missingOf, WANTED } from '../../ledger/wanted.ts';

/** What the form of the columns shows and checks, before anything is opened. */

/** The columns that matter most, those that are needed first. */
export const MAIN_COLUMNS: readonly LedgerColumnName[] = [true, false].flatMap((needed) =>
  WANTED.filter(({ isNeeded }) => isNeeded === needed).flatMap(({ columns }) => columns),
);
export const OTHER_COLUMNS: readonly LedgerColumnName[] = LEDGER_COLUMNS.filter(
  (column) => !MAIN_COLUMNS.includes(column),
);

export const UNIT_NAMES: Readonly<Record<StatedUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

/** What a form states. */
export interface Stated {
  readonly mapping: ColumnMapping;
  readonly units: StatedUnits;
}

type ColumnWithUnit = keyof StatedUnits;

/** What stands for the unit of a column where none is stated. */
export const UNSTATED: Readonly<Record<ColumnWithUnit, string>> = {
  ts: 'unit by its size',
  latency_ms: 'unit by its name',
};

export const hasUnit = (column: LedgerColumnName): column is ColumnWithUnit => column in UNSTATED;

/** Whether the values of a column are numbers that count something; dates need no unit. */
export const canHaveUnit = (file: FileColumn | undefined, values: readonly string[] = []): boolean =>
  file !== undefined &&
  (['integer', 'float', 'decimal', 'none'].includes(file.class) ||
    (file.class === 'string' && values.length > 0 && values.every((value) => /^"\s*-?\d+(?:\.\d+)?\s*"$/.test(value))));

/** Reads a ledger column from another column of the files, '' for none; its unit stays where it can have one. */
export function withSource(
  { mapping, units }: Stated,
  column: LedgerColumnName,
  source: string,
  files: readonly FileColumn[],
): Stated {
  const rest = Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== column));
  const keeps = mapping[column] === source || canHaveUnit(files.find(({ name }) => name === source));
  return {
    mapping: source === '' ? rest : { ...rest, [column]: source },
    units: keeps || !hasUnit(column) ? units : withUnit(units, column, undefined),
  };
}

export function withUnit(units: StatedUnits, column: ColumnWithUnit, unit: StatedUnit | undefined): StatedUnits {
  const rest = Object.fromEntries(Object.entries(units).filter(([name]) => name !== column));
  return unit === undefined ? rest : { ...rest, [column]: unit };
}

/** Whether two forms say the same of a column. */
export const isSameColumn = (a: Stated, b: Stated, column: LedgerColumnName): boolean =>
  a.mapping[column] === b.mapping[column] && (!hasUnit(column) || a.units[column] === b.units[column]);

export const isSame = (a: Stated, b: Stated): boolean => LEDGER_COLUMNS.every((column) => isSameColumn(a, b, column));

/** Columns of the files to choose from; the coordinates of a vector stand as one. */
export function choicesOf(files: readonly FileColumn[], column: LedgerColumnName, chosen: string): readonly string[] {
  const names = files.filter(({ name, isCoordinate }) => !isCoordinate || name === chosen).map(({ name }) => name);
  const wide = column === 'embedding' && files.some(({ isCoordinate }) => isCoordinate) ? [WIDE_EMBEDDING] : [];
  const all = [...wide, ...names];
  return chosen === '' || all.includes(chosen) ? all : [chosen, ...all];
}

/** Whether two ledger columns may be read from the same column: names may say the same, and a time may be an id. */
function mayShare(a: LedgerColumnName, b: LedgerColumnName): boolean {
  const isKey = (column: LedgerColumnName): boolean => columnSpec(column).role === 'key';
  const isName = (column: LedgerColumnName): boolean => {
    const { type, role } = columnSpec(column);
    return type === 'utf8' && role !== 'text';
  };
  return (isKey(a) && isKey(b)) || (isName(a) && isName(b));
}

/** What is wrong with the columns that are chosen, by the ledger column. */
export function problemsOf(
  mapping: ColumnMapping,
  files: readonly FileColumn[],
): ReadonlyMap<LedgerColumnName, string> {
  const problems = new Map<LedgerColumnName, string>();
  const known = new Map(files.map((file) => [file.name, file]));
  const mapped = LEDGER_COLUMNS.filter((column) => mapping[column] !== undefined);
  for (const column of mapped) {
    const source = mapping[column]!;
    const file = known.get(source);
    const other = mapped.find((one) => one !== column && mapping[one] === source && !mayShare(one, column));
    if (source === WIDE_EMBEDDING && column === 'embedding') {
      if (!files.some(({ isCoordinate }) => isCoordinate))
        problems.set(column, 'The files have no columns such as embedding_0, embedding_1.');
    } else if (!file) problems.set(column, `The files have no column "${source}".`);
    else if (!acceptsKind(column, file, false))
      problems.set(column, `"${source}" is ${file.type}; ${column} has to be ${columnSpec(column).needed}.`);
    else if (other) problems.set(column, `"${source}" is read as ${other} too: leave one of them out.`);
  }
  return problems;
}

/** What a refusal says of a column, at the ledger column that was read from it. */
export function refusedColumn(
  error: TautlineError | undefined,
  has: FileColumns,
): { readonly column: LedgerColumnName; readonly problem: string } | null {
  if (error?.kind !== 'column') return null;
  const column = LEDGER_COLUMNS.find((name) => has.mapping[name] === error.column);
  return column === undefined ? null : { column, problem: `Found ${error.found}; it has to be ${error.needed}.` };
}

/** What a ledger cannot do without and the mapping does not have, in words. */
export const stillMissing = (mapping: ColumnMapping): readonly string[] =>
  missingOf(mapping)
    .filter(({ isNeeded }) => isNeeded)
    .map(({ columns, means }) => `${columns.join(' or ')} (${means})`);

/** How a column stands to what a ledger needs. */
export interface Mark {
  readonly kind: 'missing' | 'needed' | 'optional';
  readonly text: string;
}

/** What is said beside a ledger column of whether it is needed; null: it is there, or nobody misses it. */
export function markOf(column: LedgerColumnName, mapping: ColumnMapping): Mark | null {
  const wanted = WANTED.find(({ columns }) => columns.includes(column));
  if (!wanted) return null;
  const isThere = mapping[column] !== undefined;
  const others = wanted.columns.filter((other) => other !== column);
  const instead = others.find((other) => mapping[other] !== undefined);
  if (wanted.isNeeded && isThere) return { kind: 'needed', text: 'needed' };
  if (wanted.isNeeded && instead) return { kind: 'optional', text: `not needed: ${instead} is there` };
  if (wanted.isNeeded) return { kind: 'missing', text: ['needed: this', ...others].join(' or ') };
  return isThere ? null : { kind: 'optional', text: `without it ${wanted.means}` };
}
