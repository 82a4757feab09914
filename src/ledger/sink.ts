import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { LEDGER_COLUMNS, LEDGER_SCHEMA, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { OnProgress } from '../core/progress.ts';
import { readAhead } from './ahead.ts';
import { arrowTypeOf } from './arrowTypes.ts';
import { inOrder } from './canonical.ts';
import { castTo, nulls } from './castTo.ts';
import { throwIfCancelled } from './failures.ts';
import { classOf, WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import type { RowSelection } from './rowSelection.ts';
import type { RawBatch, ReaderField } from './reader.ts';
import { BATCH_ROWS, bytesOf, namesOf, refuse, type LedgerFile } from './scan.ts';
import { scaleOf } from './shapes.ts';
import { takeRows } from './take.ts';
import type { ColumnMapping, RowSink } from './types.ts';
import { isNamedAsEmbedding } from './vectors.ts';

/** Rows that are handed over at once: the database has work to do for every stream of bytes, however short. */
const SENT_ROWS = 8192;

export interface SinkColumn {
  /** Name in the sink. */
  readonly name: string;
  readonly type: DataType;
  /** Column of the files, null if no file has it. */
  readonly source: string | null;
  /** The ledger column that it is, null for an unknown one. */
  readonly ledger: LedgerColumnName | null;
  /** True of ids that are the place in the canonical order. */
  readonly isNumbered?: boolean;
}

/**
 * Columns of the sink: every ledger column but the embedding, then the unknown ones. `notes` names what is not kept.
 */
export function sinkColumns(
  fields: readonly ReaderField[],
  mapping: ColumnMapping,
): { columns: SinkColumn[]; notes: string[] } {
  const notes: string[] = [];
  const columns: SinkColumn[] = [];
  for (const name of LEDGER_COLUMNS) {
    const { role, type } = LEDGER_SCHEMA[name];
    if (role !== 'vector') columns.push({ name, type: arrowTypeOf(type), source: mapping[name] ?? null, ledger: name });
  }
  const mapped = new Set<string>(Object.values(mapping));
  if (mapping.embedding === WIDE_EMBEDDING) for (const wide of wideColumns(fields)) mapped.add(wide);
  // Names are compared without case, as SQL does.
  const taken = new Set([...columns.map((column) => column.name), 'row', 'embedding']);
  for (const field of fields) {
    if (mapped.has(field.name)) continue;
    // Lists of numbers in a text format are as likely ids: only what is named as a vector is too large to keep.
    const isVector = classOf(field.type) === 'vector' && !(field.inferred && !isNamedAsEmbedding(field.name));
    if (field.type === null || isVector) {
      notes.push(
        `Column "${field.name}" (${field.typeName}) is not kept: ` +
          `${field.type === null ? 'its type cannot be read' : 'a list of numbers that is not the embedding'}.`,
      );
      continue;
    }
    let name = field.name;
    while (taken.has(name.toLowerCase())) name += ' (file)';
    taken.add(name.toLowerCase());
    columns.push({ name, type: unknownType(field), source: field.name, ledger: null });
  }
  return { columns, notes };
}

/**
 * The columns of a ledger whose events are numbered: the ids of the files are a column of their own.
 * @param type of these
 */
export function withOwnIds(columns: readonly SinkColumn[], type: DataType): SinkColumn[] {
  let name = 'event_id (file)';
  while (columns.some((column) => column.name === name)) name += ' (file)';
  return columns.flatMap((column) =>
    column.ledger === 'event_id'
      ? [
          { ...column, source: null, isNumbered: true },
          { name, type, source: column.source, ledger: null },
        ]
      : [column],
  );
}

/** Text formats keep unknown columns as the text they are; other formats keep their types. */
function unknownType(field: ReaderField): DataType {
  const type = field.type!;
  if (field.inferred || DataType.isNull(type) || DataType.isDictionary(type) || classOf(type) === 'string')
    return new arrow.Utf8();
  if (DataType.isFloat(type) && type.precision === arrow.Precision.HALF) return new arrow.Float32();
  return type;
}

/** Rows that are read, and what is told meanwhile. */
export interface ReadOptions {
  /** Length n over canonical rows: only rows with a non-zero entry; parts of files without any are skipped. */
  readonly only?: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Columns of some events: `data[c]` is that of the c-th column asked for, in the type of the ledger. */
export interface StoredBatch {
  /** Canonical row of each. */
  readonly rows: Int32Array;
  readonly data: readonly Data[];
}

const isWanted = (row: number, only: Uint8Array | undefined): boolean => row >= 0 && (!only || only[row] !== 0);

/** Places of the rows that are wanted. `TypedArray.from` and `filter` take several times as long. */
function wantedOf(canonical: Int32Array, only: Uint8Array | undefined): Int32Array {
  const at = new Int32Array(canonical.length);
  let count = 0;
  for (let i = 0; i < canonical.length; i++) if (isWanted(canonical[i], only)) at[count++] = i;
  return at.subarray(0, count);
}

/** Reads columns of events, in file order. @param rows rows of all files */
export async function* storedBatches(
  files: readonly LedgerFile[],
  columns: readonly SinkColumn[],
  selection: RowSelection,
  rows: number,
  { only, signal, onProgress }: ReadOptions,
  phase: string,
): AsyncIterable<StoredBatch> {
  const columnsOf = ({ reader }: LedgerFile): string[] => {
    const own = new Set(reader.fields.map((field) => field.name));
    return [...new Set(columns.flatMap(({ source }) => (source !== null && own.has(source) ? [source] : [])))];
  };
  const read = (file: LedgerFile): AsyncIterable<RawBatch> => {
    const skip = (first: number, count: number): boolean => {
      for (let at = file.base + first; at < file.base + first + count; at++)
        if (isWanted(selection.rowOf[at], only)) return false;
      return true;
    };
    return file.reader.read({ columns: columnsOf(file), batchRows: BATCH_ROWS, skip, signal });
  };
  for await (const [file, rowsOfFile] of readAhead(files, read, bytesOf)) {
    const wanted = columnsOf(file);
    for await (const batch of rowsOfFile) {
      const base = file.base + batch.first;
      const canonical = selection.rowOf.subarray(base, base + batch.rows);
      const kept = wantedOf(canonical, only);
      if (kept.length === 0) continue;
      const data = columns.map((column): Data => {
        const raw = column.source === null ? undefined : batch.columns[wanted.indexOf(column.source)];
        if (column.ledger === 'event_id' && column.source === null)
          return int64(BigInt64Array.from(kept, (i) => BigInt(column.isNumbered ? canonical[i] : base + i)));
        if (raw === undefined) return nulls(column.type, kept.length);
        const bad = refuse(file.reader, column.ledger, column.source!, batch.first);
        const scale = column.ledger && scaleOf(column.ledger, column.source!, namesOf(file.reader), file.reader.units);
        const unit = column.ledger === 'ts' ? file.reader.units?.ts : undefined;
        const cast = castTo(raw, column.type, bad, { scale, unit });
        return kept.length === batch.rows ? cast : takeRows(cast, kept);
      });
      yield { rows: inOrder(canonical, kept), data };
      onProgress?.({ phase, fraction: (base + batch.rows) / rows, detail: file.reader.path });
    }
  }
}

/** The second pass: every event's columns but its embedding, to `sink`, in file order. */
export async function fillSink(
  sink: RowSink,
  files: readonly LedgerFile[],
  columns: readonly SinkColumn[],
  selection: RowSelection,
  rows: number,
  options: Omit<ReadOptions, 'only'>,
): Promise<void> {
  const schema = new arrow.Schema([
    new arrow.Field('row', new arrow.Int32(), false),
    ...columns.map(({ name, type }) => new arrow.Field(name, type, true)),
  ]);
  let batches: arrow.RecordBatch[] = [];
  let held = 0;
  const send = async (): Promise<void> => {
    const table = new arrow.Table(batches);
    batches = [];
    held = 0;
    await sink.accept(arrow.tableToIPC(table, 'stream'));
    throwIfCancelled(options.signal, 'storing the events');
  };
  for await (const { rows: canonical, data } of storedBatches(
    files,
    columns,
    selection,
    rows,
    options,
    'Storing events',
  )) {
    const { length } = canonical;
    const row = arrow.makeData({ type: new arrow.Int32(), length, data: canonical });
    const all = arrow.makeData({
      type: new arrow.Struct(schema.fields),
      length,
      nullCount: 0,
      children: [row, ...data],
    });
    batches.push(new arrow.RecordBatch(schema, all as never));
    held += length;
    if (held >= SENT_ROWS) await send();
  }
  if (held > 0) await send();
}

const int64 = (values: BigInt64Array): Data =>
  arrow.makeData({ type: new arrow.Int64(), length: values.length, nullCount: 0, data: values });
