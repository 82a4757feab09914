import { DataType } from 'apache-arrow';
import { formatBytes, formatCount } from '../core/format.ts';
import { LEDGER_COLUMNS, LEDGER_SCHEMA, type ColumnRole, type LedgerColumnName } from '../core/ledgerSchema.ts';
import { roundedDown } from '../core/part.ts';
import { SCAN_BYTES } from './scan.ts';
import type { OtherLedger } from './types.ts';

/** Measured: DuckDB in a tab gives up at 3.1 GiB. */
const DATABASE_LIMIT = 3.1 * 2 ** 30;
/**
 * Measured on the generated ledgers: DuckDB's memory over the plain width of what it stores (vectors, masks, heaps of
 * strings).
 */
const DATABASE_OVERHEAD = 1.4;
/** A string of up to this length lies in its cell, a longer one beside it. */
const INLINE_STRING = 12;
const STRING_CELL = 16;
/** Order of the events and its inverse, and the sorted copy of event ids that finds those there twice. */
const SELECTION_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT + BigInt64Array.BYTES_PER_ELEMENT;

/** Bytes that a column of each role takes per event in `LedgerColumns`. */
const IN_MEMORY: Readonly<Record<ColumnRole, number>> = {
  key: 8,
  light: Float64Array.BYTES_PER_ELEMENT,
  dictionary: Int32Array.BYTES_PER_ELEMENT,
  text: 0,
  vector: 0,
  stored: 0,
};
const inMemory = (name: LedgerColumnName): number => IN_MEMORY[LEDGER_SCHEMA[name].role];
/** `LedgerColumns`: every column, and the mask of the empty events. */
const LEDGER_BYTES = LEDGER_COLUMNS.reduce((sum, name) => sum + inMemory(name), Uint8Array.BYTES_PER_ELEMENT);

/** A column of the sink, with the mean length of its values where they are strings. */
export interface StoredColumn {
  readonly type: DataType;
  readonly meanLength: number;
}

function cellBytes({ type, meanLength }: StoredColumn): number {
  if (DataType.isUtf8(type)) return STRING_CELL + (meanLength > INLINE_STRING ? meanLength : 0);
  if (DataType.isBool(type)) return 1;
  if ('bitWidth' in type && typeof type.bitWidth === 'number') return type.bitWidth / 8;
  return 8;
}

/** Bytes that a row takes in the database. */
export const databaseBytes = (columns: readonly StoredColumn[]): number =>
  DATABASE_OVERHEAD * columns.reduce((sum, column) => sum + cellBytes(column), Int32Array.BYTES_PER_ELEMENT);

/** What an analysis that follows takes of memory, so that a ledger that cannot be analysed is refused unread. */
export interface AnalysisNeeds {
  /** Its axes. */
  readonly k: number;
  readonly bytesPerEvent: number;
  /** Events that it can address. */
  readonly mostEvents: number;
}

/** Where a ledger is only read. */
export const NO_ANALYSIS: AnalysisNeeds = { k: 0, bytesPerEvent: 0, mostEvents: Infinity };

export interface Needs {
  readonly analysis: AnalysisNeeds;
  /** Columns that go to the database; null if there is none. */
  readonly stored: readonly StoredColumn[] | null;
}

/** Bytes that an event takes in all while a ledger is opened and analysed. */
export const totalBytes = ({ analysis, stored }: Needs): number =>
  SCAN_BYTES + SELECTION_BYTES + LEDGER_BYTES + analysis.bytesPerEvent + (stored ? databaseBytes(stored) : 0);

/**
 * How many events fit: the least that the analysis, the database and the memory of the tab allow.
 * @param memory bytes for everything; Infinity if nothing but the analysis' own limit is known
 */
export function eventsThatFit(needs: Needs, memory: number): number {
  const database = needs.stored ? DATABASE_LIMIT / databaseBytes(needs.stored) : Infinity;
  const tab = memory / totalBytes(needs);
  return Math.floor(Math.min(needs.analysis.mostEvents, database, tab));
}

/** "about 5,800,000 fit in this tab at k = 8". */
export const fitsText = (fits: number, k: number, place: string): string =>
  `about ${formatCount(roundedDown(fits))} fit ${place}${k > 0 ? ` at k = ${k}` : ''}`;

/** ", beside run-1.parquet, which takes 1.2 GB". */
export const besideText = (other: OtherLedger | undefined): string =>
  other ? `, beside ${other.name}, which takes ${formatBytes(other.bytes)}` : '';
