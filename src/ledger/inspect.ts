import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import { TautlineFailure, type TautlineError } from '../core/errors.ts';
import { LEDGER_COLUMNS, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { isData, plainValues } from './cast.ts';
import { checkColumns, lookInto, type LookedThrough } from './lookThrough.ts';
import { WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import { partitionNotes } from './notes.ts';
import type { Platform } from './platform.ts';
import type { RawColumn, TableReader } from './reader.ts';
import { BATCH_ROWS } from './scan.ts';
import { sinkColumns } from './sink.ts';
import type { ColumnMapping, LedgerSource } from './types.ts';

/** Rows that are looked at for values. */
const SAMPLE_ROWS = 100;
const SHOWN = 3;
/** Rows of larger files are not counted where their format does not state them. */
const COUNTED_BYTES = 256e6;

/** What a ledger is, and what its columns would be taken for, whether it would open or not. */
export interface Inspection {
  readonly name: string;
  readonly formats: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** Null: not counted. */
  readonly rows: number | null;
  readonly mapping: ColumnMapping;
  readonly columns: readonly InspectedColumn[];
  /** Why it would not open as it is; null where its columns will do. */
  readonly problem: TautlineError | null;
  readonly missing: readonly MissingColumn[];
  readonly notes: readonly string[];
  readonly firstRows: readonly Readonly<Record<string, unknown>>[];
}

interface InspectedColumn {
  readonly name: string;
  readonly type: string;
  /** Ledger columns that are read from it. */
  readonly takenFor: readonly LedgerColumnName[];
  /** Whether it is kept where it is taken for none. */
  readonly kept: boolean;
  /** The first that are there. */
  readonly values: readonly unknown[];
}

interface MissingColumn {
  /** Of which one is wanted. */
  readonly columns: readonly LedgerColumnName[];
  readonly means: string;
}

const WANTED: readonly MissingColumn[] = [
  { columns: ['provider_id', 'agent_id'], means: 'who speaks is not known' },
  { columns: ['text', 'embedding'], means: 'nothing to measure drift by' },
  { columns: ['ts'], means: 'events are in the order of event_id' },
  { columns: ['event_id'], means: 'the position in the file is used' },
];

/** Looks into files without opening them as a ledger. @throws TautlineFailure where they cannot be read at all */
export async function inspectLedger(
  source: LedgerSource,
  stated: StatedMapping | undefined,
  platform: Platform,
): Promise<Inspection> {
  const looked = await lookInto(source, null, { platform, part: undefined, stated, onThread: () => undefined });
  const { resolved, files, fields, mapping, guesses } = looked;
  const readers = files.map(({ reader }) => reader);
  const kept = new Set(sinkColumns(fields, mapping).columns.map(({ source: column }) => column));
  const wide = new Set(mapping.embedding === WIDE_EMBEDDING ? wideColumns(fields) : []);
  const values = await firstValues(readers);
  const takenFor = (name: string): LedgerColumnName[] =>
    LEDGER_COLUMNS.filter((column) => mapping[column] === name || (column === 'embedding' && wide.has(name)));
  return {
    name: resolved.name,
    formats: [...new Set(readers.map(({ format }) => format))],
    files: files.length,
    bytes: readers.reduce((sum, { bytes }) => sum + bytes, 0),
    rows: await countRows(readers),
    mapping,
    columns: fields.map(({ name, typeName }) => ({
      name,
      type: typeName,
      takenFor: takenFor(name),
      kept: kept.has(name),
      values: (values.get(name) ?? []).filter((value) => value !== null).slice(0, SHOWN),
    })),
    problem: problemOf(looked, stated),
    missing: WANTED.filter(({ columns }) => columns.every((column) => mapping[column] === undefined)),
    notes: [...resolved.notes, ...guesses, ...partitionNotes(files)],
    firstRows: Array.from({ length: Math.min(SHOWN, rowsOf(readers[0], values)) }, (_, row) =>
      Object.fromEntries(
        readers[0].fields
          .filter(({ type }) => type !== null)
          .map(({ name }) => [name, values.get(name)?.[row] ?? null]),
      ),
    ),
  };
}

const rowsOf = ({ fields }: TableReader, values: ReadonlyMap<string, readonly unknown[]>): number =>
  fields.reduce((most, { name }) => Math.max(most, values.get(name)?.length ?? 0), 0);

function problemOf(looked: LookedThrough, stated: StatedMapping | undefined): TautlineError | null {
  try {
    checkColumns(looked, stated);
    return null;
  } catch (thrown) {
    if (thrown instanceof TautlineFailure) return { ...thrown.error, has: looked.has } as TautlineError;
    throw thrown;
  }
}

/** The values of the first rows of each column, from the first file that has it. */
async function firstValues(readers: readonly TableReader[]): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const found = new Map<string, readonly unknown[]>();
  for (const reader of readers) {
    const columns = reader.fields.filter(({ name, type }) => type !== null && !found.has(name)).map(({ name }) => name);
    if (columns.length === 0) continue;
    for await (const batch of reader.read({ columns, batchRows: SAMPLE_ROWS })) {
      columns.forEach((name, i) => found.set(name, plainOf(batch.columns[i], Math.min(batch.rows, SAMPLE_ROWS))));
      break;
    }
  }
  return found;
}

/** Values as JSON has them; a long number as text. */
function plainOf(column: RawColumn, rows: number): readonly unknown[] {
  const isTime = isData(column) && (DataType.isTimestamp(column.type) || DataType.isDate(column.type));
  const values = isData(column) ? plainValues(column.slice(0, rows)) : column.slice(0, rows);
  return values.map((value) => {
    if (isTime && typeof value === 'number') return timeText(value);
    return plain(value);
  });
}

const timeText = (ms: number): string =>
  Number.isNaN(new Date(ms).getTime()) ? String(ms) : new Date(ms).toISOString();

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof arrow.Vector || ArrayBuffer.isView(value)) return Array.from(value as Iterable<unknown>, plain);
  if (value instanceof arrow.StructRow || value instanceof arrow.MapRow) return plain(value.toJSON());
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  return value ?? null;
}

async function countRows(readers: readonly TableReader[]): Promise<number | null> {
  let rows = 0;
  const unknown = readers.filter((reader) => reader.rows === null);
  if (unknown.reduce((sum, { bytes }) => sum + bytes, 0) > COUNTED_BYTES) return null;
  for (const reader of readers) rows += reader.rows ?? 0;
  for (const reader of unknown)
    for await (const batch of reader.read({ columns: [], batchRows: BATCH_ROWS })) rows += batch.rows;
  return rows;
}
