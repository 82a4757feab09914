import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import type { LedgerColumns } from '../core/columns.ts';
import { LEDGER_COLUMNS, LEDGER_SCHEMA, columnsOf, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { OnProgress } from '../core/progress.ts';
import { arrowTypeOf } from './arrowTypes.ts';
import { recordBatch } from './arrowVectors.ts';
import { packBits } from './cast.ts';
import { ledgerFailure } from './failures.ts';
import { guessMapping, WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import { areUnique } from './order.ts';
import type { Platform } from './platform.ts';
import type { ReaderField } from './reader.ts';
import { takeRows } from './take.ts';
import { timeOfNumber } from './times.ts';
import { statedModel } from './statedModel.ts';
import type { EmbeddingBatch, EmbeddingSource, OpenedLedger, OpenReport } from './types.ts';
import { parquetOf, partitionOf, rowGroupRows } from './write.ts';

/** Rows, and bytes of texts and vectors, that wait to be written as one file. */
const FILE_ROWS = 1 << 17;
const FILE_BYTES = 128 << 20;

interface ConvertOptions {
  readonly platform: Platform;
  /** Into hive partitions by provider_id and hour; else one file after another. */
  readonly partition: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

interface Converted {
  readonly files: number;
  readonly bytes: number;
  /** Sentences about what is not as it was. */
  readonly notes: readonly string[];
}

/** A part of the ledger in the order of its files, as it is written. */
interface Chunk {
  /** Canonical row of each row. */
  readonly rows: Int32Array;
  readonly columns: readonly (readonly [name: string, data: Data])[];
}

/**
 * Writes an opened ledger as Parquet that opens to the same analysis: events that were left out are not in it, columns
 * have the ledger's names, numbers its units.
 * @param write receives each file as it is done
 */
export async function convertLedger(
  ledger: OpenedLedger,
  write: (path: string, bytes: Uint8Array) => Promise<void>,
  { platform, partition, signal, onProgress }: ConvertOptions,
): Promise<Converted> {
  if (partition) checkPartitions(ledger);
  const written = { files: 0, bytes: 0 };
  const shape = new Shape(ledger);
  const vectors = keepsVectors(ledger.report) ? new Vectors(ledger.embeddings!, signal) : null;
  const stated = vectors && statedModel(ledger.report.model);
  const groupRows = rowGroupRows(vectors ? ledger.report.dimension : 0);
  const save = async (path: string, batches: readonly arrow.RecordBatch[]): Promise<void> => {
    const bytes = await parquetOf(batches, groupRows, platform, stated ?? undefined);
    await write(path, bytes);
    written.files += 1;
    written.bytes += bytes.length;
  };
  let waiting: Chunk[] = [];
  let [rows, bytes, parts] = [0, 0, 0];
  const ids = isUnique(ledger.columns) ? null : new Set<bigint>();
  const flush = async (): Promise<void> => {
    if (rows === 0) return;
    const name = `part-${parts++}.parquet`;
    if (partition) for (const [path, batches] of partitions(waiting, ledger)) await save(`${path}/${name}`, batches);
    else await save(name, waiting.map(batchOf));
    waiting = [];
    [rows, bytes] = [0, 0];
    ids?.clear();
  };
  const take = async (chunk: Chunk, rowBytes: number): Promise<void> => {
    // Ids that count anew in each file are told apart by the file.
    const again = ids ? firstAgain(chunk.rows, ledger.columns.eventId, ids) : -1;
    if (again >= 0) {
      if (again > 0) waiting.push(part(chunk, 0, again));
      rows += again;
      await flush();
      return take(part(chunk, again, chunk.rows.length), rowBytes);
    }
    waiting.push(chunk);
    rows += chunk.rows.length;
    bytes += rowBytes * chunk.rows.length;
    if (rows >= FILE_ROWS || bytes >= FILE_BYTES) await flush();
  };
  const accept = async (stream: Uint8Array): Promise<void> => {
    const { batches, numRows } = arrow.tableFromIPC(stream);
    const size = stream.length / Math.max(1, numRows) + (vectors ? 4 * ledger.report.dimension : 0);
    for (const batch of batches) await take(await shape.chunkOf(batch, vectors), size);
  };
  await ledger.store({ accept }, { signal, onProgress });
  await flush();
  return { ...written, notes: shape.notes };
}

/** What the built-in embedder makes of a text depends on the whole ledger, so it is made again. */
const keepsVectors = ({ embedder }: OpenReport): boolean => embedder === 'file' || embedder === 'model';

const isUnique = ({ n, eventId }: LedgerColumns): boolean =>
  areUnique(
    Int32Array.from({ length: n }, (_, i) => i),
    eventId,
  );

/** Position of the first row whose id is among `ids`, which takes in those before; -1 where none is. */
function firstAgain(rows: Int32Array, eventId: BigInt64Array, ids: Set<bigint>): number {
  for (const [i, row] of rows.entries()) {
    if (ids.has(eventId[row])) return i;
    ids.add(eventId[row]);
  }
  return -1;
}

function checkPartitions({ columns }: OpenedLedger): void {
  if (!isUnique(columns))
    throw ledgerFailure(
      'event_id counts anew in each file, so partitions by provider and hour would mix events of one id',
      'Leave --partition out, or leave event_id unmapped: the position in the file is used then',
    );
}

/** How the columns of a ledger are written. */
class Shape {
  readonly notes: string[] = [];
  readonly #ledger: OpenedLedger;
  readonly #timeType: 'timestamp' | 'float64';
  /** Columns of the sink that are written, under their names there; null until the first batch is there. */
  #names: ReadonlyMap<string, string> | null = null;

  constructor(ledger: OpenedLedger) {
    this.#ledger = ledger;
    const { time, hasTime } = ledger.columns;
    const isMicros = time.every((ms) => Math.round(ms * 1000) / 1000 === ms);
    this.#timeType = isMicros || !time.every((ms) => timeOfNumber(ms) === ms) ? 'timestamp' : 'float64';
    if (hasTime && !isMicros && this.#timeType === 'timestamp')
      this.notes.push('ts is written to the microsecond: what is finer is rounded');
  }

  async chunkOf(batch: arrow.RecordBatch, vectors: Vectors | null): Promise<Chunk> {
    const { columns, report } = this.#ledger;
    const length = batch.numRows;
    // Bytes of a stream are filled up to a multiple of 8.
    const rows = (batch.getChild('row')!.data[0].values as Int32Array).subarray(0, length);
    const names = (this.#names ??= this.#namesOf(batch.schema.fields));
    const found: [string, Data][] = [
      [
        'event_id',
        arrow.makeData({
          type: new arrow.Int64(),
          length,
          nullCount: 0,
          data: BigInt64Array.from(rows, (row) => columns.eventId[row]),
        }),
      ],
    ];
    if (columns.hasTime) found.push(['ts', this.#times(rows)]);
    for (const name of columnsOf('light'))
      if (report.mapping[name] !== undefined)
        found.push([name, numbers(Float64Array.from(rows, (row) => columns[LEDGER_SCHEMA[name].key][row]))]);
    batch.schema.fields.forEach(({ name }, i) => {
      const as = names.get(name);
      if (as !== undefined) found.push([as, batch.data.children[i]]);
    });
    if (vectors) found.push(['embedding', await vectors.of(rows, columns.isVoid)]);
    return { rows, columns: found };
  }

  #times(rows: Int32Array): Data {
    const { time } = this.#ledger.columns;
    const picked = Float64Array.from(rows, (row) => time[row]);
    if (this.#timeType === 'float64') return numbers(picked);
    const data = BigInt64Array.from(picked, (ms) => BigInt(Math.round(ms * 1000)));
    return arrow.makeData({ type: new arrow.TimestampMicrosecond(), length: rows.length, nullCount: 0, data });
  }

  /** Columns of the sink that are written as they stand there, and their names in the files. */
  #namesOf(fields: readonly arrow.Field[]): ReadonlyMap<string, string> {
    const { report } = this.#ledger;
    const { mapping } = report;
    const isLedger = (name: string): name is LedgerColumnName => (LEDGER_COLUMNS as readonly string[]).includes(name);
    const own = new Set<string>(['event_id', 'ts', 'embedding', ...columnsOf('light')]);
    const kept = fields.filter(({ name, type }) => {
      if (name === 'row' || own.has(name)) return false;
      if (isLedger(name)) return mapping[name] !== undefined;
      if (isWritable(type as DataType)) return true;
      this.notes.push(`Column "${name}" (${String(type)}) is not kept: Parquet has no such type`);
      return false;
    });
    // Under such names other columns of the ledger would be guessed than it has.
    const written = new Set<string>([
      ...['event_id', 'ts', ...columnsOf('light')].filter(
        (name) => name === 'event_id' || mapping[name as 'ts'] !== undefined,
      ),
      ...(keepsVectors(report) ? ['embedding'] : []),
      ...kept.map(({ name }) => name).filter(isLedger),
    ]);
    const others = kept.filter(({ name }) => !written.has(name));
    const map = Object.fromEntries(LEDGER_COLUMNS.flatMap((name) => (written.has(name) ? [[name, name]] : [])));
    const names = new Map(kept.map(({ name }) => [name, name]));
    const fieldsNow = (): ReaderField[] =>
      others.map(({ name, type }) => ({
        name: names.get(name)!,
        type: type as DataType,
        typeName: String(type),
        inferred: false,
      }));
    // Each turn gives a name to columns that had another.
    for (;;) {
      const now = fieldsNow();
      const { mapping: guess } = guessMapping(now, { map, unit: {} });
      const column = LEDGER_COLUMNS.find((name) => guess[name] !== undefined && !written.has(name));
      if (column === undefined) return names;
      const sources = guess[column] === WIDE_EMBEDDING ? wideColumns(now) : [guess[column]!];
      for (const [name, as] of names) if (sources.includes(as)) names.set(name, this.#renamed(as, column, names));
    }
  }

  #renamed(name: string, column: LedgerColumnName, names: ReadonlyMap<string, string>): string {
    let free = name;
    do free += ' (file)';
    while ([...names.values()].includes(free));
    this.notes.push(`Column "${name}" is written as "${free}": under its name it would be read as ${column}`);
    return free;
  }
}

/** Arrow types that Parquet has no place for. */
const isWritable = (type: DataType): boolean =>
  !DataType.isInterval(type) &&
  !DataType.isDuration(type) &&
  !DataType.isUnion(type) &&
  (type.children ?? []).every((child) => isWritable(child.type as DataType));

function numbers(data: Float64Array): Data {
  const nullBitmap = data.some(Number.isNaN)
    ? packBits(Uint8Array.from(data, (v) => (Number.isNaN(v) ? 0 : 1)))
    : undefined;
  const { length } = data;
  return arrow.makeData({ type: new arrow.Float64(), length, nullCount: nullBitmap ? -1 : 0, nullBitmap, data });
}

/** The vectors of a ledger, taken in the order of its files. */
class Vectors {
  readonly #dimension: number;
  readonly #batches: AsyncIterator<EmbeddingBatch>;
  #batch: EmbeddingBatch | null = null;
  #used = 0;

  constructor(source: EmbeddingSource, signal: AbortSignal | undefined) {
    this.#dimension = source.dimension;
    this.#batches = source.batches({ signal })[Symbol.asyncIterator]();
  }

  /** A column of the next rows. */
  async of(rows: Int32Array, isVoid: Uint8Array): Promise<Data> {
    const dimension = this.#dimension;
    const valid = Uint8Array.from(rows, (row) => 1 - isVoid[row]);
    const valueOffsets = new Int32Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) valueOffsets[i + 1] = valueOffsets[i] + valid[i] * dimension;
    const leaf = new Float32Array(valueOffsets[rows.length]);
    for (let i = 0; i < rows.length; i++) if (valid[i]) leaf.set(await this.#next(rows[i]), valueOffsets[i]);
    const child = arrow.makeData({ type: new arrow.Float32(), length: leaf.length, nullCount: 0, data: leaf });
    const nullBitmap = valid.includes(0) ? packBits(valid) : undefined;
    const nullCount = nullBitmap ? -1 : 0;
    return arrow.makeData({
      type: arrowTypeOf('float32[]') as arrow.List,
      length: rows.length,
      nullCount,
      nullBitmap,
      valueOffsets,
      child,
    });
  }

  async #next(row: number): Promise<Float32Array> {
    while (this.#batch === null || this.#used === this.#batch.rows.length) {
      const next = await this.#batches.next();
      if (next.done === true) throw new Error('vectors ended before the events');
      this.#batch = next.value;
      this.#used = 0;
    }
    const at = this.#used++;
    if (this.#batch.rows[at] !== row) throw new Error('vectors came in another order than events');
    return this.#batch.vectors.subarray(at * this.#dimension, (at + 1) * this.#dimension);
  }
}

const batchOf = ({ rows, columns }: Chunk): arrow.RecordBatch => recordBatch(columns, rows.length);

const taken = ({ rows, columns }: Chunk, at: Int32Array, without = ''): Chunk => ({
  rows: Int32Array.from(at, (i) => rows[i]),
  columns: columns.flatMap(([name, data]) => (name === without ? [] : [[name, takeRows(data, at)] as const])),
});

const part = (chunk: Chunk, from: number, to: number): Chunk =>
  taken(
    chunk,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );

/** Batches by the folders of their provider and hour. */
function partitions(
  chunks: readonly Chunk[],
  { columns: { provider, time, hasTime } }: OpenedLedger,
): ReadonlyMap<string, arrow.RecordBatch[]> {
  const providerOf = (row: number): string | null =>
    !provider || provider.codes[row] < 0 ? null : provider.values[provider.codes[row]];
  const found = new Map<string, arrow.RecordBatch[]>();
  for (const chunk of chunks) {
    const at = new Map<string, number[]>();
    chunk.rows.forEach((row, i) => {
      const path = partitionOf(providerOf(row), hasTime ? time[row] : Number.NaN);
      const before = at.get(path);
      if (before) before.push(i);
      else at.set(path, [i]);
    });
    for (const [path, rows] of at) {
      const batch = batchOf(taken(chunk, Int32Array.from(rows), 'provider_id'));
      const before = found.get(path);
      if (before) before.push(batch);
      else found.set(path, [batch]);
    }
  }
  return found;
}
