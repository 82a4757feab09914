import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { LEDGER_COLUMNS, LEDGER_SCHEMA } from '../../core/ledgerSchema.ts';
import { isData, packBits, validity } from '../cast.ts';
import { floatsOf } from '../floatBytes.ts';
import type { FormatReader, RawBatch, RawColumn, ReaderField, ReadOptions } from '../reader.ts';
import { isNamedAsEmbedding, isVectorType } from '../vectors.ts';
import { plainValues } from './arrowValues.ts';
import { vectorType } from './text.ts';

/** What a column of a file is read as: its own values, or what is within them. */
interface PlainColumn {
  readonly field: ReaderField;
  readonly source: string;
  /** Children of structs, from the file's column inwards. */
  readonly path: readonly number[];
  /** Of the plain values; null where they are given as they are. */
  readonly of: ((value: unknown) => unknown) | null;
}

const UUID_BYTES = 16;
const decoder = new TextDecoder('utf-8', { fatal: true });

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function textOfBytes(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  try {
    return decoder.decode(value);
  } catch {
    return `\\x${hex(value)}`;
  }
}

/** The same of bytes of a fixed length, which texts are filled up to with 0. */
function textOfFixedBytes(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  let { length } = value;
  while (length > 0 && value[length - 1] === 0) length--;
  const isText = length > 0 && value.subarray(0, length).every((byte) => byte >= 32);
  return isText ? textOfBytes(value.subarray(0, length)) : `\\x${hex(value)}`;
}

const uuidOf = (value: unknown): unknown =>
  value instanceof Uint8Array ? hex(value).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : value;

/** Numbers of float32, as their bytes stand in the file, or a vector that is written as text. */
function vectorOfBytes(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  if (value[0] === 0x5b || value[0] === 0x7b) {
    const text = textOfBytes(value) as string;
    if (/[\]}]\s*$/.test(text)) return text;
  }
  const floats = floatsOf(value);
  // What is no vector is refused as it is shown.
  return typeof floats === 'string' ? { toString: () => floats } : Array.from(floats);
}

const isBytes = (type: DataType): boolean =>
  DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type);

/** What a ledger may be read from. */
const KNOWN: ReadonlySet<string> = new Set(
  LEDGER_COLUMNS.flatMap((column) => [column, ...LEDGER_SCHEMA[column].aliases]),
);

/** Names of all that lies within a struct, with the names that lead to it and without. */
function namesOf(type: DataType): string[] {
  if (!DataType.isStruct(type)) return [];
  return type.children.flatMap((child) => {
    const inner = namesOf(child.type as DataType);
    return [child.name, ...inner, ...inner.map((name) => `${child.name}.${name}`)];
  });
}

/** True if what lies within a struct is read as columns of their own. */
const isOpened = (name: string, type: DataType): boolean =>
  namesOf(type).some((inner) => KNOWN.has(inner)) ||
  (isNamedAsEmbedding(name) && (type.children ?? []).some((child) => isVectorType(child.type as DataType)));

/** Columns that a column of a table is read as. @param path of the struct's children that lead to it */
function columnsOf(
  field: ReaderField,
  name: string,
  type: DataType | null,
  path: readonly number[] = [],
): PlainColumn[] {
  const source = field.name;
  const column = (as: DataType, typeName: string, of: PlainColumn['of']): PlainColumn[] => [
    { field: { name, type: as, typeName, inferred: false }, source, path, of },
  ];
  if (type === null) return [{ field: { ...field, name }, source, path, of: null }];
  if (DataType.isStruct(type) && (path.length > 0 || isOpened(name, type)))
    return type.children.flatMap((child, i) =>
      columnsOf(field, `${name}.${child.name}`, child.type as DataType, [...path, i]),
    );
  if (isBytes(type) && isNamedAsEmbedding(name)) return column(vectorType(), 'bytes of float32', vectorOfBytes);
  if (DataType.isFixedSizeBinary(type) && type.byteWidth === UUID_BYTES)
    return column(new arrow.Utf8(), 'UUID', uuidOf);
  if (DataType.isFixedSizeBinary(type)) return column(new arrow.Utf8(), 'Binary', textOfFixedBytes);
  if (isBytes(type)) return column(new arrow.Utf8(), 'Binary', textOfBytes);
  return path.length === 0 ? [{ field, source, path, of: null }] : column(type, String(type), null);
}

/** What lies at a path of structs in a column, missing where one of them is. */
function childOf(column: Data, path: readonly number[]): Data {
  return path.reduce<Data>((parent, i) => {
    const child = parent.children[i];
    const there = validity(parent);
    if (!there) return child;
    const own = validity(child);
    const bits = new Uint8Array(child.offset + child.length);
    for (let row = 0; row < child.length; row++) bits[child.offset + row] = there[row] & (own ? own[row] : 1);
    const buffers = [child.valueOffsets, child.values, packBits(bits), child.typeIds];
    return child.clone(child.type, child.offset, child.length, -1, buffers as never, child.children);
  }, column);
}

/** A table whose structs are columns (`a.b`) where they hold what a ledger has, whose bytes and UUIDs are texts. */
export function withPlainColumns(reader: FormatReader): FormatReader {
  const columns = reader.fields.flatMap((field) => columnsOf(field, field.name, field.type));
  const isOwn = ({ path, of }: PlainColumn): boolean => path.length === 0 && of === null;
  if (columns.every(isOwn)) return reader;
  const own = new Set(columns.filter(isOwn).map(({ source }) => source));
  // What a file names itself wins over what is within a struct.
  const byName = new Map(
    columns
      .filter((column) => isOwn(column) || !own.has(column.field.name))
      .map((column) => [column.field.name, column]),
  );

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const wanted = options.columns.map((name) => byName.get(name)!);
    const sources = [...new Set(wanted.map(({ source }) => source))];
    for await (const batch of reader.read({ ...options, columns: sources })) {
      const given = wanted.map(({ source, path, of }): RawColumn => {
        const raw = batch.columns[sources.indexOf(source)];
        const inner = path.length > 0 && isData(raw) ? childOf(raw, path) : raw;
        return of ? plainValues(inner, batch.rows).map(of) : inner;
      });
      yield { ...batch, columns: given };
    }
  }
  return { ...reader, fields: [...byName.values()].map(({ field }) => field), read };
}
