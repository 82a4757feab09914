import { integerOf, SCHEMA, structOf } from './fields.ts';
import type { ThriftStruct } from './thrift.ts';

/** Converted types (the older way to state a type) by the field of LogicalType that means the same. */
const CONVERTED: Readonly<Record<number, readonly number[]>> = {
  1: [0],
  2: [1, 2],
  3: [3],
  4: [4],
  5: [5],
  6: [6],
  12: [19],
  13: [20],
};
const TIME = 7;
const TIMESTAMP = 8;
const INTEGER = 10;
const BIT_WIDTHS = [8, 16, 32, 64];

/** The converted types that mean what a logical type does; null if that is not known. */
function convertedOf(logical: number, fields: ThriftStruct | undefined): readonly number[] | null {
  if (logical === TIME || logical === TIMESTAMP) {
    const unit = [...(structOf(fields?.get(2)?.value)?.keys() ?? [])][0];
    const first = logical === TIME ? 7 : 9;
    return unit === 1 ? [first] : unit === 2 ? [first + 1] : [];
  }
  if (logical === INTEGER) {
    const width = BIT_WIDTHS.indexOf(integerOf(fields, 1));
    return [(fields?.get(2)?.value === true ? 15 : 11) + width];
  }
  return CONVERTED[logical] ?? null;
}

/** There will be no more: newer types have a logical one only. */
const LAST_CONVERTED = 21;

/** False where a schema element states its type twice and not alike, or an unknown one. */
export function typesAgree(element: ThriftStruct): boolean {
  const converted = integerOf(element, SCHEMA.converted);
  const logical = structOf(element.get(SCHEMA.logical)?.value);
  if (converted < 0 || converted > LAST_CONVERTED) return false;
  if (Number.isNaN(converted) || !logical) return true;
  return [...logical].every(([id, { value }]) => convertedOf(id, structOf(value))?.includes(converted) ?? true);
}
