import { parseArgs, type ParseArgsConfig } from 'node:util';
import { TautlineFailure } from '../core/errors.ts';
import { shown } from '../core/printable.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Read<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>;

/**
 * Reads the arguments of a command.
 * @throws TautlineFailure of kind parameter that names an option that is unknown, without its value or there twice
 */
export function readOptions<const O extends Options>(args: readonly string[], options: O): Read<O> {
  const config = { args: [...args], options, allowPositionals: true } as const;
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional' && token.value === '')
      throw refused('an argument', 'is empty', 'Give the name of a file');
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option || !rawName.startsWith('--')) {
      const all = Object.keys(options).map((known) => `--${known}`);
      throw refused(rawName, 'is not an option', `There are ${all.join(', ')}; a file of that name goes behind --`);
    }
    if (option.type === 'boolean' && value !== undefined)
      throw refused(rawName, `is ${shown(value)}`, 'Give it without a value');
    if (option.type === 'string' && !value) throw refused(rawName, 'needs a value', `Give it as ${rawName} VALUE`);
    if (option.type === 'string' && !inlineValue && /^-./.test(value!))
      throw refused(rawName, 'needs a value', `If ${shown(value)} is the value, write ${rawName}=${value}`);
    if (seen.has(name) && !option.multiple) throw refused(rawName, 'is given twice', 'Give it once');
    seen.add(name);
  }
  return parseArgs<typeof config>(config);
}

/** The ledgers that a command is given, of which it needs one at least. */
export function requireLedgers(positionals: readonly string[], advice = LEDGERS): readonly string[] {
  if (positionals.length === 0) throw refused('LEDGER', 'is missing', advice);
  return positionals;
}

const LEDGERS = 'Give one or more files, or a folder of hive partitions';

/** Refuses arguments that no option takes. */
export function refuseOthers(positionals: readonly string[]): void {
  if (positionals.length > 0) throw refused(positionals[0], 'is not expected here', 'Leave it out');
}

/** The value of an option that takes a whole number; undefined if it is absent. */
export function wholeNumber(
  name: string,
  text: string | undefined,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw refused(name, `is ${shown(text)}`, `Give a whole number ${range}`);
}

/** A number as people write it in decimals, such as -0.5 or 1e-3; NaN for what is none, or has no end. */
export function decimal(text: string): number {
  const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

export const refused = (name: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'parameter', name, problem, advice });
