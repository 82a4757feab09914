import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import type { FlatTable } from './flatbuffer.ts';

/** How the values of a column lie in buffers (Arrow columnar format, "Physical memory layout"). */
type Layout =
  | 'null'
  | 'bits'
  | 'fixed'
  | 'bytes'
  | 'largeBytes'
  | 'views'
  | 'list'
  | 'largeList'
  | 'fixedList'
  | 'struct'
  | 'sparseUnion'
  | 'denseUnion'
  | 'listView'
  | 'largeListView'
  | 'runs';

/** A column, or a part of one. */
export interface ArrowField {
  readonly name: string;
  readonly layout: Layout;
  /** As the file states it. */
  readonly typeName: string;
  /** Type of the values in the plain layouts; null if they cannot be read. */
  readonly type: DataType | null;
  readonly children: readonly ArrowField[];
  /** Where the values are indices: the dictionary that they refer to. */
  readonly dictionary: { readonly id: number; readonly indices: DataType; readonly ordered: boolean } | null;
}

// Slots of Schema.fbs.
const SCHEMA = { endianness: 0, fields: 1 } as const;
const FIELD = { name: 0, kind: 2, type: 3, dictionary: 4, children: 5 } as const;
const DICTIONARY = { id: 0, indices: 1, ordered: 2 } as const;

/** The columns that a Schema table states. @throws RangeError where it makes no sense */
export function readSchema(schema: FlatTable): readonly ArrowField[] {
  if (schema.int16(SCHEMA.endianness) !== 0)
    throw new RangeError('its numbers are big-endian: write it on a machine with little-endian ones');
  const fields = schema.tables(SCHEMA.fields).map(readField);
  checkDictionaries(fields);
  return fields;
}

/** Columns that share a dictionary have values of one type. */
function checkDictionaries(fields: readonly ArrowField[]): void {
  const types = new Map<number, string>();
  const check = (of: readonly ArrowField[]): void => {
    for (const { dictionary, type, children } of of) {
      if (dictionary && type) {
        const values = String((type as arrow.Dictionary).dictionary);
        if ((types.get(dictionary.id) ?? values) !== values)
          throw new RangeError(`dictionary ${dictionary.id} has values of two types`);
        types.set(dictionary.id, values);
      }
      check(children);
    }
  };
  check(fields);
}

function readField(field: FlatTable): ArrowField {
  const name = field.text(FIELD.name);
  if (name === null) throw new RangeError('a column without a name');
  const children = field.tables(FIELD.children).map(readNamelessField);
  return withDictionary(name, field, children);
}
/** A list's values may have no name. */
function readNamelessField(field: FlatTable): ArrowField {
  return withDictionary(field.text(FIELD.name) ?? '', field, field.tables(FIELD.children).map(readNamelessField));
}

function withDictionary(name: string, field: FlatTable, children: readonly ArrowField[]): ArrowField {
  const kind = KINDS[field.int8(FIELD.kind)];
  if (!kind) throw new RangeError(`column "${name}" has an unknown type`);
  const of = field.table(FIELD.type);
  const type = of ? kind(of, children) : null;
  if (!type) throw new RangeError(`the type of column "${name}" makes no sense`);
  const { layout } = type;
  const values = children.some((child) => child.type === null) ? null : type.stated;
  const stated = { name, layout, children };
  const typeName = type.name ?? String(type.stated);
  const encoding = field.table(FIELD.dictionary);
  if (!encoding) return { ...stated, typeName, type: values && plain(values, children), dictionary: null };
  const indexType = encoding.table(DICTIONARY.indices);
  const indices = indexType ? KINDS[INT](indexType, [])!.stated! : new arrow.Int32();
  const dictionary = { id: encoding.int64(DICTIONARY.id), indices, ordered: encoding.int8(DICTIONARY.ordered) !== 0 };
  const whole = (of: DataType): DataType =>
    new arrow.Dictionary(of, indices as arrow.Int32, dictionary.id, dictionary.ordered);
  return {
    ...stated,
    typeName: values ? String(whole(values)) : typeName,
    type: values && whole(plain(values, children)),
    dictionary,
  };
}

interface Kind {
  readonly layout: Layout;
  /** Null if it cannot be read. */
  readonly stated: DataType | null;
  /** Where `stated` does not say it. */
  readonly name?: string;
}
type KindOf = (type: FlatTable, children: readonly ArrowField[]) => Kind | null;

const INT = 2;
const asFields = (children: readonly ArrowField[]): arrow.Field[] =>
  children.map(({ name, type }) => new arrow.Field(name, type ?? new arrow.Null(), true));
const simple =
  (layout: Layout, make: () => DataType): KindOf =>
  () => ({ layout, stated: make() });
const oneOf = <T>(value: number, known: readonly T[], make: (value: T) => Kind | null): Kind | null =>
  value in known ? make(known[value]) : null;
const fixed = (stated: DataType): Kind => ({ layout: 'fixed', stated });
const listOf =
  (layout: Layout, make: (field: arrow.Field) => DataType): KindOf =>
  (_, children) =>
    children.length === 1 ? { layout, stated: make(asFields(children)[0]) } : null;
const unreadable =
  (layout: Layout, name: string, count: number): KindOf =>
  (_, children) =>
    children.length === count ? { layout, stated: null, name } : null;

const BIT_WIDTHS: readonly number[] = [8, 16, 32, 64];
const { SECOND, MILLISECOND, MICROSECOND, NANOSECOND } = arrow.TimeUnit;
const UNITS = [SECOND, MILLISECOND, MICROSECOND, NANOSECOND];
const PRECISIONS = [arrow.Precision.HALF, arrow.Precision.SINGLE, arrow.Precision.DOUBLE];
const DATE_UNITS = [arrow.DateUnit.DAY, arrow.DateUnit.MILLISECOND];
const INTERVALS = [arrow.IntervalUnit.YEAR_MONTH, arrow.IntervalUnit.DAY_TIME, arrow.IntervalUnit.MONTH_DAY_NANO];

/** By the number of the type in the union `Type` of Schema.fbs. */
const KINDS: Readonly<Record<number, KindOf>> = {
  1: simple('null', () => new arrow.Null()),
  [INT]: (type) => {
    const width = type.int32(0);
    return BIT_WIDTHS.includes(width) ? fixed(new arrow.Int(type.int8(1) !== 0, width as 32)) : null;
  },
  3: (type) => oneOf(type.int16(0), PRECISIONS, (precision) => fixed(new arrow.Float(precision))),
  4: simple('bytes', () => new arrow.Binary()),
  5: simple('bytes', () => new arrow.Utf8()),
  6: simple('bits', () => new arrow.Bool()),
  7: (type) => {
    const width = type.int32(2, 128);
    return [32, 64, 128, 256].includes(width) ? fixed(new arrow.Decimal(type.int32(1), type.int32(0), width)) : null;
  },
  8: (type) => oneOf(type.int16(0, 1), DATE_UNITS, (unit) => fixed(new arrow.Date_(unit))),
  9: (type) => {
    const width = type.int32(1, 32);
    return oneOf(type.int16(0, 1), UNITS, (unit) =>
      width === (unit < MICROSECOND ? 32 : 64) ? fixed(new arrow.Time(unit, width)) : null,
    );
  },
  10: (type) => oneOf(type.int16(0), UNITS, (unit) => fixed(new arrow.Timestamp(unit, type.text(1)))),
  11: (type) => oneOf(type.int16(0), INTERVALS, (unit) => fixed(new arrow.Interval(unit))),
  12: listOf('list', (field) => new arrow.List(field)),
  13: (_, children) => ({ layout: 'struct', stated: new arrow.Struct(asFields(children)) }),
  14: (type, children) =>
    oneOf(type.int16(0), ['sparseUnion', 'denseUnion'] as const, (layout) => ({
      layout,
      stated: null,
      name: `Union<${children.map((child) => child.typeName).join(' | ')}>`,
    })),
  15: (type) => (type.int32(0) >= 0 ? fixed(new arrow.FixedSizeBinary(type.int32(0))) : null),
  16: (type, children) =>
    children.length === 1 && type.int32(0) >= 0
      ? { layout: 'fixedList', stated: new arrow.FixedSizeList(type.int32(0), asFields(children)[0]) }
      : null,
  17: (type, children) =>
    children.length === 1 && children[0].children.length === 2
      ? { layout: 'list', stated: new arrow.Map_(asFields(children)[0] as never, type.int8(0) !== 0) }
      : null,
  18: (type) => oneOf(type.int16(0, 1), UNITS, (unit) => fixed(new arrow.Duration(unit))),
  19: simple('largeBytes', () => new arrow.LargeBinary()),
  20: simple('largeBytes', () => new arrow.LargeUtf8()),
  21: listOf('largeList', (field) => new arrow.LargeList(field)),
  22: unreadable('runs', 'RunEndEncoded', 2),
  23: simple('views', () => new arrow.BinaryView()),
  24: simple('views', () => new arrow.Utf8View()),
  25: unreadable('listView', 'ListView', 1),
  26: unreadable('largeListView', 'LargeListView', 1),
};

/**
 * Large and view layouts hold what the plain ones hold; everything behind the readers knows the plain ones only: List,
 * Utf8, Binary. The fields within a type are plain already.
 */
function plain(type: DataType, children: readonly ArrowField[]): DataType {
  if (DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return new arrow.Utf8();
  if (DataType.isLargeBinary(type) || DataType.isBinaryView(type)) return new arrow.Binary();
  if (DataType.isLargeList(type)) return new arrow.List(asFields(children)[0]);
  return type;
}
