import * as v from 'valibot';
import { LEDGER_COLUMNS } from '../core/ledgerSchema.ts';
import { COLUMNS_WITH_UNIT, STATED_UNITS, type StatedMapping } from '../core/statedMapping.ts';
import { readPlain } from '../detection/files/file.ts';
import { choice, must, type FileSchema } from '../detection/files/schema.ts';

const known = <const T extends readonly string[], S extends v.GenericSchema>(names: T, value: S, what: string) =>
  v.strictObject(
    Object.fromEntries(names.map((name) => [name, v.optional(value)])) as Record<T[number], v.OptionalSchema<S, never>>,
    `is not ${what}: there are ${names.join(', ')}`,
  );

const source = v.pipe(
  v.nullable(v.string(must('the name of a column of the files, or null for none'))),
  v.description('Column of the files; null or an empty text: none'),
);

/** A mapping file: which columns of the files the ledger's are read from, and what their numbers count. */
export const mappingFileSchema = v.strictObject(
  {
    map: v.optional(known(LEDGER_COLUMNS, source, 'a column of a ledger')),
    unit: v.optional(known(COLUMNS_WITH_UNIT, choice(STATED_UNITS), 'a column with a unit')),
  },
  'is not known: there are map and unit',
);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists count as objects elsewhere. */
const objects = v.custom<object>(
  (value) => isObject(value) && Object.values(value).every(isObject),
  'must be an object that holds the objects "map" and "unit"',
);

const WORDS = { what: 'the mapping', advice: 'Write it as {"map": {"text": "body"}, "unit": {"ts": "s"}}' };

/** @throws TautlineFailure of kind file that names the field */
export const parseMappingFile = (text: string, file: string): Partial<StatedMapping> =>
  readPlain(WORDS, v.pipe(objects, mappingFileSchema) as FileSchema<Partial<StatedMapping>>, text, file);
