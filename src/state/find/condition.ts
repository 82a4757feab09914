import type { TautlineError } from '../../core/errors.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { quoteName, quoteText } from '../sql.ts';
import { classOfColumn, type StoredColumn } from '../storedColumns.ts';
import type { FindComparison, FindView } from '../view/find.ts';

/** The comparisons that mean something for a column. */
export const comparisonsOf = (column: StoredColumn): readonly FindComparison[] =>
  classOfColumn(column) === 'text' ? ['is', 'not', 'has'] : ['is', 'not', 'min', 'max'];

const refuse = (column: string, problem: string, advice: string): Result<never, TautlineError> =>
  err({ kind: 'ledger', problem: `Filter by ${column}: ${problem}`, advice });

/** The database's texts cannot hold this character. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\ufffd');
const literal = (text: string): string => quoteText(withoutNul(text));

/** True where a text holds another, without case. */
const holds = (what: string, text: string): string => `regexp_matches(${what}, ${literal(text)}, 'il')`;

/** A date or a time as people write it, in UTC where it names no zone; NaN if it is none. */
function utcTime(text: string): number {
  const iso = text.trim().replace(' ', 'T');
  return Date.parse(!iso.includes(':') || /(z|[+-]\d\d:?\d\d)$/i.test(iso) ? iso : `${iso}Z`);
}

function filterSql(column: StoredColumn, comparison: FindComparison, value: string): Result<string, TautlineError> {
  const name = quoteName(column.name);
  const kind = classOfColumn(column);
  if (!comparisonsOf(column).includes(comparison))
    return refuse(column.name, `its values are ${kind}s`, 'Choose another comparison');
  const not = comparison === 'not';
  if (value === '') {
    if (comparison === 'min' || comparison === 'max' || comparison === 'has') return ok('true');
    const none = kind === 'text' ? `coalesce(${name}::varchar, '') = ''` : `${name} is null`;
    return ok(not ? `not (${none})` : none);
  }
  if (comparison === 'has') return ok(holds(`${name}::varchar`, value));
  let wanted = literal(value);
  if (kind === 'number') {
    if (value.trim() === '' || !Number.isFinite(Number(value)))
      return refuse(column.name, `"${value}" is not a number`, 'Write a number such as 0.5');
    wanted = `${Number(value)}::double`;
  } else if (kind === 'time') {
    const time = utcTime(value);
    if (Number.isNaN(time))
      return refuse(column.name, `"${value}" is not a time`, 'Write a time such as 2026-01-05 09:30, in UTC');
    wanted = `epoch_ms(${time}::bigint)`;
  }
  const own = kind === 'text' ? `${name}::varchar` : name;
  const operator = { is: '=', not: 'is distinct from', min: '>=', max: '<=' }[comparison];
  return ok(`${own} ${operator} ${wanted}`);
}

/** The SQL condition over `events` of what is searched for; what is wrong with a filter comes back. */
export function conditionOf(
  { text, filters }: FindView,
  columns: readonly StoredColumn[],
): Result<string, TautlineError> {
  const conditions: string[] = [];
  for (const { column, comparison, value } of filters) {
    const stored = columns.find(({ name }) => name === column);
    if (!stored) return refuse(column, 'the ledger has no such column', 'Remove the filter, or choose another column');
    const condition = filterSql(stored, comparison, value);
    if (!condition.ok) return condition;
    conditions.push(condition.value);
  }
  // Last: what is cheap to tell leaves fewer texts to read.
  if (text !== '') conditions.push(holds('text', text));
  return ok(conditions.length > 0 ? conditions.map((condition) => `(${condition})`).join(' and ') : 'true');
}

const SPECIAL = /[\\^$.*+?()[\]{}|]/g;
const BEFORE = 40;
const AFTER = 240;

/**
 * Of some rows: who spoke when, and the part of the message in which the text is first held; its beginning where none
 * is searched for.
 */
export function hitsSql(rows: readonly number[], text: string): string {
  const pattern = `(?s).{0,${BEFORE}}${withoutNul(text).replace(SPECIAL, String.raw`\$&`)}.{0,${AFTER}}`;
  const part = text === '' ? `left(text, ${BEFORE + AFTER})` : `regexp_extract(text, ${quoteText(pattern)}, 0, 'i')`;
  return `select row, ts, coalesce(agent_id, provider_id, role) as who, ${part} as part,
    length(text)::int as length from events where row in (${rows.join(', ')})`;
}

/** Of some rows, in their order: who said what when, in full. */
export const wholeHitsSql = (rows: readonly number[]): string =>
  `select ts, coalesce(agent_id, provider_id) as who, role, text from events
    where row in (${rows.join(', ')}) order by row`;
