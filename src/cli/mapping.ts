import { explain, toTautlineError, type TautlineError } from '../core/errors.ts';
import { LEDGER_COLUMNS, type LedgerColumnName } from '../core/ledgerSchema.ts';
import { nearest } from '../core/nearest.ts';
import { shown } from '../core/printable.ts';
import { listLedgers, type SeveralLedgers } from '../core/several.ts';
import { COLUMNS_WITH_UNIT, STATED_UNITS, type StatedMapping } from '../core/statedMapping.ts';
import { readText } from './files.ts';
import { refused } from './options.ts';

/** Options of every command that opens a ledger. */
export const MAP_OPTIONS = {
  map: { type: 'string', multiple: true },
  unit: { type: 'string', multiple: true },
  mapping: { type: 'string' },
} as const;

/** What help says of them. */
export const MAP_USAGE = `  --map COLUMN=SOURCE
                  read a ledger's column from that column of the files, in place of the guess; COLUMN= reads it from
                  none; "tautline inspect" shows the guess
  --unit COLUMN=UNIT
                  what the numbers of ts or latency_ms count: ${STATED_UNITS.join(', ')}; else their size or
                  name tells
  --mapping FILE  both as JSON: {"map": {"text": "body"}, "unit": {"ts": "s"}}; --map and --unit win`;

/** What the options state of the columns; undefined: nothing. */
export async function readMapping(values: {
  readonly map?: readonly string[];
  readonly unit?: readonly string[];
  readonly mapping?: string;
}): Promise<StatedMapping | undefined> {
  const map = pairs('--map', values.map ?? [], LEDGER_COLUMNS, 'text=body');
  const unit = pairs('--unit', values.unit ?? [], COLUMNS_WITH_UNIT, 'ts=s');
  for (const value of Object.values(unit))
    if (!STATED_UNITS.includes(value as never))
      throw refused('--unit', `has the unit ${shown(value)}`, `There are ${STATED_UNITS.join(', ')}`);
  const file = values.mapping === undefined ? {} : await readFile(values.mapping);
  const stated = { map: { ...file.map, ...map }, unit: { ...file.unit, ...unit } } as StatedMapping;
  if (Object.keys(stated.map).length + Object.keys(stated.unit).length === 0) return undefined;
  const sources = Object.entries(stated.map).map(([column, source]) => [column, source === '' ? null : source]);
  return { ...stated, map: Object.fromEntries(sources) as StatedMapping['map'] };
}

async function readFile(path: string): Promise<Partial<StatedMapping>> {
  const { parseMappingFile } = await import('./mappingFile.ts');
  return parseMappingFile(await readText(path), path);
}

/** COLUMN=VALUE pairs, each of another column. */
function pairs<C extends string>(
  option: string,
  texts: readonly string[],
  columns: readonly C[],
  example: string,
): Partial<Record<C, string>> {
  const found: Partial<Record<C, string>> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw refused(option, `is ${shown(text)}`, `Give it as COLUMN=VALUE, such as ${option} ${example}`);
    const name = text.slice(0, at);
    const column = columns.find((known) => known === name);
    if (column === undefined) {
      const meant = nearest(name, columns);
      const advice = `${meant === null ? '' : `Did you mean ${meant}? `}There are ${columns.join(', ')}`;
      throw refused(option, `names ${shown(name)}, which takes none`, advice);
    }
    if (Object.hasOwn(found, column)) throw refused(option, `names ${column} twice`, 'Give each column once');
    found[column] = text.slice(at + 1);
  }
  return found;
}

/** Why a command did not do what it should, with the options that its advice is about. */
export function explained(thrown: unknown): string {
  const error = toTautlineError(thrown, 'running the command');
  if (error.kind === 'ledger' && error.several) return severalText(error, error.several);
  const options = optionsFor(error);
  return options.length === 0 ? explain(error) : `${explain(error).replace(/\.$/, '')} (${options.join(', ')})`;
}

/** Which ledgers there are, where one was to be. */
function severalText(error: TautlineError, { ledgers, apart }: SeveralLedgers): string {
  const options = apart === null ? '--file NAME, or --together' : '--file NAME';
  return `${explain(error).replace(/\.$/, '')} (${options}). There are ${listLedgers(ledgers)}`;
}

/** The options by which one does what an error advises. */
function optionsFor(error: TautlineError): readonly string[] {
  if (!('advice' in error) || error.advice.includes('--')) return [];
  const { advice } = error;
  const options = [...advice.matchAll(/leave (\w+) unmapped/g)].map(([, column]) => `--map ${column}=`);
  // Names of the files' own columns follow a colon.
  const clause = /\bmap\b[^:]*/i.exec(advice)?.[0];
  if (clause !== undefined) {
    const named = LEDGER_COLUMNS.filter((column) => new RegExp(`\\b${column}\\b`).test(clause));
    const columns = named.length > 0 ? named : ledgerColumnOf(error);
    options.push(...columns.map((column) => `--map ${column}=SOURCE`));
  }
  const kinds = error.kind === 'file' ? (error.kinds ?? []).filter(({ captured }) => captured > 0) : [];
  if (kinds.length > 0) options.push(`--events ${kinds.map(({ kind }) => kind).join(',')}`);
  if (/\bone unit\b/.test(advice)) options.push(`--unit ts=${STATED_UNITS.join('|')}`);
  return options;
}

/** The ledger column that an error is about. */
function ledgerColumnOf(error: TautlineError): readonly (LedgerColumnName | 'COLUMN')[] {
  if (error.kind !== 'column') return ['COLUMN'];
  const found = LEDGER_COLUMNS.filter((column) => error.has?.mapping[column] === error.column);
  return found.length > 0 ? found : ['COLUMN'];
}
