import { counted, formatBytes, formatCount, formatPercent, formatTimeFull } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import { shown, shortened } from '../core/printable.ts';
import { inspectLedger, type Inspection } from '../ledger/inspect.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { FORMATS } from '../ledger/formats/list.ts';
import { FILE_OPTIONS, readFiles } from './ledgerFiles.ts';
import { explained, MAP_OPTIONS, readMapping } from './mapping.ts';
import { readOptions, requireLedgers } from './options.ts';
import { readEvents } from './part.ts';
import { print, printJson, printProgress, tableLines } from './print.ts';
import { sourceOf } from './session.ts';

/** Longest name, and longest text of JSON. */
const NAME = 60;
const TEXT = 400;
/** Values of a list that JSON has. */
const LISTED = 8;

/**
 * `tautline inspect`: what a ledger is and what its columns would be taken for, also where it would not open.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean', default: false },
    events: { type: 'string' },
    ...FILE_OPTIONS,
    ...MAP_OPTIONS,
  });
  const ledgers = requireLedgers(positionals);
  const onProgress: OnProgress = ({ phase, fraction }) => printProgress(`${phase}: ${formatPercent(fraction)} `, false);
  const stated = await readMapping(values);
  const source = await sourceOf(ledgers, { ...readFiles(values), events: readEvents(values.events) });
  const found = await inspectLedger(source, stated, nodePlatform(), onProgress);
  printProgress('Looked through', true);
  if (values.json) printJson(asJson(found));
  else for (const line of linesOf(found)) print(line);
  return 0;
}

const optionsOf = ({ columns }: Inspection['missing'][number]): string[] =>
  columns.map((column) => `--map ${column}=SOURCE`);

const problemOf = ({ problem }: Inspection): string | null => (problem === null ? null : explained({ error: problem }));

function linesOf(found: Inspection): string[] {
  const { name, formats, files, rows, bytes, columns, missing, notes, firstRows } = found;
  const labels = formats.map((id) => FORMATS.find((format) => format.id === id)?.label ?? id);
  const size = [counted(files, 'file'), counted(rows, 'row'), formatBytes(bytes)];
  const table = columns.map((column) => [
    shortened(column.name, NAME),
    shortened(column.type, NAME),
    column.takenFor.join(', ') || (column.kept ? '(kept)' : '(not kept)'),
    column.values.map(shown).join(', ') || 'none',
  ]);
  const problem = problemOf(found);
  return [
    `${name}: ${[labels.join(' and '), ...size].join(', ')}`,
    ...(found.ledgers.length === 0 ? [] : ledgerLines(found.ledgers)),
    ...tableLines([['column', 'type', 'taken for', 'first values'], ...table]),
    ...missing.map((one) => `missing: ${one.columns.join(' or ')}: ${one.means} (${optionsOf(one).join(' or ')})`),
    ...notes.map((note) => `note: ${note}`),
    ...firstRows.map(
      (row, i) =>
        `row ${i + 1}: ${Object.entries(row)
          .map(([column, value]) => `${column}=${shown(value)}`)
          .join(', ')}`,
    ),
    problem === null ? 'These columns will do; --map takes others' : `It does not open so: ${problem}`,
  ];
}

/** The ledgers that files are, where they are several. */
function ledgerLines(ledgers: Inspection['ledgers']): string[] {
  const [{ name }] = ledgers;
  return [
    `${counted(ledgers.length, 'ledger')}; what follows is of ${shortened(name, NAME)}, --file NAME shows another`,
    ...tableLines([
      ['ledger', 'rows', 'from', 'to', 'what it is'],
      ...ledgers.map((ledger) => [
        shortened(ledger.name, NAME),
        ledger.rows === null ? 'not counted' : formatCount(ledger.rows),
        ...[ledger.first, ledger.last].map((ms) => (Number.isNaN(ms) ? 'unknown' : formatTimeFull(ms))),
        shortened(ledger.shape, TEXT),
      ]),
    ]),
  ];
}

function asJson(found: Inspection): unknown {
  return {
    ...found,
    ledgers: found.ledgers.map((ledger) => ({
      ...ledger,
      first: timeText(ledger.first),
      last: timeText(ledger.last),
    })),
    columns: found.columns.map((column) => ({ ...column, values: column.values.map(short) })),
    missing: found.missing.map((one) => ({ ...one, options: optionsOf(one) })),
    problem: problemOf(found),
    firstRows: found.firstRows.map(short),
  };
}

const timeText = (ms: number): string | null => (Number.isNaN(ms) ? null : new Date(ms).toISOString());

/** A value without the bulk of long texts and lists. */
function short(value: unknown): unknown {
  if (typeof value === 'string') return shortened(value, TEXT);
  if (Array.isArray(value))
    return value.length <= LISTED
      ? value.map(short)
      : [...value.slice(0, LISTED).map(short), `and ${value.length - LISTED} more`];
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, short(inner)]));
  return value;
}
