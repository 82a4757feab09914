import { COLUMNS_WITH_UNIT, type StatedUnits } from '../core/statedMapping.ts';
import { columnFailure, ledgerFailure } from './failures.ts';
import { classOf } from './mapping.ts';
import type { ReaderField, TableReader } from './reader.ts';
import type { ColumnMapping } from './types.ts';

/** A file whose numbers count what is stated. */
export function withUnits(reader: TableReader, units: StatedUnits | undefined): TableReader {
  if (!units || Object.keys(units).length === 0) return reader;
  // What a file says of its times goes by their size.
  return { ...reader, units, times: units.ts === undefined ? reader.times : undefined };
}

/** Refuses the unit of a column that holds dates. */
export const datesFailure = (file: string, source: string, found: string): Error =>
  columnFailure(file, source, found, 'numbers, as their unit is stated', 'Leave the unit of ts out: dates need none');

/** Checks stated units against the columns that they are of. */
export function checkUnits(
  units: StatedUnits | undefined,
  mapping: ColumnMapping,
  fields: readonly ReaderField[],
  file: string,
): void {
  for (const column of COLUMNS_WITH_UNIT) {
    if (units?.[column] === undefined) continue;
    const field = fields.find(({ name }) => name === mapping[column]);
    if (!field)
      throw ledgerFailure(
        `A unit is stated for ${column}, but no column of ${file} is read as ${column}`,
        `Map a column to ${column}, or leave the unit out`,
      );
    if (column === 'ts' && classOf(field.type) === 'time') throw datesFailure(file, field.name, field.typeName);
  }
}
