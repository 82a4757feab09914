import { DataType, type Data } from 'apache-arrow';
import { decodeStrings, toNumbers } from './cast.ts';
import type { RowSelection } from './rowSelection.ts';
import type { LedgerFile } from './scan.ts';
import { storedBatches, type SinkColumn } from './sink.ts';
import type { MessageSource } from './types.ts';

const isNumeric = ({ type }: SinkColumn): boolean => DataType.isInt(type) || DataType.isFloat(type);
const isReadable = (column: SinkColumn): boolean =>
  column.source !== null && (isNumeric(column) || DataType.isUtf8(column.type));

/** Columns of the ledger, read again where they are asked for. */
export const messageSource = (
  ...[files, columns, selection, rows]: [LedgerFile[], readonly SinkColumn[], RowSelection, number]
): MessageSource => ({
  columns: columns.filter(isReadable).map((column) => ({ name: column.name, isNumeric: isNumeric(column) })),
  async *read(names, options) {
    const wanted = names.map((name) => columns.find((column) => column.name === name)!);
    for await (const { rows: canonical, data } of storedBatches(
      files,
      wanted,
      selection,
      rows,
      options,
      'Reading messages',
    ))
      yield {
        rows: canonical,
        values: Object.fromEntries(wanted.map((column, c) => [column.name, valuesOf(column, data[c])])),
      };
  },
});

const valuesOf = (column: SinkColumn, data: Data): Float64Array | (string | null)[] =>
  isNumeric(column) ? toNumbers(data, unreachable) : decodeStrings(data);

/** What was cast to a number is one. */
function unreachable(): never {
  throw new Error('a number that was read is none');
}
