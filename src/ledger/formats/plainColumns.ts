import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import { LEDGER_COLUMNS, LEDGER_SCHEMA } from '../../core/ledgerSchema.ts';
import type { FormatReader, RawBatch, RawColumn, ReaderField, ReadOptions } from '../reader.ts';
import { isNamedAsEmbedding } from '../vectors.ts';
import { plainValues } from './arrowValues.ts';
import { vectorType } from './text.ts';

/** What a column of a file is read as: its own values, or what is within them. */
interface PlainColumn {
  readonly field: ReaderField;
  readonly source: string;
  /** From the plain value of the file's column; null where that column is given as it is. */
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

const uuidOf = (value: unknown): unknown =>
  value instanceof Uint8Array ? hex(value).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : value;

/** Numbers of float32, as their bytes stand in the file. */
function floatsOfBytes(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  if (value.length % 4 !== 0) return `${value.length} bytes`;
  return Array.from(new Float32Array(value.slice().buffer));
}

const isBytes = (type: DataType): boolean => DataType.isBinary(type) || DataType.isLargeBinary(type);

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

/** Columns that a column of a table is read as. */
function columnsOf(field: ReaderField, name: string, type: DataType | null, of: PlainColumn['of']): PlainColumn[] {
  const source = field.name;
  const column = (as: DataType, typeName: string, convert: (value: unknown) => unknown): PlainColumn => ({
    field: { name, type: as, typeName, inferred: false },
    source,
    of: of ? (value) => convert(of(value)) : convert,
  });
  if (type === null) return [{ field: { ...field, name }, source, of }];
  if (DataType.isStruct(type) && (of !== null || namesOf(type).some((inner) => KNOWN.has(inner)))) {
    return type.children.flatMap((child) =>
      columnsOf(field, `${name}.${child.name}`, child.type as DataType, (value) => {
        const whole = of ? of(value) : value;
        return whole === null || whole === undefined ? null : ((whole as Record<string, unknown>)[child.name] ?? null);
      }),
    );
  }
  if (isBytes(type) && isNamedAsEmbedding(name)) return [column(vectorType(), 'bytes of float32', floatsOfBytes)];
  if (isBytes(type)) return [column(new arrow.Utf8(), 'Binary', textOfBytes)];
  if (DataType.isFixedSizeBinary(type) && type.byteWidth === UUID_BYTES)
    return [column(new arrow.Utf8(), 'UUID', uuidOf)];
  return [{ field: of ? { ...field, name, type, typeName: String(type) } : field, source, of }];
}

/** A table whose structs are columns (`a.b`) where they hold what a ledger has, whose bytes and UUIDs are texts. */
export function withPlainColumns(reader: FormatReader): FormatReader {
  const columns = reader.fields.flatMap((field) => columnsOf(field, field.name, field.type, null));
  if (columns.every(({ of }) => of === null)) return reader;
  const own = new Set(columns.filter(({ of }) => of === null).map(({ source }) => source));
  // What a file names itself wins over what is within a struct.
  const byName = new Map(
    columns.filter(({ field, of }) => of === null || !own.has(field.name)).map((column) => [column.field.name, column]),
  );

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const wanted = options.columns.map((name) => byName.get(name)!);
    const sources = [...new Set(wanted.map(({ source }) => source))];
    for await (const batch of reader.read({ ...options, columns: sources })) {
      const plain = new Map<string, readonly unknown[]>();
      const given = wanted.map(({ source, of }): RawColumn => {
        const raw = batch.columns[sources.indexOf(source)];
        if (!of) return raw;
        const values = plain.get(source) ?? plainValues(raw, batch.rows);
        plain.set(source, values);
        return values.map(of);
      });
      yield { ...batch, columns: given };
    }
  }
  return { ...reader, fields: [...byName.values()].map(({ field }) => field), read };
}
