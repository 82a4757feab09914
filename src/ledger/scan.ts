import { LEDGER_SCHEMA, columnsOf, type ColumnsOf, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { OnProgress } from '../core/progress.ts';
import { readAhead } from './ahead.ts';
import { toNumbers, toStrings, type OnBad } from './cast.ts';
import { checkFits, mayNotFit } from './castTo.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { adviceFor, columnFailure, shownValue } from './failures.ts';
import { WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import type { RawBatch, RawColumn, ReaderField, TableReader } from './reader.ts';
import { scaleOf, scaled } from './shapes.ts';
import { EventIds, type TextIds } from './textIds.ts';
import { TimeForms, toTimes, type TimeForm } from './times.ts';
import type { ColumnMapping } from './types.ts';
import type { VectorCache } from './vectorCache.ts';
import { gatherVectors, toVectors, type VectorColumn } from './vectors.ts';
import { measureText, measureVectors } from './measure.ts';

/** At most this many bytes of vectors in one batch. */
const BATCH_BYTES = 16 << 20;
/** Rows to a batch where the size of its vectors does not matter or is not known yet. */
export const BATCH_ROWS = 8192;

/**
 * A file of the ledger and the number of rows before it: a row's position over all files is `base` + its position in
 * the file.
 */
export interface LedgerFile {
  reader: TableReader;
  base: number;
}

export const namesOf = ({ fields }: Pick<TableReader, 'fields'>): readonly string[] => fields.map(({ name }) => name);

/** Bytes of a file as it is stored. */
export const bytesOf = ({ reader }: LedgerFile): number => reader.bytes;

/**
 * What the first pass learns of every file row, before any is left out. Arrays are in file order, of length `rows`;
 * light columns are NaN if missing.
 */
export interface Scan extends Readonly<Record<ColumnsOf<'light'>, Float64Array>> {
  readonly rows: number;
  readonly eventId: BigInt64Array;
  /** The ids, where they are texts: `eventId` is then their place among each other. */
  readonly textIds: TextIds | null;
  /** 1 where a mapped event_id is null; null if there is none such. */
  readonly missingId: Uint8Array | null;
  /** Epoch ms, NaN if missing. */
  readonly time: Float64Array;
  /** Characters (code points) of the text, -1 if there is none. */
  readonly textLength: Int32Array;
  /** 1 where the text holds something else than blanks. */
  readonly hasText: Uint8Array;
  /** Values in the event's vector, -1 if it has none. */
  readonly vectorLength: Int32Array;
  /** 1 where a coordinate is NaN, infinite, or beyond float32. */
  readonly notFinite: Uint8Array;
  /** Hash of the event's text and vector, for the ledger's fingerprint. */
  readonly content: Uint32Array;
  readonly dictionaries: Dictionaries;
  /** Rows that the format could not make sense of. */
  readonly faults: ReadonlyMap<number, string>;
  /** First row of each form that ts has. */
  readonly timeForms: ReadonlyMap<TimeForm, number>;
  readonly timeFormsByFile: readonly ReadonlyMap<TimeForm, number>[];
  /** True if ts went back from one row to the next inside a file. */
  readonly disordered: boolean;
}

const DICTIONARY_COLUMNS = columnsOf('dictionary');
const LIGHT_COLUMNS = columnsOf('light');
/** Columns of the first pass beside the vectors, in the order in which they are read, */
const KEPT: readonly LedgerColumnName[] = [
  ...columnsOf('key'),
  ...LIGHT_COLUMNS,
  ...columnsOf('text'),
  ...DICTIONARY_COLUMNS,
];
/** and those that are only looked at: what does not fit is to be refused before anything is shown. */
const CHECKED: readonly LedgerColumnName[] = columnsOf('stored');

/** Throws a `column` error that names the value and its row. @param column null for an unknown one */
export function refuse(file: TableReader, column: LedgerColumnName | null, source: string, first: number): OnBad {
  const { needed, advice } =
    column === null
      ? { needed: 'what other files have there', advice: 'Write all files of a ledger with the same column types' }
      : LEDGER_SCHEMA[column];
  return (row, value) => {
    const shown = shownValue(column, value);
    throw columnFailure(
      file.path,
      source,
      `${shown} at row ${(file.fileRow?.(first + row) ?? first + row) + 1}`,
      needed,
      adviceFor(shown, advice),
    );
  };
}

/** The columns to read the embeddings of a file from; none where the file has none. */
export function embeddingColumns(reader: TableReader, mapping: ColumnMapping): readonly string[] {
  if (mapping.embedding === undefined) return [];
  if (mapping.embedding === WIDE_EMBEDDING) return wideColumns(reader.fields);
  return reader.fields.some((field) => field.name === mapping.embedding) ? [mapping.embedding] : [];
}

/** Vectors of a batch whose last columns are the embedding's. */
export function vectorsOf(
  columns: readonly RawColumn[],
  batch: RawBatch,
  reader: TableReader,
  mapping: ColumnMapping,
): VectorColumn {
  const bad = refuse(reader, 'embedding', mapping.embedding!, batch.first);
  return mapping.embedding === WIDE_EMBEDDING ? gatherVectors(columns, batch.rows, bad) : toVectors(columns[0], bad);
}

/** Values in a vector of a file, 0 where it does not say. */
function dimensionOf(reader: TableReader, mapping: ColumnMapping): number {
  const vectors = embeddingColumns(reader, mapping);
  return mapping.embedding === WIDE_EMBEDDING
    ? vectors.length
    : vectors.length > 0
      ? (reader.vectorLength?.(vectors[0]) ?? 0)
      : 0;
}

/** Bytes of a file's vectors in memory, as far as the file says. */
export const vectorBytes = ({ reader }: LedgerFile, mapping: ColumnMapping): number =>
  4 * (reader.rows ?? 0) * dimensionOf(reader, mapping);

/** Rows to a batch so that their vectors stay under `BATCH_BYTES`. */
export const rowsFor = (dimension: number): number =>
  Math.max(1, Math.min(BATCH_ROWS, dimension > 0 ? Math.floor(BATCH_BYTES / (4 * dimension)) : BATCH_ROWS));

type Dictionaries = Readonly<Partial<Record<ColumnsOf<'dictionary'>, DictionaryBuilder>>>;

const missingNumbers = (size: number): Float64Array => new Float64Array(size).fill(NaN);
const make = (size: number) => ({
  eventId: new BigInt64Array(size),
  missingId: new Uint8Array(size),
  time: missingNumbers(size),
  textLength: new Int32Array(size).fill(-1),
  hasText: new Uint8Array(size),
  vectorLength: new Int32Array(size).fill(-1),
  notFinite: new Uint8Array(size),
  content: new Uint32Array(size),
  ...(Object.fromEntries(LIGHT_COLUMNS.map((column) => [column, missingNumbers(size)])) as Record<
    ColumnsOf<'light'>,
    Float64Array
  >),
});
type RowArrays = ReturnType<typeof make>;

/** Bytes that the first pass keeps of a row of a ledger with every column. */
export const SCAN_BYTES =
  Object.values(make(1)).reduce((sum, array) => sum + array.BYTES_PER_ELEMENT, 0) +
  DICTIONARY_COLUMNS.length * Int32Array.BYTES_PER_ELEMENT;

/** A growing set of per-row arrays. */
function growable(rows: number) {
  let capacity = Math.max(1, rows);
  let arrays = make(capacity);
  return {
    reserve(needed: number): RowArrays {
      if (needed > capacity) {
        capacity = Math.max(needed, capacity * 2);
        const grown = make(capacity);
        for (const name of Object.keys(arrays) as (keyof RowArrays)[])
          (grown[name] as Float64Array).set(arrays[name] as Float64Array);
        arrays = grown;
      }
      return arrays;
    },
    trim(used: number): RowArrays {
      const cut = { ...arrays };
      for (const name of Object.keys(cut) as (keyof RowArrays)[])
        (cut as Record<string, unknown>)[name] = cut[name].subarray(0, used);
      return cut;
    },
  };
}

const isOneOf = <C extends LedgerColumnName>(columns: readonly C[], column: LedgerColumnName): column is C =>
  (columns as readonly LedgerColumnName[]).includes(column);

/** Takes batches of files in turn into the arrays of a scan. */
class Scanner {
  rows = 0;
  readonly #mapping: ColumnMapping;
  readonly #store: ReturnType<typeof growable>;
  readonly #dictionaries: Partial<Record<ColumnsOf<'dictionary'>, DictionaryBuilder>> = {};
  readonly #faults = new Map<number, string>();
  readonly #timeForms = new TimeForms();
  readonly #ids = new EventIds();
  #disordered = false;
  #anyMissingId = false;
  /** The time before in the same file. */
  #previous = -Infinity;

  constructor(mapping: ColumnMapping, statedRows: number) {
    this.#mapping = mapping;
    this.#store = growable(statedRows);
    for (const column of DICTIONARY_COLUMNS)
      if (mapping[column] !== undefined) this.#dictionaries[column] = new DictionaryBuilder(statedRows);
  }

  /** The columns of a file that are scanned, vectors apart. */
  columnsOf({ fields }: TableReader): readonly LedgerColumnName[] {
    const own = new Map(fields.map((field) => [field.name, field]));
    const fieldOf = (column: LedgerColumnName): ReaderField | undefined => own.get(this.#mapping[column] ?? '');
    const isChecked = (column: LedgerColumnName): boolean => {
      const field = fieldOf(column);
      return field !== undefined && mayNotFit(field, LEDGER_SCHEMA[column].type);
    };
    return [...KEPT.filter(fieldOf), ...CHECKED.filter(isChecked)];
  }

  beginFile(): void {
    this.#previous = -Infinity;
    this.#timeForms.beginFile();
  }

  /** @returns the vectors of the batch, null if the file has none */
  take({ reader, base: fileBase }: LedgerFile, batch: RawBatch, columns: readonly LedgerColumnName[]) {
    const base = fileBase + batch.first;
    const arrays = this.#store.reserve(base + batch.rows);
    for (const [row, reason] of batch.faults ?? []) this.#faults.set(base + row, reason);
    columns.forEach((column, i) => {
      const source = this.#mapping[column]!;
      const bad = refuse(reader, column, source, batch.first);
      const raw = batch.columns[i];
      if (isOneOf(LIGHT_COLUMNS, column))
        arrays[column].set(scaled(toNumbers(raw, bad), scaleOf(column, source, namesOf(reader), reader.units)), base);
      else this.#takeColumn(column, raw, arrays, base, bad, reader.units);
    });
    if (this.#mapping.event_id === undefined)
      for (let i = 0; i < batch.rows; i++) arrays.eventId[base + i] = BigInt(base + i);
    else if (!columns.includes('event_id')) {
      arrays.missingId.fill(1, base, base + batch.rows);
      this.#anyMissingId = true;
    }
    for (const column of DICTIONARY_COLUMNS)
      if (!columns.includes(column)) this.#dictionaries[column]?.appendNulls(batch.rows);
    this.rows = base + batch.rows;
    const coordinates = batch.columns.slice(columns.length);
    if (coordinates.length === 0) return null;
    const vectors = vectorsOf(coordinates, batch, reader, this.#mapping);
    measureVectors(vectors, arrays.vectorLength, arrays.notFinite, arrays.content, base);
    return vectors;
  }

  #takeColumn(
    column: LedgerColumnName,
    raw: RawColumn,
    arrays: RowArrays,
    base: number,
    bad: OnBad,
    units: TableReader['units'],
  ): void {
    if (column === 'event_id') {
      const missing = this.#ids.take(raw, arrays.eventId, base, bad);
      if (missing) {
        arrays.missingId.set(missing, base);
        this.#anyMissingId = true;
      }
    } else if (column === 'ts') {
      const times = toTimes(raw, bad, this.#timeForms, base, units?.ts);
      arrays.time.set(times, base);
      for (const time of times) {
        if (time < this.#previous) this.#disordered = true;
        if (!Number.isNaN(time)) this.#previous = time;
      }
    } else if (column === 'text') measureText(raw, arrays.textLength, arrays.hasText, arrays.content, base);
    else if (isOneOf(DICTIONARY_COLUMNS, column)) this.#dictionaries[column]!.append(toStrings(raw));
    else checkFits(raw, LEDGER_SCHEMA[column].type, bad);
  }

  finish(): Scan {
    const { missingId, ...arrays } = this.#store.trim(this.rows);
    const textIds = this.#ids.texts(this.rows);
    return {
      rows: this.rows,
      ...arrays,
      eventId: textIds?.ranks() ?? arrays.eventId,
      textIds,
      missingId: this.#anyMissingId ? missingId : null,
      dictionaries: this.#dictionaries,
      faults: this.#faults,
      timeForms: this.#timeForms.first,
      timeFormsByFile: this.#timeForms.byFile,
      disordered: this.#disordered,
    };
  }
}

/**
 * The first pass: reads the columns that fix the order, and every vector's length and finiteness; sets the files'
 * `base`.
 * @param options.kept takes in the vectors
 */
export async function scanFiles(
  files: readonly LedgerFile[],
  mapping: ColumnMapping,
  options: { signal?: AbortSignal; onProgress?: OnProgress; kept?: VectorCache },
): Promise<Scan> {
  const scanner = new Scanner(
    mapping,
    files.reduce((sum, { reader }) => sum + (reader.rows ?? 0), 0),
  );
  const totalBytes = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
  let bytesDone = 0;
  const batchRowsOf = ({ reader }: LedgerFile): number => rowsFor(dimensionOf(reader, mapping));
  const read = (file: LedgerFile): AsyncIterable<RawBatch> => {
    const { reader } = file;
    const onFraction = (fraction: number): void =>
      options.onProgress?.({
        phase: 'Reading events',
        fraction: (bytesDone + fraction * reader.bytes) / totalBytes,
        detail: reader.path,
      });
    const columns = [
      ...scanner.columnsOf(reader).map((column) => mapping[column]!),
      ...embeddingColumns(reader, mapping),
    ];
    return reader.read({ columns, batchRows: batchRowsOf(file), signal: options.signal, onFraction });
  };
  for await (const [file, batches] of readAhead(files, read, bytesOf)) {
    file.base = scanner.rows;
    const columns = scanner.columnsOf(file.reader);
    const batchRows = batchRowsOf(file);
    scanner.beginFile();
    for await (const batch of batches) {
      const vectors = scanner.take(file, batch, columns);
      if (vectors) options.kept?.add(file.base + batch.first, vectors, batchRows);
    }
    bytesDone += file.reader.bytes;
  }
  return scanner.finish();
}
