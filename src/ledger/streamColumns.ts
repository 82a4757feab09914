import type { DictionaryColumn, LedgerColumns } from '../core/columns.ts';
import { LEDGER_COLUMNS, LEDGER_SCHEMA, columnsOf, keyOf, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { OnProgress } from '../core/progress.ts';
import { shown } from '../core/printable.ts';
import { STREAM_KEYS, keyOfColumn, readStreamKey } from '../core/streamKey.ts';
import { splitBy, streamKeyFailure } from '../core/unknownStreamKey.ts';
import { readAhead } from './ahead.ts';
import { toStrings } from './cast.ts';
import { DictionaryBuilder } from './dictionary.ts';
import { throwIfCancelled } from './failures.ts';
import { PARTITION_TYPE, partitionsOf } from './hive.ts';
import { WIDE_EMBEDDING, classOf, wideColumns } from './mapping.ts';
import type { RawBatch, ReaderField } from './reader.ts';
import type { RowSelection } from './rowSelection.ts';
import { BATCH_ROWS, bytesOf, type LedgerFile } from './scan.ts';
import type { ColumnMapping, OpenedLedger, StreamKey } from './types.ts';

/** More streams than this are no streams: each is named where they are counted. */
const MOST_VALUES = 100_000;

interface Opened {
  readonly files: readonly LedgerFile[];
  readonly fields: readonly ReaderField[];
  readonly mapping: ColumnMapping;
  readonly selection: RowSelection;
  readonly columns: LedgerColumns;
}

const isNamed = (field: ReaderField): boolean => ['string', 'integer', 'boolean'].includes(classOf(field.type));
/** Of a text format the type is a guess from its first values. */
const mayName = (field: ReaderField): boolean =>
  isNamed(field) || (field.inferred && field.type !== null && classOf(field.type) !== 'vector');

const inMemory = (columns: LedgerColumns, name: LedgerColumnName): DictionaryColumn | null => {
  const dictionary = columnsOf('dictionary').find((one) => one === name);
  return dictionary === undefined ? null : columns[keyOf(dictionary)];
};

/** What the streams of a ledger can be taken by, with the number of values where it is known without reading. */
export function streamKeys({ files, fields, mapping, columns }: Omit<Opened, 'selection'>): StreamKey[] {
  const known = (name: LedgerColumnName): number | null => inMemory(columns, name)?.values.length ?? null;
  const speaker = columns.provider ?? columns.agent;
  const listed: StreamKey[] = [
    { key: 'provider_id', values: speaker?.values.length ?? null },
    ...(['agent_id', 'thread_id', 'role'] as const)
      .filter((name) => mapping[name] !== undefined)
      .map((name) => ({ key: name, values: known(name) })),
    { key: 'ledger', values: 1 },
    { key: 'file', values: files.length },
  ];
  const names = LEDGER_COLUMNS.filter(
    (name) => mapping[name] !== undefined && name !== 'text' && LEDGER_SCHEMA[name].type === 'utf8',
  );
  const keys: readonly string[] = STREAM_KEYS;
  const mapped = new Set<string>(Object.values(mapping));
  if (mapping.embedding === WIDE_EMBEDDING) for (const wide of wideColumns(fields)) mapped.add(wide);
  const others = fields.filter((field) => isNamed(field) && !mapped.has(field.name));
  const taken = (name: string): boolean => keys.includes(name) || Object.hasOwn(mapping, name);
  return [
    ...listed,
    ...names.filter((name) => !keys.includes(name)).map((name) => ({ key: name, values: known(name) })),
    ...others.map((field) => ({ key: keyOfColumn(field.name, taken), values: partitionValues(files, field) })),
  ];
}

function partitionValues(files: readonly LedgerFile[], { name, typeName }: ReaderField): number | null {
  if (typeName !== PARTITION_TYPE) return null;
  const values = files.map(({ reader }) => partitionsOf(reader.path).get(name) ?? null);
  return new Set(values.filter((value) => value !== null)).size;
}

/** The column of the files that a key names; undefined where they have none. */
function sourceOf(key: string, { fields, mapping }: Opened): ReaderField | undefined {
  const { name, ofFiles } = readStreamKey(key);
  const own = fields.find((field) => field.name === name);
  const read = Object.hasOwn(mapping, name) ? mapping[name as LedgerColumnName] : undefined;
  const asLedger = fields.find((field) => field.name === read);
  return ofFiles ? (own ?? asLedger) : (asLedger ?? own);
}

/**
 * Reads columns of an opened ledger that streams are taken by; the newest is kept.
 */
export function streamColumns(opened: Opened): OpenedLedger['streamColumn'] {
  let newest: { readonly source: string; readonly column: DictionaryColumn } | null = null;
  return async (key, options = {}) => {
    if (key === 'file') return { column: fileColumn(opened), inFingerprint: false };
    const { mapping, columns } = opened;
    const isReserved = (STREAM_KEYS as readonly string[]).includes(key);
    if (isReserved && (key === 'ledger' || mapping[key as LedgerColumnName] === undefined)) return null;
    const field = sourceOf(key, opened);
    if (!field) return null;
    const held = columnsOf('dictionary').find((name) => mapping[name] === field.name && inMemory(columns, name));
    if (held) return { column: inMemory(columns, held)!, inFingerprint: LEDGER_SCHEMA[held].inFingerprint };
    const others = streamKeys(opened).map((one) => one.key);
    if (!mayName(field)) {
      throw streamKeyFailure(`is ${shown(key)}, and that column holds ${field.typeName}, not text`, splitBy(others));
    }
    if (newest?.source !== field.name) {
      const column = await readColumn(opened, field.name, options, () => {
        throw streamKeyFailure(
          `is ${shown(key)}, and that column has more than ${MOST_VALUES.toLocaleString('en-US')} values`,
          `Streams need values that come again. ${splitBy(others)}`,
        );
      });
      newest = { source: field.name, column };
    }
    if (newest.column.values.length === 0)
      throw streamKeyFailure(`is ${shown(key)}, and that column is empty throughout`, splitBy(others));
    return { column: newest.column, inFingerprint: false };
  };
}

/** The file of each event, by its path. */
function fileColumn({ files, selection: { order } }: Opened): DictionaryColumn {
  const codeOf = new Map<number, number>();
  const values: string[] = [];
  const codes = new Int32Array(order.length);
  const ends = files.map((_, i) => files[i + 1]?.base ?? Infinity);
  let file = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    if (row < files[file].base || row >= ends[file]) file = fileAt(files, row);
    let code = codeOf.get(file);
    if (code === undefined) {
      code = values.push(files[file].reader.path) - 1;
      codeOf.set(file, code);
    }
    codes[i] = code;
  }
  return { codes, values };
}

/** Position of the file that holds a row: the last that begins at or before it. */
export function fileAt(files: readonly LedgerFile[], row: number): number {
  let [low, high] = [0, files.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (files[middle].base <= row) low = middle;
    else high = middle;
  }
  return low;
}

async function readColumn(
  { files, selection }: Opened,
  source: string,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
  refuse: () => never,
): Promise<DictionaryColumn> {
  const { order, rowOf } = selection;
  const builder = new DictionaryBuilder(rowOf.length);
  const has = ({ reader }: LedgerFile): boolean => reader.fields.some(({ name }) => name === source);
  const read = (file: LedgerFile): AsyncIterable<RawBatch> =>
    file.reader.read({ columns: has(file) ? [source] : [], batchRows: BATCH_ROWS, signal });
  for await (const [file, batches] of readAhead(files, read, bytesOf)) {
    const here = has(file);
    for await (const batch of batches) {
      throwIfCancelled(signal, 'reading the streams');
      if (here) builder.append(toStrings(batch.columns[0]));
      else builder.appendNulls(batch.rows);
      if (builder.part().values.length > MOST_VALUES) refuse();
      const fraction = (file.base + batch.first + batch.rows) / rowOf.length;
      onProgress?.({ phase: 'Reading the streams', fraction: Math.min(1, fraction), detail: file.reader.path });
    }
  }
  return builder.finish(order, true);
}
