import * as v from 'valibot';
import { LEDGER_COLUMNS } from '../core/ledgerSchema.ts';
import { COLUMNS_WITH_UNIT, STATED_UNITS, type StatedMapping } from '../core/statedMapping.ts';
import { readPlain } from '../detection/files/file.ts';
import { choice, must, type FileSchema } from '../detection/files/schema.ts';

const known = <const T extends readonly string[], S extends v.GenericSchema>(names: T, value: S, what: string) =>
  v.strictObject(
    Object.fromEntries(names.map((name) => [name, v.optional(value)])) as Record<T[number], v.OptionalSchema<S, never>>,
    ({ input, expected }) =>
      expected === 'never' ? `is not ${what}: there are ${names.join(', ')}` : must('an object')({ input }),
  );

const source = v.pipe(
  v.nullable(v.string(must('the name of a column of the files, or null for none'))),
  v.description('Column of the files; null or "": none'),
);

/** A mapping file: which columns of the files the ledger's are read from, and what their numbers count. */
export const mappingFileSchema = v.strictObject(
  {
    map: v.optional(known(LEDGER_COLUMNS, source, 'a column of a ledger')),
    unit: v.optional(known(COLUMNS_WITH_UNIT, choice(STATED_UNITS), 'a column with a unit')),
  },
  ({ input, expected }) =>
    expected === 'never' ? 'is not known: there are map and unit' : must('an object with "map" and "unit"')({ input }),
);

const WORDS = { what: 'the mapping', advice: 'Write it as {"map": {"text": "body"}, "unit": {"ts": "s"}}' };

/** @throws TautlineFailure of kind file that names the field */
export const parseMappingFile = (text: string, file: string): Partial<StatedMapping> =>
  readPlain(WORDS, mappingFileSchema as FileSchema<Partial<StatedMapping>>, text, file);
