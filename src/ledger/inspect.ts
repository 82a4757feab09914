import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import { TautlineFailure, type TautlineError } from '../core/errors.ts';
import { LEDGER_COLUMNS, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { OnProgress } from '../core/progress.ts';
import type { FoundLedger } from '../core/several.ts';
import { shown } from '../core/printable.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { isData, plainValues } from './cast.ts';
import { checkColumns, lookInto, type LookedThrough } from './lookThrough.ts';
import { WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import { partitionNotes } from './notes.ts';
import type { Platform } from './platform.ts';
import type { RawColumn, TableReader } from './reader.ts';
import { BATCH_ROWS, scanFiles } from './scan.ts';
import { chosenRows } from './chosenRows.ts';
import { severalFailure } from './several.ts';
import { sinkColumns } from './sink.ts';
import type { ColumnMapping, LedgerSource } from './types.ts';
import { missingOf, type WantedColumns } from './wanted.ts';

/** Rows that are looked at for values. */
const SAMPLE_ROWS = 100;
const SHOWN = 3;

/** What a ledger is, and what its columns would be taken for, whether it would open or not. */
export interface Inspection {
  readonly name: string;
  /** Where the files are several ledgers: which. Columns and rows are those of the first, unless they go together. */
  readonly ledgers: readonly FoundLedger[];
  readonly formats: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly rows: number;
  readonly mapping: ColumnMapping;
  readonly columns: readonly InspectedColumn[];
  /** Why it would not open as it is; null where its columns will do. */
  readonly problem: TautlineError | null;
  readonly missing: readonly WantedColumns[];
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

/** The first values of each column of opened files, as texts of a line. */
export async function columnValues(
  files: readonly { readonly reader: TableReader }[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const values = await firstValues(files.map(({ reader }) => reader));
  return new Map([...values].map(([name, of]) => [name, firstThere(of).map(shown)]));
}

/** Looks into files without opening them as a ledger. @throws TautlineFailure where they cannot be read at all */
export async function inspectLedger(
  source: LedgerSource,
  stated: StatedMapping | undefined,
  platform: Platform,
  onProgress?: OnProgress,
): Promise<Inspection> {
  const onThread = (): void => undefined;
  const looked = await lookInto(source, null, { platform, part: undefined, stated, onProgress, onThread });
  const { resolved, files, fields, mapping, guesses } = looked;
  const refused = looked.several ? severalFailure(resolved.name, looked.several) : await refusedByRows(looked);
  const readers = files.map(({ reader }) => reader);
  const kept = new Set(sinkColumns(fields, mapping).columns.map(({ source: column }) => column));
  const wide = new Set(mapping.embedding === WIDE_EMBEDDING ? wideColumns(fields) : []);
  const values = await firstValues(readers);
  const takenFor = (name: string): LedgerColumnName[] =>
    LEDGER_COLUMNS.filter((column) => mapping[column] === name || (column === 'embedding' && wide.has(name)));
  return {
    name: resolved.name,
    ledgers: refused && 'several' in refused.error ? (refused.error.several?.ledgers ?? []) : [],
    formats: [...new Set(readers.map(({ format }) => format))],
    files: files.length,
    bytes: readers.reduce((sum, { bytes }) => sum + bytes, 0),
    rows: await countRows(readers, onProgress),
    mapping,
    columns: fields.map(({ name, typeName }) => ({
      name,
      type: typeName,
      takenFor: takenFor(name),
      kept: kept.has(name),
      values: firstThere(values.get(name) ?? []),
    })),
    problem: refused?.error ?? problemOf(looked, stated),
    missing: missingOf(mapping),
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

const firstThere = (values: readonly unknown[]): readonly unknown[] =>
  values.filter((value) => value !== null).slice(0, SHOWN);
/** Rows of larger ledgers are not read only to tell. */
const COUNTED_BYTES = 256e6;

/** Whether the rows of several files say that they are several ledgers. */
async function refusedByRows(looked: LookedThrough): Promise<TautlineFailure | null> {
  const { files, mapping } = looked;
  const bytes = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
  if (files.length === 1 || bytes > COUNTED_BYTES) return null;
  try {
    chosenRows(looked, await scanFiles(files, mapping, {}));
    return null;
  } catch (thrown) {
    // Anything else is said once the ledger is opened: here values are not checked.
    return thrown instanceof TautlineFailure && thrown.error.kind === 'ledger' && thrown.error.several ? thrown : null;
  }
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

/** Rows as their formats state them; of other files they are counted. */
async function countRows(readers: readonly TableReader[], onProgress?: OnProgress): Promise<number> {
  const unknown = readers.filter((reader) => reader.rows === null);
  const bytes = unknown.reduce((sum, reader) => sum + reader.bytes, 0);
  let rows = readers.reduce((sum, reader) => sum + (reader.rows ?? 0), 0);
  let done = 0;
  for (const reader of unknown) {
    const onFraction = (of: number): void =>
      onProgress?.({ phase: 'Counting rows', fraction: (done + of * reader.bytes) / bytes, detail: reader.path });
    for await (const batch of reader.read({ columns: [], batchRows: BATCH_ROWS, onFraction })) rows += batch.rows;
    done += reader.bytes;
  }
  return rows;
}
