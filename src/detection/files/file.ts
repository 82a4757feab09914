import * as v from 'valibot';
import { shown } from '../../core/printable.ts';
import { TautlineFailure } from '../../core/errors.ts';
import type { Fields } from '../../core/fields.ts';
import { pathText, type FileSchema } from './schema.ts';

/**
 * A kind of file that says what it is and of which version. To change it: give `schema` the new shape and `upgrades`
 * one more step from the shape before; files of every version are read from then on.
 */
export interface FileFormat<T> {
  /** Value of the field `format`. */
  readonly format: string;
  /** How messages speak of it, e.g. "the baseline". */
  readonly what: string;
  /** e.g. "it is not a baseline file". */
  readonly otherwise: string;
  readonly advice: string;
  /** Of the newest version. */
  readonly schema: FileSchema<T>;
  /** The i-th makes a file of version i + 1 one of version i + 2, unchecked, and says what of it is gone. */
  readonly upgrades: readonly ((file: Fields, say: Say) => Fields)[];
}

/** Takes sentences for whoever opens the file. */
export type Say = (sentence: string) => void;

/** The version that is written, and the newest that is read. */
export const newestVersion = ({ upgrades }: Pick<FileFormat<unknown>, 'upgrades'>): number => upgrades.length + 1;

type Words = Pick<FileFormat<unknown>, 'what' | 'advice'>;

const refusal = ({ what, advice }: Words, file: string, problem: string): TautlineFailure =>
  new TautlineFailure({ kind: 'file', file, problem: `${what} cannot be used: ${problem}`, advice });

/**
 * Reads the text of a file.
 * @param file its name, for messages
 * @throws TautlineFailure of kind file that names the field
 */
export const readText = <T>(format: FileFormat<T>, text: string, file: string, say?: Say): T =>
  readFields(format, parseJson(format, text, file), file, say);

/** @throws TautlineFailure of kind file where the text is not JSON */
function parseJson(words: Words, text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    throw refusal(words, file, `it is not JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
}

/** Reads the text of a file that does not say what it is. @throws as `readText` */
export function readPlain<T>(words: Words, schema: FileSchema<T>, text: string, file: string): T {
  const parsed = v.safeParse(schema, parseJson(words, text, file), { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw refusal(words, file, issue.path ? sentenceOf(issue) : `it ${issue.message}`);
}

/** Reads what a file holds, of any version. @throws TautlineFailure of kind file that names the field */
export function readFields<T>(format: FileFormat<T>, value: unknown, file: string, say: Say = () => undefined): T {
  const upgraded = upgrade(format, value, say);
  if (typeof upgraded === 'string') throw refusal(format, file, upgraded);
  const parsed = v.safeParse(format.schema, upgraded, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw refusal(format, file, sentenceOf(parsed.issues[0]));
}

/** The file as one of the newest version, or why it is none. */
function upgrade<T>({ format, otherwise, upgrades }: FileFormat<T>, value: unknown, say: Say): Fields | string {
  if (typeof value !== 'object' || value === null) return otherwise;
  const fields = value as Fields;
  for (const name of ['format', 'version']) if (!Object.hasOwn(fields, name)) return `"${name}" is missing`;
  if (fields.format !== format) return otherwise;
  const newest = newestVersion({ upgrades });
  const { version } = fields;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version > newest)
    return `it is of version ${shown(version)}, this program reads version ${newest === 1 ? '1' : `1 to ${newest}`}`;
  return upgrades.slice(version - 1).reduce((at, step) => step(at, say), fields);
}

/** `"parameters.h" must be a number, not "a"` */
function sentenceOf(issue: v.BaseIssue<unknown>): string {
  // What a file is, is said of the whole.
  if (issue.type === 'literal' && issue.input !== undefined) return issue.message;
  const field = `"${pathText((issue.path ?? []).map(({ key }) => key as string | number))}"`;
  return issue.input === undefined ? `${field} is missing` : `${field} ${issue.message}`;
}

/** The fields by which a file says what it is, for `schema`. */
export const headOf = ({ format, otherwise, upgrades }: Omit<FileFormat<unknown>, 'schema'>) => {
  const newest = newestVersion({ upgrades });
  return {
    format: v.literal(format, otherwise),
    version: v.literal(newest, ({ input }) => `it is of version ${shown(input)}, this program reads version ${newest}`),
  };
};
