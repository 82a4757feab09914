import * as v from 'valibot';
import { shown } from '../../core/printable.ts';

/**
 * What fields of files may hold. A schema gives the type, the check and the published JSON Schema; its messages are
 * predicates ("must be a number, not "a""), to which the reader adds the field.
 */

/** A schema of JSON that reads as `T`. */
export type FileSchema<T> = v.GenericSchema<unknown, T>;

/** The message of a check. @param needed e.g. "a whole number from 1" */
export const must =
  (needed: string) =>
  ({ input }: { readonly input: unknown }): string =>
    `must be ${needed}, not ${shown(input)}`;

export const number = v.pipe(v.number(must('a number')), v.finite(must('a number')));
export const text = v.string(must('a text'));
export const flag = v.boolean(must('true or false'));

/** The most that is counted: rows of a ledger are numbered in 32 bits. */
const MOST = 2 ** 31 - 1;

export function integer(least: number) {
  const message = must(`a whole number from ${least}`);
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(MOST, must(`at most ${MOST}`)),
  );
}

export const choice = <const T extends readonly string[]>(choices: T) =>
  v.picklist(choices, must(`one of ${choices.join(', ')}`));

/** A number that may be missing: null in the file, NaN in the program. */
export const maybe = v.pipe(
  v.nullable(number),
  v.description('null: not known, or not bounded'),
  v.transform((value) => value ?? Number.NaN),
);

export const list = <S extends v.GenericSchema>(items: S) => v.array(items, must('a list'));

export const two = <S extends v.GenericSchema>(items: S) => v.strictTuple([items, items], must('a list of 2 numbers'));

/** A list of numbers is checked as one value: entry by entry costs more than reading the file. */
const isList = (value: unknown, isEntry: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isEntry);

/** Whether numbers can be held in 32 bits, as vectors are. */
export const fitFloat32 = (values: readonly number[]): boolean =>
  values.every((value) => Number.isFinite(Math.fround(value)));

/** A list of numbers as it stands. */
export const numbers = v.pipe(
  v.custom<readonly number[]>((value) => isList(value, Number.isFinite), must('a list of numbers')),
  v.metadata({ type: 'array', items: { type: 'number' } }),
);

/** Whole numbers from 0, as they stand. */
export const counts = v.pipe(
  v.custom<readonly number[]>(
    (value) => isList(value, (entry) => Number.isInteger(entry) && (entry as number) >= 0 && (entry as number) <= MOST),
    must('a list of whole numbers from 0'),
  ),
  v.metadata({ type: 'array', items: { type: 'integer', minimum: 0, maximum: MOST } }),
);

/** A list of numbers, null if one is missing; NaN in the program. */
export const maybeNumbers = v.pipe(
  v.custom<readonly (number | null)[]>(
    (value) => isList(value, (entry) => entry === null || Number.isFinite(entry)),
    must('a list of numbers'),
  ),
  v.metadata({
    type: 'array',
    items: { type: ['number', 'null'], description: 'null: not known, or not bounded' },
  }),
  v.transform((values) => values.map((value) => value ?? Number.NaN)),
);

/** A place in a file, from the field inwards. */
export type Path = readonly (string | number)[];

/** `reference.streams[0].window` */
export const pathText = (path: Path): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');

/** Refuses the field at a path below the object in question, and says what is needed. */
export type RefuseUnless = (holds: boolean, path: Path, needed: string) => void;

/** What several fields must be together, which no JSON Schema says. */
export const relations = <T extends object>(check: (value: T, refuseUnless: RefuseUnless) => void) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const root = dataset.value;
    check(root, (holds, path, needed) => {
      if (holds) return;
      const input = path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], root);
      addIssue({ message: `must be ${needed}, not ${shown(input)}`, input, path: pathItems(root, path) });
    });
  });

export const pathItems = (root: object, path: Path): [v.IssuePathItem, ...v.IssuePathItem[]] =>
  path.map((key) => ({ type: 'unknown', origin: 'value', input: root, key, value: undefined })) as unknown as [
    v.IssuePathItem,
    ...v.IssuePathItem[],
  ];
