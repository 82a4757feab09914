import { DataType } from 'apache-arrow';
import type { LedgerColumns } from '../core/columns.ts';
import { formatCount } from '../core/format.ts';
import { roundedDown } from '../core/part.ts';
import { eventBytes, selectStreams } from '../detection/pipeline.ts';
import { MAX_BYTES } from '../kernels/arena.ts';
import { SCAN_BYTES } from './scan.ts';

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
const PLAN_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT + BigInt64Array.BYTES_PER_ELEMENT;

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

/** Bytes an element over all typed arrays in an object of columns, those of dictionaries included. */
function columnBytes(columns: object): number {
  let sum = 0;
  for (const value of Object.values(columns) as unknown[]) {
    if (ArrayBuffer.isView(value)) sum += (value as Float64Array).BYTES_PER_ELEMENT;
    else if (typeof value === 'object' && value !== null && 'codes' in value) sum += Int32Array.BYTES_PER_ELEMENT;
  }
  return sum;
}

/** What the columns of an opened ledger and of its events take, counted on a ledger of one event. */
const LEDGER_BYTES = ((): number => {
  const one = { codes: new Int32Array(1), values: ['a'] };
  const columns: LedgerColumns = {
    n: 1,
    eventId: new BigInt64Array(1),
    time: new Float64Array(1),
    hasTime: true,
    provider: one,
    agent: one,
    thread: one,
    instantiation: one,
    latency: new Float64Array(1),
    hasLatency: true,
    label: one,
    isVoid: new Uint8Array(1),
  };
  return columnBytes(columns) + columnBytes(selectStreams(columns, 'provider_id').events);
})();

export interface Needs {
  readonly k: number;
  /** Columns that go to the database; null where there is none. */
  readonly stored: readonly StoredColumn[] | null;
  /** Bytes for everything; undefined where nothing but the kernels' own limit is known. */
  readonly memory: number | undefined;
}

/** Bytes that an event takes in all while a ledger is opened and analysed on k axes. */
export function totalBytes({ k, stored }: Pick<Needs, 'k' | 'stored'>): number {
  const coordinates = k * Float32Array.BYTES_PER_ELEMENT;
  return SCAN_BYTES + PLAN_BYTES + LEDGER_BYTES + coordinates + eventBytes(k) + (stored ? databaseBytes(stored) : 0);
}

/** How many events fit: the least that the kernels' address space, the database and the memory of the tab allow. */
export function eventsThatFit(needs: Needs): number {
  const kernels = MAX_BYTES / eventBytes(needs.k);
  const database = needs.stored ? DATABASE_LIMIT / databaseBytes(needs.stored) : Infinity;
  const tab = (needs.memory ?? Infinity) / totalBytes(needs);
  return Math.floor(Math.min(kernels, database, tab));
}

/** "about 5,800,000 fit in this tab at k = 8". */
export const fitsText = (fits: number, k: number, place: string): string =>
  `about ${formatCount(roundedDown(fits))} fit ${place} at k = ${k}`;
