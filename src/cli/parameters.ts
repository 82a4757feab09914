import { TautlineFailure } from '../core/errors.ts';
import { parseParameters, type Parameters } from '../detection/parameters.ts';
import { retiredNotes } from '../detection/retired.ts';
import { shortened } from '../core/printable.ts';
import { readText } from './files.ts';
import { print } from './print.ts';

/** Problems that are listed, and characters of a name in them. */
const LISTED = 10;
const NAME = 60;

/**
 * Parameters of a file (a flat JSON object), with `overrides` on top; what of them is retired is
 * printed. Throws a `file` error where the file cannot be
 * read or is not JSON, and a `parameter` error that names every unknown name and value out of range.
 */
export async function readParameters(
  file: string | undefined,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Parameters> {
  const given = file === undefined ? {} : await readJson(file);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TautlineFailure({
      kind: 'file',
      file: file!,
      problem: 'it is not a JSON object of parameters',
      advice: 'Write {"h": 8.5, ...}',
    });
  }
  const set = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const raw = { ...given, ...set };
  const parsed = parseParameters(raw);
  if (parsed.ok) {
    for (const { name, note } of retiredNotes(raw)) print(`note: ${name} ${note}.`);
    return parsed.value;
  }
  const [first, ...rest] = parsed.error;
  const others = rest.slice(0, LISTED).map(({ name, problem }) => `"${shortened(name, NAME)}" ${problem}`);
  const more = rest.length > LISTED ? [`and ${rest.length - LISTED} more`] : [];
  throw new TautlineFailure({
    kind: 'parameter',
    name: shortened(first.name, NAME),
    problem: [first.problem, ...others, ...more].join('; '),
    advice: file === undefined ? 'See "tautline help"' : `Mend it in ${file}`,
  });
}

/** Reads a JSON file; a `file` error says why it could not be. */
async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new TautlineFailure({
      kind: 'file',
      file,
      problem: `it is not JSON (${(thrown as Error).message})`,
      advice: 'Mend it, or leave the option out',
    });
  }
}
