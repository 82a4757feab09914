import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import type { ColumnType } from '../core/ledgerSchema.ts';

const TYPES: Readonly<Record<ColumnType, () => DataType>> = {
  int64: () => new arrow.Int64(),
  int8: () => new arrow.Int8(),
  float64: () => new arrow.Float64(),
  timestamp: () => new arrow.TimestampMicrosecond(),
  bool: () => new arrow.Bool(),
  utf8: () => new arrow.Utf8(),
  'float32[]': () => new arrow.List(new arrow.Field('element', new arrow.Float32(), true)),
};

/** The Arrow type that a column of the schema has in the database and in written files. */
export const arrowTypeOf = (type: ColumnType): DataType => TYPES[type]();
